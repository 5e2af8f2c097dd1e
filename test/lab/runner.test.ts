import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { type Report, reportSchema } from '../../lab/report/shape.ts';
import { Workshop } from './keyrig-process.ts';

vi.setConfig({ testTimeout: 180_000 });

const shop = new Workshop();

/** A folder with scenarios: `pass-…` passes, `fail-…` fails in its one step. */
function folder(name: string, files: Record<string, string[]>): string {
  mkdirSync(join(shop.folder, name));
  for (const [title, tags] of Object.entries(files)) {
    shop.file(
      join(name, `${title}.scenario.yaml`),
      'scenario: 1',
      `name: ${title}`,
      `tags: [${tags.join(', ')}]`,
      'steps:',
      `  - { do: kms.objects, expect: { count: ${title.startsWith('fail') ? 7 : 0} } }`,
    );
  }
  return name;
}

function reportIn(name: string): Report {
  return reportSchema.parse(JSON.parse(readFileSync(join(shop.folder, name), 'utf8')));
}

/** Name → status of every scenario, in the order of the report. */
function statuses(report: Report): Record<string, string> {
  return Object.fromEntries(
    report.files.flatMap(({ scenarios }) => scenarios.map(({ name, status }) => [name, status])),
  );
}

describe('workers', () => {
  it('run several scenarios at once; what they print does not mix', async () => {
    const name = folder('many', { 'pass-a': [], 'fail-b': [], 'pass-c': [], 'pass-d': [] });
    const reporters = ['--reporter', 'terminal,json=many.json'];
    const { code, stdout, stderr } = await shop.keyrig(['run', name, '--workers', '2', ...reporters]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    for (const title of ['pass-a', 'fail-b', 'pass-c', 'pass-d']) {
      // The name, the file, the step (with its problem when it fails), the verdict: lines that follow each other.
      expect(stdout).toMatch(
        new RegExp(
          `^${title}\\n  many/${title}\\.scenario\\.yaml\\n.* kms\\.objects .*\\n(.*should be 7.*\\n)?  (pass|fail)ed [01]/1 `,
          'm',
        ),
      );
    }
    expect(stdout).toContain('4 scenarios: 3 passed, 1 failed, 0 flaky, 0 skipped in ');
    const report = reportIn('many.json');
    expect(statuses(report)).toEqual({
      'fail-b': 'failed',
      'pass-a': 'passed',
      'pass-c': 'passed',
      'pass-d': 'passed',
    });
    expect(report).toMatchObject({ exitCode: 1, summary: { scenarios: 4, passed: 3, failed: 1, flaky: 0 } });
  });

  it('run one scenario after the other and leave nothing behind', async () => {
    const titles = Array.from({ length: 12 }, (_, index) => `pass-${index + 1}`);
    const name = folder('long', Object.fromEntries(titles.map((title) => [title, []])));
    // Node.js warns on standard error of listeners that were left behind.
    const { code, stderr } = await shop.keyrig(['run', name, '--reporter', 'json=long.json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(reportIn('long.json').summary.passed).toBe(12);
  });

  it('a process that dies takes its own scenario with it, not the others', async () => {
    const waits = shop.file(
      'waits.scenario.yaml',
      'scenario: 1',
      'name: waits',
      'clock: real',
      'steps:',
      '  - { do: kms.objects }',
      '  - { do: clock.advance, with: { seconds: 3600 }, name: An hour passes }',
      '  - { do: kms.objects }',
    );
    const after = shop.file('waits-after.scenario.yaml', 'scenario: 1', 'name: after', 'steps: [{ do: kms.objects }]');
    let killed = false;
    const { code, stdout } = await shop.keyrig(['run', waits, after], {
      onOutput: (text, pid) => {
        if (killed || !text.includes('1 kms.objects')) return;
        killed = true;
        const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
        for (const child of children) process.kill(Number(child), 'SIGKILL');
      },
    });
    expect(code).toBe(3);
    expect(stdout).toContain('the process it ran in ended with SIGKILL');
    expect(stdout).toMatch(/✓ {3}1 kms\.objects/);
    expect(stdout).toContain('2 scenarios: 1 passed, 0 failed, 0 flaky, 0 skipped, 1 not run in ');
  });
});

it('goes on, and writes its files, when nobody reads standard output any more', async () => {
  const name = folder('unread', { 'pass-a': [], 'pass-b': [], 'pass-c': [] });
  const args = ['run', name, '--reporter', 'terminal,json=unread.json'];
  const { code, stderr } = await shop.keyrig(args, { closeAfter: 'pass-a' });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(reportIn('unread.json').summary.passed).toBe(3);
});

describe('a selection', () => {
  it('by name and tags leaves nothing out silently', async () => {
    const name = folder('tagged', {
      'pass-a': ['quick'],
      'pass-b': ['quick', 'broken'],
      'pass-c': [],
      'fail-d': ['quick'],
    });
    const { code, stdout } = await shop.keyrig([
      ...['run', name, '--tag', 'quick', '--tag', '!broken', '--grep', 'PASS-[a-c]$'],
      ...['--reporter', 'terminal,json=tagged.json'],
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('- 1 skipped: --tag !broken leaves it out');
    expect(stdout).toContain('- 1 skipped: no tag of --tag quick');
    expect(stdout).toContain('- 1 skipped: --grep PASS-[a-c]$ does not fit');
    expect(stdout).toContain('4 scenarios: 1 passed, 0 failed, 0 flaky, 3 skipped in ');
    expect(statuses(reportIn('tagged.json'))).toEqual({
      'fail-d': 'skipped',
      'pass-a': 'passed',
      'pass-b': 'skipped',
      'pass-c': 'skipped',
    });
  });

  it('that leaves none ends with 4', async () => {
    const name = folder('none', { 'pass-a': [] });
    const { code, stderr } = await shop.keyrig(['run', name], { environment: { KEYRIG_TAG: 'quick,slow' } });
    expect(code).toBe(4);
    expect(stderr).toContain('the filters leave none of 1 scenarios');
  });
});

describe('shards', () => {
  it('share all scenarios among themselves; their reports merge into that of the whole', async () => {
    const name = folder('sharded', { 'pass-a': [], 'pass-b': [], 'fail-c': [], 'pass-d': [], 'pass-e': ['slow'] });
    const shard = (index: number, ...more: string[]) =>
      shop.keyrig(['run', name, '--tag', '!slow', '--reporter', `json=shard-${index}.json`, ...more], {
        environment: { KEYRIG_SHARD: `${index}/2` },
      });
    // By path: fail-c, pass-a, pass-b, pass-d.
    expect(await shard(1)).toEqual({ code: 1, stdout: '', stderr: '' });
    expect(await shard(2)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(statuses(reportIn('shard-1.json'))).toEqual({ 'fail-c': 'failed', 'pass-b': 'passed', 'pass-e': 'skipped' });
    expect(statuses(reportIn('shard-2.json'))).toEqual({ 'pass-a': 'passed', 'pass-d': 'passed' });

    const whole = await shop.keyrig([
      'merge',
      'shard-2.json',
      'shard-1.json',
      '--reporter',
      'terminal,json=whole.json',
    ]);
    expect({ ...whole, stdout: '' }).toEqual({ code: 1, stdout: '', stderr: '' });
    expect(whole.stdout).toContain('kms.objects: count should be 7, but is 0');
    expect(whole.stdout).toContain('5 scenarios: 3 passed, 1 failed, 0 flaky, 1 skipped in ');
    expect(Object.keys(statuses(reportIn('whole.json')))).toEqual(['fail-c', 'pass-a', 'pass-b', 'pass-d', 'pass-e']);
    expect(reportIn('whole.json').shard).toBeUndefined();

    const part = await shop.keyrig(['merge', 'shard-2.json']);
    expect(part.code).toBe(3);
    expect(part.stdout).toContain('shard 1/2 is missing');
    const twice = await shop.keyrig(['merge', 'shard-2.json', 'shard-2.json', 'shard-1.json']);
    expect(twice.code).toBe(3);
    expect(twice.stdout).toContain('shard 2/2 is there 2 times');
    expect(twice.stdout).toContain('sharded/pass-a.scenario.yaml is in more than one report');
  });

  it('may be empty', async () => {
    const name = folder('few', { 'pass-a': [] });
    const { code, stdout } = await shop.keyrig(['run', name, '--shard', '2/2']);
    expect(code).toBe(0);
    expect(stdout).toContain('0 scenarios: 0 passed, 0 failed, 0 flaky, 0 skipped in ');
    expect(stdout).toContain('(shard 2/2)');
  });
});

it('--bail begins nothing after the first failure', async () => {
  const name = folder('bailed', { 'fail-a': [], 'pass-b': [], 'pass-c': [] });
  const { code, stdout } = await shop.keyrig(['run', name, '--bail']);
  expect(code).toBe(1);
  expect(stdout).toContain('- 2 skipped: --bail ended the run before it');
  expect(stdout).toContain('3 scenarios: 0 passed, 1 failed, 0 flaky, 2 skipped in ');
});

describe('--retries', () => {
  it('calls flaky what passes when it is tried again, and ends with 0', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo;
    const path = shop.file(
      'flaky.scenario.yaml',
      'scenario: 1',
      'name: flaky',
      `world: { kms: [{ name: kms-1, port: ${port} }] }`,
      'steps: [{ do: kms.objects }]',
    );
    const args = ['run', path, '--retries', '50', '--reporter', 'terminal,json=flaky.json,junit=flaky.xml'];
    const { code, stdout } = await shop.keyrig(args, {
      // The port is given back when the first attempt has failed for want of it.
      onOutput: (text) => {
        if (text.includes('attempt 2') && squatter.listening) squatter.close();
      },
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/error 0\/0.*\n.*attempt 2/s);
    expect(stdout).toMatch(/ {2}flaky 1\/1 in /);
    expect(stdout).toContain('1 scenario: 0 passed, 0 failed, 1 flaky, 0 skipped in ');
    const [scenario] = reportIn('flaky.json').files[0]!.scenarios;
    expect(scenario!.attempts.at(0)!.status).toBe('error');
    expect(scenario!.attempts.at(-1)!.status).toBe('passed');
    expect(readFileSync(join(shop.folder, 'flaky.xml'), 'utf8')).toContain('<flakyFailure message=');
  });

  it('a failure that stays is a failure, with every attempt in the report', async () => {
    const name = folder('stubborn', { 'fail-a': [] });
    const { code, stdout } = await shop.keyrig(['run', name, '--retries', '2', '--reporter', 'json']);
    expect(code).toBe(1);
    const [scenario] = reportSchema.parse(JSON.parse(stdout)).files[0]!.scenarios;
    expect(scenario).toMatchObject({ status: 'failed', attempts: [{ status: 'failed' }, {}, {}] });
    expect(scenario!.attempts).toHaveLength(3);
  });
});

describe('--timeout', () => {
  it('fails the step that is running, and says which', async () => {
    const path = shop.file(
      'long.scenario.yaml',
      'scenario: 1',
      'name: long',
      'clock: real',
      'steps:',
      '  - { do: clock.advance, with: { seconds: 3600 }, name: An hour passes }',
      '  - { do: kms.objects, name: Never reached }',
    );
    const { code, stdout } = await shop.keyrig(['run', path, '--timeout', '10s']);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /✗ {3}1 An hour passes .*\n.*clock\.advance: still running when the time .* was up \(10\.0 s\)/,
    );
    expect(stdout).toMatch(/- {3}2 Never reached skipped/);
  });

  it('ends a scenario whose process does not react any more', async () => {
    const path = shop.file(
      'stuck.scenario.yaml',
      'scenario: 1',
      'name: stuck',
      'steps:',
      `  - { do: kms.objects, name: ${'a'.repeat(60)}! }`,
      'verify:',
      // A pattern that takes longer than anybody lives to find that it does not fit.
      "  - { name: A costly pattern, journal: { text: { matches: '(a+)+$' } } }",
    );
    const after = shop.file('stuck-after.scenario.yaml', 'scenario: 1', 'name: after', 'steps: [{ do: kms.objects }]');
    const { code, stdout } = await shop.keyrig(['run', path, after, '--timeout', '10s']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ {2}v1 A costly pattern .*\n.*its time was up \(10\.0 s\) and it could not be stopped/);
    expect(stdout).toContain('2 scenarios: 1 passed, 1 failed, ');
  });
});

it('hides passwords and private keys that an expectation would show', async () => {
  const path = shop.file(
    'secrets.scenario.yaml',
    'scenario: 1',
    'name: secrets',
    'world: { kms: [{ users: [{ username: vcenter, password: correct-horse }] }] }',
    'steps:',
    '  - { do: kms.issueClient, with: { user: somebody }, expect: { privateKey: correct-horse } }',
  );
  const { code, stdout } = await shop.keyrig(['run', path, '--reporter', 'terminal,json=s.json,junit=s.xml,tap=s.tap']);
  expect(code).toBe(1);
  expect(stdout).toContain('privateKey should be "[redacted]", but is "[redacted]');
  for (const output of [
    stdout,
    ...['s.json', 's.xml', 's.tap'].map((name) => readFileSync(join(shop.folder, name), 'utf8')),
  ]) {
    expect(output).not.toContain('correct-horse');
    expect(output).not.toContain('BEGIN');
  }
});

it('--watch runs a file again when it changes, and ends with the code of the last run', async () => {
  const name = folder('watched', { 'pass-a': [], 'pass-b': [] });
  const path = join(name, 'pass-a.scenario.yaml');
  const steps = (count: number) => `steps: [{ do: kms.objects, expect: { count: ${count} } }]`;
  let told = 0;
  const { code, stdout, stderr } = await shop.keyrig(['run', name, '--watch'], {
    onOutput: (text, pid) => {
      const sums = [...text.matchAll(/\d scenarios?: .* in /g)].length;
      if (sums === told) return;
      told = sums;
      if (told === 1) shop.file(path, 'scenario: 1', 'name: pass-a', steps(7));
      else process.kill(pid, 'SIGTERM');
    },
  });
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toContain('2 scenarios: 2 passed, ');
  expect(stdout).toMatch(/count should be 7, but is 0.*1 scenario: 0 passed, 1 failed, /s);
});

it.each([
  [['--workers', '0'], '--workers "0" is not a whole number from 1 on'],
  [['--shard', '3/2'], '--shard "3/2" is not i/n with i from 1 to n'],
  [['--grep', '('], '--grep "(" is not a regular expression'],
  [['--bail', 'never'], '--bail "never" is not a whole number from 1 on'],
  [['--timeout', '5 weeks'], '"5 weeks" is not a time such as 500ms, 30s or 5m'],
  [['--timeline', 'some'], '--timeline "some" is none of all, failed, none'],
  [['--reporter', 'pdf'], 'there is no reporter "pdf"; known: terminal, json, junit, tap, github, html'],
  [['--reporter', 'terminal,json'], 'terminal and json would mix on standard output'],
  [['--output', 'x.json'], '--output is the file of one reporter'],
])('%j is a usage error', async (args, message) => {
  expect(await shop.keyrig(['run', ...args])).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(message),
  });
});
