import { expect, it } from 'vitest';
import { KeyPool } from '../../core/index.ts';
import { parseScenario } from '../../lab/scenario/load.ts';
import { runScenario } from '../../lab/scenario/run.ts';

const keys = new KeyPool();

/** vcenter.md 7.1: the first provider that is added becomes the default. */
it.each([
  ['the first of several key providers is the default', '', 'kms-1'],
  ['unless the world says another', ', default: true', 'kms-2'],
])('%s', async (_what, second, expected) => {
  const loaded = parseScenario(
    `
scenario: 1
name: two key providers
world:
  gateway: open
  kms: [{ name: kms-1 }, { name: kms-2 }]
  vcenter:
    keyProviders:
      - { name: first, kms: [kms-1] }
      - { name: second, kms: [kms-2]${second} }
steps:
  - do: vcenter.generateKey
    expect: { success: true }
  - do: kms.objects
    with: { kms: ${expected} }
    expect: { count: 1 }
`,
    'two.scenario.yaml',
  );
  if (!('scenario' in loaded)) throw new Error(JSON.stringify(loaded.problems));
  expect(await runScenario(loaded.scenario, loaded.file, { keys, timeoutMs: 20_000 })).toMatchObject({
    status: 'passed',
  });
});
