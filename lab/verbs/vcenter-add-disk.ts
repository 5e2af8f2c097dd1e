import { z } from 'zod';
import { escapeXml } from '../clients/soap.ts';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { profileXml } from './spec-xml.ts';
import { defineVerb } from './verb.ts';

export const vcenterAddDisk = defineVerb({
  name: 'vcenter.addDisk',
  summary: 'Adds a disk to a virtual machine, a new one or one whose file exists: ReconfigVM_Task.',
  with: z.strictObject({
    vm: named.vm,
    gb: z.number().positive().default(1).describe('Capacity of a new disk.'),
    file: z.string().optional().describe('Path of a disk that exists.'),
    encrypted: z.boolean().optional().describe('Give it the encryption policy (true) or the default one (false).'),
  }),
  run: ({ clients: { vcenter } }, { vm, gb, file, encrypted }) =>
    withFault(async () => {
      const machine = await vcenter.find('VirtualMachine', vm);
      const policy = encrypted ? await vcenter.encryptionPolicy() : undefined;
      const profile = encrypted === undefined ? '' : profileXml('profile', policy);
      const operation = `<operation>add</operation>${file === undefined ? '<fileOperation>create</fileOperation>' : ''}`;
      const backing = `<backing xsi:type="VirtualDiskFlatVer2BackingInfo"><fileName>${escapeXml(file ?? '')}</fileName><diskMode>persistent</diskMode></backing>`;
      const device = `<device xsi:type="VirtualDisk"><key>-1</key>${backing}<controllerKey>1000</controllerKey><capacityInKB>${Math.round(gb * 1024 * 1024)}</capacityInKB></device>`;
      const spec = `<spec><deviceChange>${operation}${device}${profile}</deviceChange></spec>`;
      return taskResult(await vcenter.task('ReconfigVM_Task', machine, spec));
    }),
});
