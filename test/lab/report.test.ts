import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Report, StepReport } from '../../lab/report/shape.ts';
import { Workshop } from './keyrig-process.ts';
import { readXml } from './read-xml.ts';

vi.setConfig({ testTimeout: 120_000 });

const shop = new Workshop();

function step(number: number, status: StepReport['status'], more: Partial<StepReport> = {}): StepReport {
  return {
    section: 'steps',
    number,
    verb: 'kms.objects',
    title: `Step ${number}`,
    line: 4 + number,
    column: 5,
    status,
    milliseconds: 1_250,
    clockMilliseconds: 0,
    chains: [],
    ...more,
  };
}

/** Written by hand, with every outcome that a scenario can have and characters that each form must escape. */
const report: Report = {
  keyrigReport: 1,
  keyrig: '0.1.0',
  started: '2026-01-15T09:00:00.000Z',
  milliseconds: 5_000,
  summary: { scenarios: 5, passed: 1, failed: 1, flaky: 1, skipped: 1, error: 1 },
  exitCode: 3,
  problems: [],
  files: [
    {
      file: 'a.scenario.yaml',
      scenarios: [
        {
          name: 'passes',
          tags: ['quick'],
          status: 'passed',
          replay: 'keyrig run a.scenario.yaml --seed=a',
          attempts: [{ status: 'passed', seed: 'a', milliseconds: 2_500, steps: [step(1, 'passed')] }],
        },
      ],
    },
    {
      file: 'b.scenario.yaml',
      scenarios: [
        {
          name: 'fails <&> "badly" #1',
          tags: [],
          status: 'failed',
          replay: 'keyrig run b.scenario.yaml --seed=b',
          attempts: [
            {
              status: 'failed',
              seed: 'b',
              milliseconds: 1_000,
              steps: [
                step(1, 'passed'),
                step(2, 'failed', {
                  title: 'Encrypt: 50%, or more',
                  problem: 'state should be "success",\nbut is "error"',
                  chains: [['vcenter task-1: ReconfigVM_Task', '└─ kmip    connection refused \u0007']],
                }),
                step(1, 'skipped', { section: 'verify', verb: 'journal', title: 'Nothing after' }),
              ],
            },
          ],
        },
      ],
    },
    {
      file: 'c.scenario.yaml',
      scenarios: [
        {
          name: 'flickers',
          tags: [],
          status: 'flaky',
          replay: 'keyrig run c.scenario.yaml --seed=c2',
          attempts: [
            { status: 'failed', seed: 'c1', milliseconds: 500, steps: [step(1, 'failed', { problem: 'too early' })] },
            { status: 'passed', seed: 'c2', milliseconds: 500, steps: [step(1, 'passed')] },
          ],
        },
      ],
    },
    {
      file: 'd.scenario.yaml',
      scenarios: [
        {
          name: 'left-out',
          tags: ['slow'],
          status: 'skipped',
          reason: '--tag !slow leaves it out',
          replay: 'keyrig run d.scenario.yaml',
          attempts: [],
        },
      ],
    },
    {
      file: 'e.scenario.yaml',
      scenarios: [
        {
          name: 'not-run',
          tags: [],
          status: 'error',
          replay: 'keyrig run e.scenario.yaml --seed=e',
          attempts: [{ status: 'error', seed: 'e', milliseconds: 100, problem: 'port 5696 is taken', steps: [] }],
        },
      ],
    },
  ],
};

const read = (name: string) => readFileSync(join(shop.folder, name), 'utf8');

