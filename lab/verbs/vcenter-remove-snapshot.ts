import { z } from 'zod';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterRemoveSnapshot = defineVerb({
  name: 'vcenter.removeSnapshot',
  summary: 'Removes a snapshot: RemoveSnapshot_Task, or RemoveAllSnapshots_Task when none is named.',
  with: z.strictObject({
    vm: named.vm,
    name: z.string().optional().describe('Name of the snapshot; all of them when absent.'),
    withChildren: z.boolean().default(false).describe('Remove the snapshots below it, too.'),
    consolidate: z.boolean().default(true).describe('Merge the disks; otherwise their chain stays.'),
  }),
  run: ({ clients: { vcenter } }, { vm, name, withChildren, consolidate }) =>
    withFault(async () => {
      const machine = await vcenter.find('VirtualMachine', vm);
      const merge = `<consolidate>${consolidate}</consolidate>`;
      if (name === undefined) return taskResult(await vcenter.task('RemoveAllSnapshots_Task', machine, merge));
      const snapshot = await vcenter.snapshot(machine, name);
      const parameters = `<removeChildren>${withChildren}</removeChildren>${merge}`;
      return taskResult(await vcenter.task('RemoveSnapshot_Task', snapshot, parameters));
    }),
});
