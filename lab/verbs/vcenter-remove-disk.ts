import { z } from 'zod';
import { KeyrigError } from '../../core/index.ts';
import { textOf } from '../clients/soap.ts';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterRemoveDisk = defineVerb({
  name: 'vcenter.removeDisk',
  summary: 'Removes a disk from a virtual machine: ReconfigVM_Task. Result: { task, file }.',
  with: z.strictObject({
    vm: named.vm,
    disk: z.number().int().min(1).describe('Its position, counted from 1.'),
    deleteFile: z.boolean().default(false).describe('Delete the file, too.'),
  }),
  run: ({ clients: { vcenter } }, { vm, disk, deleteFile }) =>
    withFault(async () => {
      const machine = await vcenter.find('VirtualMachine', vm);
      const found = (await vcenter.disks(machine))[disk - 1];
      if (!found) throw new KeyrigError('ERR_STEP', `${vm} has no disk ${disk}`);
      const operation = `<operation>remove</operation>${deleteFile ? '<fileOperation>destroy</fileOperation>' : ''}`;
      const device = `<device xsi:type="VirtualDisk"><key>${textOf(found, 'key')}</key></device>`;
      const spec = `<spec><deviceChange>${operation}${device}</deviceChange></spec>`;
      const result = taskResult(await vcenter.task('ReconfigVM_Task', machine, spec));
      return { ...result, file: textOf(found, 'backing', 'fileName') ?? null };
    }),
});
