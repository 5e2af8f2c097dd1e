import { z } from 'zod';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { choice, chosenDisks, isEncrypted } from './choice.ts';
import { named } from './named.ts';
import { cryptoXml, diskChangeXml, profileXml } from './spec-xml.ts';
import { defineVerb } from './verb.ts';

export const vcenterDecrypt = defineVerb({
  name: 'vcenter.decrypt',
  summary:
    'Decrypts a virtual machine: ReconfigVM_Task with the default policy and CryptoSpecDecrypt for its files and its encrypted disks.',
  with: z.strictObject({ vm: named.vm, ...choice }),
  run: ({ clients: { vcenter } }, { vm, vmFiles, disks }) =>
    withFault(async () => {
      const machine = await vcenter.find('VirtualMachine', vm);
      const changes = chosenDisks(await vcenter.disks(machine), disks)
        .filter(isEncrypted)
        .map((disk) =>
          diskChangeXml(disk, { profile: profileXml('profile', undefined), crypto: cryptoXml('crypto', 'Decrypt') }),
        );
      const files = vmFiles ? `${profileXml('vmProfile', undefined)}${cryptoXml('crypto', 'Decrypt')}` : '';
      return taskResult(await vcenter.task('ReconfigVM_Task', machine, `<spec>${changes.join('')}${files}</spec>`));
    }),
});
