import { expect, it } from 'vitest';
import { KeyPool } from '../../core/index.ts';
import { parseScenario } from '../../lab/scenario/load.ts';
import { runScenario } from '../../lab/scenario/run.ts';

it('a lab whose world asks for a KMS behind a shut gateway starts all the same: time passes while vCenter waits', async () => {
  const loaded = parseScenario(
    `
scenario: 1
name: shut
world:
  vcenter: { vms: [{ name: web-1 }], keyProviders: [{ name: keyrig }] }
steps:
  - do: vcenter.kmsStatus
`,
    'shut.scenario.yaml',
  );
  if (!('scenario' in loaded)) throw new Error(JSON.stringify(loaded.problems));
  const result = await runScenario(loaded.scenario, loaded.file, { keys: new KeyPool(), timeoutMs: 20_000 });
  expect(result).toMatchObject({ status: 'passed' });
});
