import { z } from 'zod';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterDestroyVm = defineVerb({
  name: 'vcenter.destroyVm',
  summary: 'Deletes a virtual machine with its files: Destroy_Task.',
  with: z.strictObject({ vm: named.vm }),
  run: ({ clients: { vcenter } }, { vm }) =>
    withFault(async () => taskResult(await vcenter.task('Destroy_Task', await vcenter.find('VirtualMachine', vm)))),
});