describe('keyrig merge', () => {
  let screen = '';
  beforeAll(async () => {
    shop.file('in.json', JSON.stringify(report));
    const forms = 'terminal,json=out.json,junit=out.xml,tap=out.tap,github=out.txt';
    const { code, stdout, stderr } = await shop.keyrig(['merge', 'in.json', '--reporter', forms]);
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    screen = stdout;
  });

  it('of one report gives that report', () => {
    expect(JSON.parse(read('out.json'))).toEqual(report);
  });

  it('shows it as a run does, with nothing for a terminal only', () => {
    expect(screen).toContain(
      [
        'fails <&> "badly" #1',
        '  b.scenario.yaml',
        '  ✓   1 Step 1 1.3 s',
        '  ✗   2 Encrypt: 50%, or more 1.3 s',
        '        kms.objects: state should be "success",',
        '        but is "error"',
        '        vcenter task-1: ReconfigVM_Task',
      ].join('\n'),
    );
    expect(screen).toContain('  failed 0/1 in 500 ms  seed c1\n  attempt 2\n');
    expect(screen).toContain('  flaky 1/1 in 500 ms  seed c2\n');
    expect(screen).toContain('✗ not-run (e.scenario.yaml) not run\n    port 5696 is taken\n');
    expect(screen).toContain('5 scenarios: 1 passed, 1 failed, 1 flaky, 1 skipped, 1 not run in 5.0 s');
    expect(screen).not.toContain('\x1b');
  });

  it('JUnit: a suite for each scenario, a test case for each step and line of verify', () => {
    const root = readXml(read('out.xml'));
    expect(root).toMatchObject({
      name: 'testsuites',
      attributes: { tests: '7', failures: '1', errors: '1', skipped: '2', time: '5.000' },
    });
    const suites = root.children;
    expect(suites.map(({ attributes }) => attributes.name)).toEqual([
      'passes',
      'fails <&> "badly" #1',
      'flickers',
      'left-out',
      'not-run',
    ]);
    expect(suites[1]!.attributes).toMatchObject({
      tests: '3',
      failures: '1',
      errors: '0',
      skipped: '1',
      time: '1.000',
    });
    const cases = suites[1]!.children.filter(({ name }) => name === 'testcase');
    expect(cases.map(({ attributes }) => attributes.name)).toEqual([
      'steps 1: Step 1',
      'steps 2: Encrypt: 50%, or more',
      'verify 1: Nothing after',
    ]);
    expect(cases[0]).toMatchObject({ attributes: { classname: 'fails <&> "badly" #1', time: '1.250' }, children: [] });
    expect(cases[1]!.children).toMatchObject([
      {
        name: 'failure',
        attributes: { message: 'state should be "success",\nbut is "error"' },
        // XML 1.0 has no place for the bell (U+0007).
        text: expect.stringContaining(
          'vcenter task-1: ReconfigVM_Task\n└─ kmip    connection refused \ufffd\nkeyrig run',
        ),
      },
    ]);
    expect(cases[2]!.children).toMatchObject([{ name: 'skipped' }]);
    const outcomes = suites
      .slice(2)
      .map(({ children }) => children.find(({ name }) => name === 'testcase')!.children[0]);
    expect(outcomes).toMatchObject([
      { name: 'flakyFailure', attributes: { message: 'too early' } },
      { name: 'skipped', attributes: { message: '--tag !slow leaves it out' } },
      { name: 'error', attributes: { message: 'port 5696 is taken' } },
    ]);
  });

  it('TAP 14: a subtest for each scenario', () => {
    expect(read('out.tap')).toBe(`TAP version 14
1..5
# Subtest: passes
    1..1
    ok 1 - steps 1: Step 1
ok 1 - passes
# Subtest: fails <&> "badly" \\#1
    1..3
    ok 1 - steps 1: Step 1
    not ok 2 - steps 2: Encrypt: 50%, or more
      ---
      verb: "kms.objects"
      problem: "state should be \\"success\\",\\nbut is \\"error\\""
      at: "b.scenario.yaml:6:5"
      chain:
        - "vcenter task-1: ReconfigVM_Task"
        - "└─ kmip    connection refused \\u0007"
      ...
    ok 3 - verify 1: Nothing after # SKIP not reached
not ok 2 - fails <&> "badly" \\#1
  ---
  status: "failed"
  file: "b.scenario.yaml"
  replay: "keyrig run b.scenario.yaml --seed=b"
  attempts:
    - "failed: steps 2: state should be \\"success\\",\\nbut is \\"error\\""
  ...
# Subtest: flickers
    1..1
    ok 1 - steps 1: Step 1
ok 3 - flickers
  ---
  status: "flaky"
  file: "c.scenario.yaml"
  replay: "keyrig run c.scenario.yaml --seed=c2"
  attempts:
    - "failed: steps 1: too early"
    - "passed"
  ...
ok 4 - left-out # SKIP --tag !slow leaves it out
not ok 5 - not-run
  ---
  status: "error"
  file: "e.scenario.yaml"
  replay: "keyrig run e.scenario.yaml --seed=e"
  problem: "port 5696 is taken"
  attempts:
    - "error: port 5696 is taken"
  ...
# 5 scenarios: 1 passed, 1 failed, 1 flaky, 1 skipped, 1 not run
`);
  });

  it('GitHub: an annotation at the line of each step that failed', () => {
    expect(read('out.txt')).toBe(
      [
        '::error file=b.scenario.yaml,line=6,col=5,title=fails <&> "badly" #1%3A Encrypt%3A 50%25%2C or more::kms.objects: state should be "success",%0Abut is "error"%0Avcenter task-1: ReconfigVM_Task%0A└─ kmip    connection refused \u0007%0Akeyrig run b.scenario.yaml --seed=b',
        '::warning file=c.scenario.yaml,line=5,col=5,title=flickers%3A Step 1::kms.objects: too early%0Akeyrig run c.scenario.yaml --seed=c2',
        '::error file=e.scenario.yaml,title=not-run::port 5696 is taken%0Akeyrig run e.scenario.yaml --seed=e',
        '::notice title=keyrig::5 scenarios: 1 passed, 1 failed, 1 flaky, 1 skipped, 1 not run',
        '',
      ].join('\n'),
    );
  });
});

it('keyrig merge refuses what is no report, or one of another version', async () => {
  shop.file('other.json', '{"keyrigReport": 2}');
  shop.file('none.json', '[]');
  shop.file('half.json', '{"keyrigReport": 1, "keyrig": "0.1.0"}');
  const said = async (...files: string[]) => {
    const { code, stdout, stderr } = await shop.keyrig(['merge', ...files]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    return stderr;
  };
  expect(await said('other.json')).toContain('other.json is a report of version 2; this keyrig reads 1');
  expect(await said('none.json')).toContain('none.json is not a report of keyrig run');
  expect(await said('half.json')).toContain('half.json is not a whole report: "started"');
  expect(await said('nowhere.json')).toContain('cannot read nowhere.json');
  expect(await said()).toContain('missing required argument');
});

it('colours are for who wants them', async () => {
  shop.file('in.json', JSON.stringify(report));
  const merged = async (environment: Record<string, string>) =>
    (await shop.keyrig(['merge', 'in.json'], { environment })).stdout;
  // Node.js: FORCE_COLOR=0 is no colours, whatever the stream is.
  expect(await merged({ FORCE_COLOR: '1' })).toContain('\x1b[32m✓\x1b[39m   1 Step 1');
  expect(await merged({ FORCE_COLOR: '0', NO_COLOR: '1' })).not.toContain('\x1b');
});
