import { z } from 'zod';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterRevertSnapshot = defineVerb({
  name: 'vcenter.revertSnapshot',
  summary: 'Goes back to a snapshot: RevertToSnapshot_Task, or RevertToCurrentSnapshot_Task when none is named.',
  with: z.strictObject({
    vm: named.vm,
    name: z.string().optional().describe('Name of the snapshot; the current one when absent.'),
  }),
  run: ({ clients: { vcenter } }, { vm, name }) =>
    withFault(async () => {
      const machine = await vcenter.find('VirtualMachine', vm);
      return taskResult(
        name === undefined
          ? await vcenter.task('RevertToCurrentSnapshot_Task', machine)
          : await vcenter.task('RevertToSnapshot_Task', await vcenter.snapshot(machine, name)),
      );
    }),
});
