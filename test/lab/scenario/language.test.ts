import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type LoadedScenario, type LoadOptions, parseScenario, parseScenarios } from '../../../lab/scenario/load.ts';
import { Workshop } from '../keyrig-process.ts';

const shop = new Workshop();

function cells(text: string, options?: LoadOptions): LoadedScenario[] {
  const result = parseScenarios(text, join(shop.folder, 'x.scenario.yaml'), options);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result;
}

function problems(text: string, options?: LoadOptions): string[] {
  const result = parseScenarios(text, join(shop.folder, 'x.scenario.yaml'), options);
  if (!('problems' in result)) return [];
  return result.problems.map(
    ({ file, line, column, message }) => `${file.slice(shop.folder.length + 1)}:${line}:${column}: ${message}`,
  );
}

const head = 'scenario: 1\nname: a\n';

describe('vars', () => {
  const text = `${head}vars:
  port: 5700
  kms: kms-a
  both: \${kms}:\${port}
world:
  kms: [{ name: "\${kms}", port: "\${port}" }]
faults:
  - { id: f, at: kmip.request, match: { kms: "\${kms}" }, then: { hang: true } }
steps:
  - { do: kms.stop, with: { kms: "\${both}" }, name: "stop \${kms}", capture: { later: . } }
  - { do: kms.start, with: { kms: "\${later}-$\${kms}" } }
`;

  it('stand for values in the world, in faults and in steps; a whole scalar keeps its type', () => {
    const [{ scenario } = {} as LoadedScenario] = cells(text);
    expect(scenario.world?.kms).toEqual([{ name: 'kms-a', port: 5700, certificate: 'valid' }]);
    expect(scenario.faults?.[0]?.match).toEqual({ kms: 'kms-a' });
    expect(scenario.steps?.[0]).toMatchObject({ with: { kms: 'kms-a:5700' }, name: 'stop kms-a' });
    // What a step captures, and what is escaped, is read when the step runs.
    expect(scenario.steps?.[1]).toMatchObject({ with: { kms: '${later}-$${kms}' } });
  });

  it('can be given from outside; text stays text, the rest is read as YAML', () => {
    const vars = new Map([
      ['port', '5800'],
      ['kms', '7'],
    ]);
    const [{ scenario } = {} as LoadedScenario] = cells(text, { vars });
    expect(scenario.world?.kms).toMatchObject([{ name: '7', port: 5800 }]);
    expect(scenario.vars).toEqual({ port: 5800, kms: '7', both: '7:5800' });
  });

  it('what is put in is never read as a reference again', () => {
    const [{ scenario } = {} as LoadedScenario] = cells(
      `${head}vars: { x: "$\${kms}" }\nsteps: [{ do: kms.stop, with: { kms: "\${x}" } }]`,
    );
    expect(scenario.steps?.[0]?.with).toEqual({ kms: '$${kms}' });
  });

  it('that are unknown are told with place and nearest name, before anything runs', () => {
    expect(problems(`${head}vars: { port: 1 }\nworld:\n  kms:\n    - port: \${prt}\n`)).toEqual([
      'x.scenario.yaml:6:13: nothing is known as ${prt}; did you mean ${port}?',
    ]);
    expect(problems(`${head}world: { kms: [{ port: "\${kms.port}" }] }\n`)).toEqual([
      'x.scenario.yaml:3:24: ${kms.port} is known only to steps',
    ]);
    expect(problems(`${head}steps:\n  - { do: kms.stop, with: { kms: "\${kns.name}" } }\n`)).toEqual([
      'x.scenario.yaml:4:34: nothing is known as ${kns.name}; did you mean ${kms}?',
    ]);
    expect(
      problems(
        `${head}steps:\n  - { do: kms.stop, with: { kms: "\${b}" } }\n  - { do: kms.stop, capture: { b: . } }\n`,
      ),
    ).toEqual(['x.scenario.yaml:4:34: ${b} is captured only by a later step']);
    expect(problems(`${head}vars:\n  a: \${b}\n  b: 1\n`)).toEqual(['x.scenario.yaml:4:6: nothing is known as ${b}']);
  });

  it('a value that does not fit is told where it is used', () => {
    expect(problems(`${head}vars: { port: many }\nworld:\n  kms: [{ port: "\${port}" }]\n`)).toEqual([
      'x.scenario.yaml:5:17: "world.kms.0.port" is "many"; expected a number',
    ]);
  });
});

