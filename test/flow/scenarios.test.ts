import { globSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { KeyPool } from '../../core/index.ts';
import { loadScenario, runScenario } from '../../lab/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = globSync(`${root}/scenarios/**/*.scenario.yaml`).sort();
const keys = new KeyPool();

it.each(files.map((file) => [relative(root, file), file]))('%s', async (_name, file) => {
  const loaded = loadScenario(file);
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const result = await runScenario(loaded.scenario, file, { keys });
  const problems = result.steps
    .filter(({ status }) => status === 'failed')
    .map(({ title, problem }) => `${title}: ${problem}`);
  expect([result.problem, ...problems]).toEqual([undefined]);
  // The worlds in interop/ have no steps; interop-worlds.test.ts takes them at their word.
  if (!file.includes('/interop/')) expect(result.steps.length).toBeGreaterThan(0);
});
