import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Problem, parseScenario, parseScenarios } from '../../lab/scenario/load.ts';

function problems(text: string): string[] {
  const result = parseScenario(text, 'x.scenario.yaml');
  if (!('problems' in result)) return [];
  return result.problems.map(({ line, column, message }: Problem) => `${line}:${column} ${message}`);
}

describe('a broken scenario file', () => {
  it('unknown key: place, nearest word, what is known', () => {
    const [first, ...rest] = problems('scenario: 1\nname: a\nsteps:\n  - do: kms.stop\n    expext: {}\n');
    expect(rest).toEqual([]);
    expect(first).toContain('5:5 unknown key "expext"; did you mean "expect"?');
    expect(first).toContain('known here: id, name, expect, capture, retry, within, do, with');
  });

  it('unknown verb', () => {
    const [first] = problems('scenario: 1\nname: a\nsteps:\n  - do: vcenter.editStoragePolicy\n    with: { vm: a }\n');
    expect(first).toMatch(
      /^4:9 unknown verb "vcenter\.editStoragePolicy"; did you mean "vcenter\.editStoragePolicies"\?/,
    );
  });

  it('unknown key inside a verb', () => {
    const [first] = problems(
      'scenario: 1\nname: a\nsteps:\n  - do: vcenter.power\n    with:\n      vm: a\n      stat: on\n',
    );
    expect(first).toContain('6:7 "steps.0.with.state" is missing; expected one of "on", "off"');
    expect(problems('scenario: 1\nname: a\nsteps:\n  - do: vcenter.vm\n    with: { vm: a, host: b }\n')[0]).toContain(
      '5:20 unknown key "host"',
    );
  });

  it('wrong value: what was expected', () => {
    expect(problems('scenario: 1\nname: a\nworld:\n  gateway: opne\n')).toEqual([
      '4:12 "world.gateway" is "opne"; expected one of "ovh", "open"; did you mean "open"?',
    ]);
    expect(problems('scenario: 2\nname: a\n')).toEqual(['1:11 "scenario" is 2; expected 1']);
    expect(problems('scenario: 1\n')).toEqual(['1:1 "name" is missing; expected text']);
  });

  it('unknown fault point and unknown certificate flaw', () => {
    const [first] = problems(
      'scenario: 1\nname: a\nfaults:\n  - id: f\n    at: kmip.reqest\n    then: { hang: true }\n',
    );
    expect(first).toMatch(/^5:9 "faults\.0\.at" is "kmip\.reqest"; .*did you mean "kmip\.request"\?/);
    expect(problems('scenario: 1\nname: a\nworld:\n  kms:\n    - certificate: expird\n')[0]).toMatch(
      /^5:20 .*did you mean "expired"\?/,
    );
  });

  it('YAML that is none, and duplicate keys', () => {
    expect(problems('scenario: 1\nname: [a\n')[0]).toMatch(/^3:1 |^2:/);
    expect(problems('scenario: 1\nname: a\nname: b\n')[0]).toMatch(/^3:1 .*unique/i);
    expect(problems('')).toHaveLength(1);
    expect(problems('- just\n- a list\n')[0]).toContain('1:1 the file is');
  });

  it('aliases beyond reason', () => {
    const bomb = `scenario: 1\nname: a\nx: &a [1,1,1,1,1,1,1,1,1,1]\ny: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nz: [${'*b,'.repeat(200)}*b]\n`;
    expect(problems(bomb)[0]).toContain('alias');
  });
});

it('references stand for values that are known later', () => {
  const text =
    'scenario: 1\nname: a\nsteps:\n  - do: kms.thumbprint\n    with: { address: "${kms.address}", port: "${kms.port}" }\n';
  expect(problems(text)).toEqual([]);
});

it('every shipped scenario is valid', () => {
  const folder = fileURLToPath(new URL('../../scenarios', import.meta.url));
  const files = globSync(`${folder}/**/*.scenario.yaml`);
  expect(files.length).toBeGreaterThanOrEqual(16);
  for (const file of files) {
    const result = parseScenarios(readFileSync(file, 'utf8'), file);
    expect('problems' in result ? result.problems : []).toEqual([]);
  }
});
