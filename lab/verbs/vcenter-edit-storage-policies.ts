import { z } from 'zod';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { choice, chosenDisks } from './choice.ts';
import { named } from './named.ts';
import { diskChangeXml, profileXml } from './spec-xml.ts';
import { defineVerb } from './verb.ts';

export const vcenterEditStoragePolicies = defineVerb({
  name: 'vcenter.editStoragePolicies',
  summary:
    'VM Policies > Edit VM Storage Policies: applies "VM Encryption Policy" to the VM files and disks by ReconfigVM_Task. Result: { task } and, for a failed task, { fault: { type, message, reasons } }.',
  with: z.strictObject({
    vm: named.vm,
    ...choice,
    policy: z
      .enum(['VM Encryption Policy', 'Datastore Default'])
      .default('VM Encryption Policy')
      .describe('Datastore Default takes the encryption away.'),
  }),
  run: ({ clients: { vcenter } }, { vm, vmFiles, disks, policy }) =>
    withFault(async () => {
      const id = policy === 'Datastore Default' ? undefined : await vcenter.encryptionPolicy();
      const machine = await vcenter.find('VirtualMachine', vm);
      const changes = chosenDisks(await vcenter.disks(machine), disks).map((disk) =>
        diskChangeXml(disk, { profile: profileXml('profile', id) }),
      );
      const spec = `<spec>${changes.join('')}${vmFiles ? profileXml('vmProfile', id) : ''}</spec>`;
      return taskResult(await vcenter.task('ReconfigVM_Task', machine, spec));
    }),
});
