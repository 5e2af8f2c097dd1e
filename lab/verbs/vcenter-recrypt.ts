import { z } from 'zod';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { choice, chosenDisks, isEncrypted } from './choice.ts';
import { named } from './named.ts';
import { cryptoXml, diskChangeXml } from './spec-xml.ts';
import { defineVerb } from './verb.ts';

export const vcenterRecrypt = defineVerb({
  name: 'vcenter.recrypt',
  summary:
    'Gives an encrypted virtual machine a new key: ReconfigVM_Task with CryptoSpecShallowRecrypt or CryptoSpecDeepRecrypt for its files and its encrypted disks.',
  with: z.strictObject({
    vm: named.vm,
    depth: z.enum(['shallow', 'deep']).default('shallow').describe('deep also encrypts the data anew.'),
    ...choice,
    keyId: z.string().optional().describe('A key that exists; without it vCenter makes one.'),
    provider: z.string().optional().describe("The key's provider; without it the default one."),
  }),
  run: ({ clients: { vcenter } }, { vm, depth, vmFiles, disks, ...key }) =>
    withFault(async () => {
      const crypto = cryptoXml('crypto', depth === 'deep' ? 'DeepRecrypt' : 'ShallowRecrypt', key);
      const machine = await vcenter.find('VirtualMachine', vm);
      const changes = chosenDisks(await vcenter.disks(machine), disks)
        .filter(isEncrypted)
        .map((disk) => diskChangeXml(disk, { crypto }));
      const spec = `<spec>${changes.join('')}${vmFiles ? crypto : ''}</spec>`;
      return taskResult(await vcenter.task('ReconfigVM_Task', machine, spec));
    }),
});
