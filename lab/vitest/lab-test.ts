import { type TestAPI, test } from 'vitest';
import { type RunningLab, type StartLabOptions, startLab } from '../api.ts';

/** How the tests of {@link labTest} get their lab. */
export interface LabTestOptions extends StartLabOptions {
  /**
   * `test` (when absent): a lab for each test that asks for one. `file`: one for all tests of the file, which `rig.reset()` makes what
   * it was at its start; vitest wants that at the top level of the file.
   */
  scope?: 'test' | 'file';
}

/**
 * Makes vitest's `test` with a lab for those tests that ask for it. It is started before them and stopped after them.
 *
 * ```ts
 * const test = labTest({ clock: 'manual', world: { gateway: 'open', vcenter: { vms: [{ name: 'web-1' }] } } });
 * test('a story', async ({ rig }) => { … });
 * ```
 */
export function labTest({ scope = 'test', ...options }: LabTestOptions = {}): TestAPI<{ rig: RunningLab }> {
  return test.extend<{ rig: RunningLab }>({
    rig: [
      // biome-ignore lint/correctness/noEmptyPattern: vitest reads from this parameter which fixtures are needed
      async ({}, use) => {
        await using rig = await startLab({ resettable: scope === 'file', ...options });
        await use(rig);
      },
      { scope },
    ],
  });
}
