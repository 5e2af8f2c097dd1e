import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { guideRemarks } from '../../scripts/guide-remarks.ts';

const root = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const ending = '.scenario.yaml';
const files = globSync(`**/*${ending}`, { cwd: root }).sort();

it('has the folders that the documentation names, and sixty files at least', () => {
  expect([...new Set(files.map(dirname))]).toEqual([
    'clusters',
    'guide',
    'interop',
    'kms-failures',
    'lifecycle',
    'locking',
    'ovh',
    'permissions',
    'recovery',
    'recrypt',
    'time',
    'tls',
    'trust',
    'vmotion',
  ]);
  expect(files.length).toBeGreaterThanOrEqual(60);
});

it.each(files)('%s is named after its file and tells its story in one line', (file) => {
  const text = readFileSync(`${root}${file}`, 'utf8');
  const { name, description, tags } = parse(text);
  expect(name).toBe(basename(file, ending));
  expect(description).toMatch(/^\S[^\n]{20,}\.$/);
  expect(tags).toContain(dirname(file));
});

describe("the guide's remarks", () => {
  const covered = guideRemarks.flatMap(({ scenarios }) => scenarios);

  it.each(guideRemarks.map(({ chapter, text, scenarios }) => [`${chapter}: ${text}`, scenarios]))(
    '%s',
    (_remark, scenarios) => {
      for (const path of scenarios) expect(existsSync(`${root}${path}${ending}`), path).toBe(true);
    },
  );

  it.each(files.filter((file) => dirname(file) === 'guide'))('%s shows one of them', (file) => {
    expect(covered).toContain(file.slice(0, -ending.length));
  });
});
