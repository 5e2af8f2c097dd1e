import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { formatScenario } from '../../../lab/scenario/format.ts';
import { Workshop } from '../keyrig-process.ts';

vi.setConfig({ testTimeout: 180_000 });

const shop = new Workshop();

function formatted(text: string): string {
  const result = formatScenario(text, 'x.scenario.yaml');
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.text;
}

describe('keyrig fmt', () => {
  it('keeps comments, blank lines, quotes and the order of keys', () => {
    const before = `# about
scenario:   1   # the version
name: 'a'

tags: [ x,y ]
world: {gateway: open, kms: [{name: k}]}
steps:
- do: kms.stop   # stop it
  with: {kms: "\${x}"}

# the end
`;
    expect(formatted(before)).toBe(`# about
scenario: 1 # the version
name: 'a'

tags: [x, y]
world: { gateway: open, kms: [{ name: k }] }
steps:
  - do: kms.stop # stop it
    with: { kms: "\${x}" }

# the end
`);
  });

  it('never breaks a text that stands on one line; breaks braces that are wider than a line', () => {
    const text = `description: ${'word '.repeat(60).trim()}\n`;
    expect(formatted(text)).toBe(text);
    const wide = formatted(
      `a: { ${Array.from({ length: 20 }, (_, index) => `member${index}: ${index}`).join(', ')} }\n`,
    );
    expect(wide.split('\n').length).toBeGreaterThan(20);
    expect(formatted(wide)).toBe(wide);
  });

  it('every shipped scenario is formatted; formatting twice changes nothing, nor does it change a meaning', () => {
    const folder = fileURLToPath(new URL('../../../scenarios', import.meta.url));
    const files = globSync(`${folder}/**/*.{yaml,yml}`);
    expect(files.length).toBeGreaterThan(50);
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      expect(formatted(text), file).toBe(text);
      // Another style of the same file comes back to it, with the same meaning.
      const other = text.replaceAll('{ ', '{').replaceAll('[', '[ ').replaceAll('\n\n', '\n\n\n');
      const again = formatted(other);
      expect(formatted(again), file).toBe(again);
      expect(parse(again), file).toEqual(parse(other));
    }
  });

  it('writes files, or with --check only tells; a broken file is told with its place and left alone', async () => {
    const file = shop.file('ugly.scenario.yaml', 'scenario:  1', 'name:   a');
    expect(await shop.keyrig(['fmt', file, '--check'])).toMatchObject({
      code: 1,
      stdout: `${file}: is not formatted\n`,
    });
    expect(readFileSync(file, 'utf8')).toBe('scenario:  1\nname:   a\n');
    expect(await shop.keyrig(['fmt', file])).toMatchObject({ code: 0, stdout: `${file}: formatted\n` });
    expect(readFileSync(file, 'utf8')).toBe('scenario: 1\nname: a\n');
    expect(await shop.keyrig(['fmt', file, '--check'])).toMatchObject({ code: 0, stdout: '' });
    const broken = shop.file('broken.scenario.yaml', 'a: [1');
    const { code, stderr } = await shop.keyrig(['fmt', broken]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${broken}:2:1: `);
    expect(readFileSync(broken, 'utf8')).toBe('a: [1\n');
  });
});

describe('keyrig init', () => {
  it('writes a scenario that is formatted, passes, and whose schema is where its first line says', async () => {
    expect(await shop.keyrig(['init'])).toMatchObject({
      code: 0,
      stdout: 'wrote first.scenario.yaml: keyrig run first.scenario.yaml\n',
    });
    const text = readFileSync(join(shop.folder, 'first.scenario.yaml'), 'utf8');
    expect(formatted(text)).toBe(text);
    const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? [];
    const path = join(shop.folder, schema);
    expect(existsSync(path)).toBe(true);
    expect(JSON.parse(readFileSync(path, 'utf8')).title).toBe('keyrig scenario, version 1');
    const { code, stdout } = await shop.keyrig(['run', 'first.scenario.yaml', '--strict']);
    expect(stdout).toContain('1 scenario: 1 passed');
    expect(code).toBe(0);
  });

  it('does not write over a file without --force, and tells when it cannot write', async () => {
    const file = shop.file('mine.scenario.yaml', 'mine');
    const { code, stderr } = await shop.keyrig(['init', file]);
    expect(code).toBe(2);
    expect(stderr).toContain(`"${file}" is there already; --force writes over it`);
    expect(readFileSync(file, 'utf8')).toBe('mine\n');
    expect((await shop.keyrig(['init', file, '--force'])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('name: mine\n');
    expect((await shop.keyrig(['init', join(file, 'x.yaml')])).code).toBe(2);
  });
});
