import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { reportSchema, type ScenarioReport } from '../../../lab/report/shape.ts';
import { Workshop } from '../keyrig-process.ts';

vi.setConfig({ testTimeout: 180_000 });

const shop = new Workshop();

/** Runs files and gives what the JSON report says of each scenario, by name. */
async function run(
  args: string[],
): Promise<{ code: number | null; stderr: string; stdout: string; all: Map<string, ScenarioReport> }> {
  const { code, stderr, stdout } = await shop.keyrig(['run', ...args, '--reporter', 'terminal,json=out.json']);
  const report = reportSchema.parse(JSON.parse(readFileSync(join(shop.folder, 'out.json'), 'utf8')));
  const scenarios = report.files.flatMap((file) => file.scenarios);
  return { code, stderr, stdout, all: new Map(scenarios.map((scenario) => [scenario.name, scenario])) };
}

/** `section number status problem` of each step of the last attempt. */
function steps(scenario: ScenarioReport | undefined): string[] {
  return (scenario?.attempts.at(-1)?.steps ?? []).map(({ section, number, status, problem }) =>
    [section, number, status, ...(problem === undefined ? [] : [problem])].join(' '),
  );
}

it('cleanup runs whatever came before; its failure fails, and hides nothing', async () => {
  const lines = (...more: string[]) => ['scenario: 1', ...more];
  const files = [
    shop.file(
      'after-failure.scenario.yaml',
      ...lines(
        'name: after a failure',
        'steps:',
        '  - { do: kms.objects, expect: { count: 7 } }',
        '  - { do: kms.objects, capture: { late: count } }',
        'cleanup:',
        '  - { do: kms.stop }',
        '  - { do: kms.start, name: "what was captured: ${late}" }',
      ),
    ),
    shop.file(
      'failing.scenario.yaml',
      ...lines('name: failing', 'cleanup:', '  - { do: kms.objects, expect: { count: 7 } }', '  - { do: kms.stop }'),
    ),
    shop.file(
      'time-up.scenario.yaml',
      ...lines(
        'name: time is up',
        'clock: real',
        'steps: [{ do: clock.advance, with: { seconds: 3600 } }]',
        'cleanup: [{ do: kms.objects, expect: { count: 0 } }]',
      ),
    ),
  ];
  const { code, all } = await run([...files, '--timeout', '10s']);
  expect(code).toBe(1);
  expect(steps(all.get('after a failure'))).toEqual([
    'steps 1 failed count should be 7, but is 0',
    'steps 2 skipped',
    'cleanup 1 passed',
    'cleanup 2 skipped',
  ]);
  expect(steps(all.get('failing'))).toEqual(['cleanup 1 failed count should be 7, but is 0', 'cleanup 2 passed']);
  expect(all.get('time is up')?.status).toBe('failed');
  expect(steps(all.get('time is up'))).toEqual([
    'steps 1 failed still running when the time of the scenario was up (10.0 s)',
    'cleanup 1 passed',
  ]);
});

it('retry and within try again on the clock of the lab, and tell how often', async () => {
  const file = shop.file(
    'patient.scenario.yaml',
    'scenario: 1',
    'name: patient',
    'faults:',
    '  - { id: twice, at: ovh.request, match: { path: { contains: dedicatedCloud } }, when: { calls: { to: 2 } }, then: { ovh: { status: 503 } } }',
    'steps:',
    '  - { do: ovh.call, with: { method: GET, path: /dedicatedCloud }, within: 10m, retry: { every: 1m } }',
    '  - { do: kms.objects, expect: { count: 7 }, retry: { times: 3, every: 2s } }',
  );
  const { code, all } = await run([file]);
  expect(code).toBe(1);
  const found = all.get('patient')?.attempts[0]?.steps ?? [];
  expect(found.map(({ status, attempts }) => [status, attempts])).toMatchObject([
    ['passed', 3],
    ['failed', 3],
  ]);
  expect(found[0]?.clockMilliseconds).toBeGreaterThanOrEqual(120_000);
  expect(found[1]?.problem).toBe('count should be 7, but is 0 (3 attempts in 4.0 s)');
  expect(found[1]?.clockMilliseconds).toBe(4_000);
});