describe('matrix', () => {
  const text = `${head}seed: s
matrix:
  version: ["7.0", "8.0"]
  hosts: [1, 2]
  exclude: [{ version: "7.0", hosts: 2 }]
world: { vcenter: { version: "\${version}" }, kms: [{ name: "kms-\${hosts}" }] }
`;

  it('gives one scenario for each combination that is not left out', () => {
    const all = cells(text);
    expect(all.map(({ scenario: { name, seed, world } }) => [name, seed, world?.vcenter?.version])).toEqual([
      ['a [version=7.0, hosts=1]', 's version=7.0, hosts=1', '7.0'],
      ['a [version=8.0, hosts=1]', 's version=8.0, hosts=1', '8.0'],
      ['a [version=8.0, hosts=2]', 's version=8.0, hosts=2', '8.0'],
    ]);
    expect(all[2]?.cell).toEqual({ version: '8.0', hosts: 2 });
  });

  it('up takes one cell, which has to be chosen', () => {
    const file = 'x.scenario.yaml';
    expect(parseScenario(text, file)).toEqual({
      problems: [
        {
          file,
          line: 1,
          column: 1,
          message:
            'choose one cell of the matrix with --cell; there are: version=7.0, hosts=1 · version=8.0, hosts=1 · version=8.0, hosts=2',
        },
      ],
    });
    expect(parseScenario(text, file, { cell: new Map([['hosts', '2']]) })).toMatchObject({
      cell: { version: '8.0', hosts: 2 },
    });
  });

  it('a wrong one is told with its place', () => {
    const wide = `${head}matrix: { a: [${'1,'.repeat(11)}], b: [${'1,'.repeat(11)}] }\n`;
    expect(problems(wide)).toEqual(['x.scenario.yaml:3:9: "matrix" has 121 cells; expected at most 100']);
    expect(problems(`${head}matrix:\n  version: [1]\n  exclude:\n    - vresion: 1\n`)).toEqual([
      'x.scenario.yaml:6:7: "vresion" is no axis of the matrix; did you mean "version"?; axes: version',
    ]);
    expect(problems(`${head}matrix:\n  version: [1]\n  exclude:\n    - version: 2\n`)).toEqual([
      'x.scenario.yaml:6:16: the axis "version" has no value 2; it has 1',
    ]);
    expect(problems(`${head}matrix:\n  version: [1]\n  exclude: [{ version: 1 }]\n`)).toEqual([
      'x.scenario.yaml:5:12: "matrix.exclude" leaves no cell',
    ]);
    expect(problems(`${head}matrix: { version: 7 }\n`)).toEqual([
      'x.scenario.yaml:3:20: "matrix.version" is 7; expected a list',
    ]);
    expect(problems(`${head}vars: { version: 1 }\nmatrix: { version: [7] }\n`)).toEqual([
      'x.scenario.yaml:3:18: "version" is an axis of the matrix already',
    ]);
  });

  it('what is wrong in every cell is told once', () => {
    expect(problems(`${head}matrix: { v: [1, 2, 3] }\nworld: { gateway: opne }\n`)).toHaveLength(1);
  });
});

describe('use', () => {
  writeFileSync(
    join(shop.folder, 'base.yaml'),
    `scenario: 1
vars: { address: 127.0.0.9, port: 1 }
world:
  gateway: open
  kms:
    - { name: kms-1, address: "\${address}", certificate: expired }
    - { name: kms-2, https: ture }
faults:
  - { id: slow, at: kmip.response, then: { delay: 5 } }
`,
  );
  writeFileSync(
    join(shop.folder, 'good.yaml'),
    'scenario: 1\nuse: base.yaml\nworld: { kms: [{ name: kms-2, https: true }] }\n',
  );

  it('merges objects, lists of named things by name, and replaces the rest', () => {
    const [{ scenario } = {} as LoadedScenario] = cells(`${head}use: [good.yaml]
vars: { port: 2 }
world:
  kms:
    - { name: kms-1, certificate: valid, port: "\${port}" }
    - { name: kms-3 }
faults:
  - { id: slow, at: kmip.response, then: { delay: 9 } }
`);
    expect(scenario.world).toEqual({
      gateway: 'open',
      kms: [
        { name: 'kms-1', address: '127.0.0.9', certificate: 'valid', port: 2 },
        { name: 'kms-2', https: true, certificate: 'valid' },
        { name: 'kms-3', certificate: 'valid' },
      ],
    });
    expect(scenario.faults).toEqual([{ id: 'slow', at: 'kmip.response', then: { delay: 9 } }]);
  });

  it('problems point to the file that has them', () => {
    expect(problems(`${head}use: base.yaml\nworld:\n  kms: [{ name: kms-1, certificate: expird }]\n`)).toEqual([
      'x.scenario.yaml:5:37: "world.kms.0.certificate" is "expird"; expected one of "valid", "expired", "not-yet-valid", "wrong-name", "self-signed", "unknown-ca", "no-usage", "wrong-usage", "weak-key", "revoked"; did you mean "expired"?',
      'base.yaml:7:29: "world.kms.1.https" is "ture"; expected true, or a number; did you mean "true"?',
    ]);
  });

  it('files that are missing, broken, foreign, or use themselves', () => {
    writeFileSync(join(shop.folder, 'loop.yaml'), 'scenario: 1\nuse: loop.yaml\n');
    writeFileSync(join(shop.folder, 'typo.yaml'), 'scenario: 1\nwrold: {}\n');
    expect(problems(`${head}use: nowhere.yaml\n`)).toEqual([
      `x.scenario.yaml:3:6: there is no file "${join(shop.folder, 'nowhere.yaml')}"`,
    ]);
    expect(problems(`${head}use: /etc/passwd\n`)).toEqual([
      'x.scenario.yaml:3:6: "/etc/passwd" is not a path that starts at this file\'s folder',
    ]);
    const loop = join(shop.folder, 'loop.yaml');
    expect(problems(`${head}use: loop.yaml\n`)).toEqual([
      `loop.yaml:2:6: "loop.yaml" uses itself: ${join(shop.folder, 'x.scenario.yaml')} → ${loop} → ${loop}`,
    ]);
    expect(problems(`${head}use: [typo.yaml]\n`)).toEqual([
      'typo.yaml:2:1: unknown key "wrold"; did you mean "world"?',
    ]);
  });
});
