import { z } from 'zod';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterDestroyVm = defineVerb({
  name: 'vcenter.destroyVm',
  summary: 'Deletes a virtual machine with its files: Destroy_Task.',
  with: z.strictObject({ vm: z.string() }),
  run: ({ clients: { vcenter } }, { vm }) =>
    withFault(async () => taskResult(await vcenter.task('Destroy_Task', await vcenter.find('VirtualMachine', vm)))),
});