it('strict fails for what is left open; without it these are notes', async () => {
  const body = [
    'scenario: 1',
    'faults: [{ id: idle, at: ovh.task, then: { delay: 1 } }]',
    'steps:',
    '  - { do: ovh.call, with: { method: GET, path: /no/such/route }, expect: { fault: { status: 404 } } }',
  ];
  const files = [
    shop.file('lax.scenario.yaml', ...body, 'name: lax'),
    shop.file('strict.scenario.yaml', ...body, 'name: strict', 'strict: true'),
    shop.file('world.scenario.yaml', 'scenario: 1', 'name: world alone', 'world: { gateway: open }', 'strict: true'),
  ];
  const { code, all, stdout } = await run(files);
  const ends = [
    'the fault "idle" at ovh.task never fired; 0 calls fitted its match',
    'not served: GET /no/such/route is not a route of this API',
  ];
  expect(code).toBe(1);
  expect(all.get('lax')).toMatchObject({ status: 'passed', attempts: [{ notes: ends }] });
  expect(stdout).toContain(`  note: ${ends[0]}`);
  expect(steps(all.get('strict'))).toEqual(['steps 1 passed', `verify 1 failed ${ends.join('\n')}`]);
  expect(all.get('strict')?.attempts[0]?.steps[1]).toMatchObject({ verb: 'strict', line: 6, column: 1 });
  expect(steps(all.get('world alone'))).toEqual(['verify 1 passed']);
});

it('a matrix runs each cell in a lab of its own; --cell and --var choose, the replay line says so', async () => {
  const file = shop.file(
    'matrix.scenario.yaml',
    'scenario: 1',
    'name: cells',
    'seed: s',
    'vars: { expected: 0, password: x }',
    'matrix: { kms: [one, two] }',
    'world: { kms: [{ name: "${kms}" }] }',
    'steps:',
    '  - { do: kms.objects, with: { kms: two }, expect: { count: "${expected}" } }',
  );
  const first = await run([file, '--workers', '2']);
  expect(first.code).toBe(1);
  const [one, two] = ['cells [kms=one]', 'cells [kms=two]'].map((name) => first.all.get(name));
  expect(one).toMatchObject({ status: 'failed', cell: { kms: 'one' }, attempts: [{ seed: 's kms=one' }] });
  expect(two).toMatchObject({ status: 'passed', attempts: [{ seed: 's kms=two' }] });
  expect(one?.replay).toBe(`keyrig run ${file} --cell=kms=one --seed='s kms=one'`);

  const again = await run([file, '--cell', 'kms=two', '--var', 'expected=7', '--var', 'password=hidden']);
  expect(again.stdout).toContain('- 1 skipped: --cell kms=two does not fit');
  expect(again.all.get('cells [kms=two]')).toMatchObject({ status: 'failed' });
  expect(again.all.get('cells [kms=two]')?.replay).toBe(
    `keyrig run ${file} --cell=kms=two --var=expected=7 --var='password=[redacted]' --seed='s kms=two'`,
  );

  const unknown = await shop.keyrig(['run', file, '--var', 'expcted=7']);
  expect(unknown).toMatchObject({ code: 2 });
  expect(unknown.stderr).toContain(
    'no file has a var "expcted"; did you mean "expected"?; there are: expected, password',
  );
  const shards = await Promise.all(
    ['1/2', '2/2'].map((shard, index) =>
      shop.keyrig(['run', file, '--shard', shard, '--reporter', `json=s${index}.json`]),
    ),
  );
  expect(shards.map(({ code }) => code)).toEqual([1, 0]);
  const merged = await shop.keyrig(['merge', 's0.json', 's1.json']);
  expect(merged.stdout).toContain('2 scenarios: 1 passed, 1 failed');
  expect(merged.code).toBe(1);
});

it('the tag only keeps the others from running, and says so; --forbid-only refuses it', async () => {
  const files = [
    shop.file('one.scenario.yaml', 'scenario: 1', 'name: one', 'tags: [only]'),
    shop.file('two.scenario.yaml', 'scenario: 1', 'name: two', 'steps: [{ do: kms.objects, expect: { count: 7 } }]'),
  ];
  const { code, stdout, all } = await run(files);
  expect(code).toBe(0);
  expect(stdout).toContain('- 1 skipped: only scenarios with the tag "only" are run');
  expect(stdout).toContain('note: there are no steps: the lab was started and stopped');
  expect(all.get('two')?.status).toBe('skipped');
  const { code: refused, stderr } = await shop.keyrig(['run', ...files, '--forbid-only']);
  expect(refused).toBe(2);
  expect(stderr).toContain(`--forbid-only: the tag "only" is in ${files[0]}`);
});
