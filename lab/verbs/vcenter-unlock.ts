import { z } from 'zod';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterUnlock = defineVerb({
  name: 'vcenter.unlock',
  summary: 'Unlocks a locked encrypted virtual machine: CryptoUnlock_Task.',
  with: z.strictObject({ vm: z.string() }),
  run: ({ clients: { vcenter } }, { vm }) =>
    withFault(async () =>
      taskResult(await vcenter.task('CryptoUnlock_Task', await vcenter.find('VirtualMachine', vm))),
    ),
});
