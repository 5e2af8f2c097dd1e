import { z } from 'zod';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterUnlock = defineVerb({
  name: 'vcenter.unlock',
  summary: 'Unlocks a locked encrypted virtual machine: CryptoUnlock_Task.',
  with: z.strictObject({ vm: named.vm }),
  run: ({ clients: { vcenter } }, { vm }) =>
    withFault(async () =>
      taskResult(await vcenter.task('CryptoUnlock_Task', await vcenter.find('VirtualMachine', vm))),
    ),
});
