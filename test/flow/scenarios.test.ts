import { globSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { KeyPool } from '../../core/index.ts';
import { loadScenarios, runScenario } from '../../lab/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = globSync(`${root}/scenarios/**/*.scenario.yaml`).sort();
const keys = new KeyPool();

/** Each file, and each cell of a matrix, is a case of its own. */
const cases = files.flatMap((file) => {
  const loaded = loadScenarios(file);
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  return loaded.map(({ scenario }) => ({ name: `${relative(root, file)}: ${scenario.name}`, file, scenario }));
});

it.each(cases)('$name', async ({ file, scenario }) => {
  const result = await runScenario(scenario, file, { keys });
  const problems = result.steps
    .filter(({ status }) => status === 'failed')
    .map(({ title, problem }) => `${title}: ${problem}`);
  expect([result.problem, ...problems]).toEqual([undefined]);
  // The worlds in interop/ have no steps; interop-worlds.test.ts takes them at their word.
  if (!file.includes('/interop/')) expect(result.steps.length).toBeGreaterThan(0);
});
