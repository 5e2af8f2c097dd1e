import { z } from 'zod';
import { referenceXml, taskResult, withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterMigrate = defineVerb({
  name: 'vcenter.migrate',
  summary: 'Moves a virtual machine to another host: MigrateVM_Task.',
  with: z.strictObject({ vm: named.vm, host: z.string().describe('Name of the host it goes to.') }),
  run: ({ clients: { vcenter } }, { vm, host }) =>
    withFault(async () => {
      const machine = await vcenter.find('VirtualMachine', vm);
      const destination = referenceXml('host', await vcenter.find('HostSystem', host));
      return taskResult(
        await vcenter.task('MigrateVM_Task', machine, `${destination}<priority>defaultPriority</priority>`),
      );
    }),
});
