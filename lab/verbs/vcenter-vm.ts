import { z } from 'zod';
import { withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterVm = defineVerb({
  name: 'vcenter.vm',
  summary:
    'Looks at a virtual machine. Result: { hardwareVersion, host, powerState, cryptoState, encrypted, keyId, providerId, migrateEncryption, template, path, snapshots, encryptionBundle, disks: [{ label, file, encrypted, keyId, iofilter }] }.',
  with: z.strictObject({ vm: named.vm }),
  run: ({ clients }, { vm }) => withFault(() => clients.vcenter.virtualMachine(vm)),
});
