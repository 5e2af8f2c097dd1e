import { z } from 'zod';
import { withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterUnregisterVm = defineVerb({
  name: 'vcenter.unregisterVm',
  summary:
    'Takes a virtual machine out of the inventory; its files stay on the datastore: UnregisterVM. Result: { path } of its configuration file.',
  with: z.strictObject({ vm: named.vm }),
  run: ({ clients: { vcenter } }, { vm }) =>
    withFault(async () => {
      const machine = await vcenter.find('VirtualMachine', vm);
      const path = (await vcenter.properties(machine, 'summary.config.vmPathName')).get('summary.config.vmPathName');
      await vcenter.call('UnregisterVM', machine);
      return { path: path?.text ?? null };
    }),
});
