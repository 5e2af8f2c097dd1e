import { z } from 'zod';
import { escapeXml, textOf } from '../clients/soap.ts';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterEditStoragePolicies = defineVerb({
  name: 'vcenter.editStoragePolicies',
  summary:
    'VM Policies > Edit VM Storage Policies: applies "VM Encryption Policy" to the VM files and disks by ReconfigVM_Task. Result: { task } and, for a failed task, { fault: { type, message, reasons } }.',
  with: z.strictObject({
    vm: z.string(),
    vmFiles: z.boolean().default(true).describe('Select the files of the virtual machine.'),
    disks: z
      .union([z.literal('all'), z.array(z.number().int())])
      .default('all')
      .describe('Select disks: all, or their positions counted from 1.'),
  }),
  run: ({ clients: { vcenter } }, { vm, vmFiles, disks }) =>
    withFault(async () => {
      const policy = escapeXml(await vcenter.encryptionPolicy());
      const machine = await vcenter.find('VirtualMachine', vm);
      const profile = (element: string) =>
        `<${element} xsi:type="VirtualMachineDefinedProfileSpec"><profileId>${policy}</profileId></${element}>`;
      const chosen = (await vcenter.disks(machine)).filter((_, index) => disks === 'all' || disks.includes(index + 1));
      const changes = chosen.map((disk) => {
        const backing = `<backing xsi:type="VirtualDiskFlatVer2BackingInfo"><fileName>${escapeXml(textOf(disk, 'backing', 'fileName') ?? '')}</fileName><diskMode>persistent</diskMode></backing>`;
        const device = `<device xsi:type="VirtualDisk"><key>${textOf(disk, 'key')}</key>${backing}<controllerKey>${textOf(disk, 'controllerKey')}</controllerKey><unitNumber>${textOf(disk, 'unitNumber')}</unitNumber><capacityInKB>${textOf(disk, 'capacityInKB')}</capacityInKB></device>`;
        return `<deviceChange><operation>edit</operation>${device}${profile('profile')}</deviceChange>`;
      });
      const spec = `<spec>${changes.join('')}${vmFiles ? profile('vmProfile') : ''}</spec>`;
      return taskResult(await vcenter.task('ReconfigVM_Task', machine, spec));
    }),
});
