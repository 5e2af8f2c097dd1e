import { z } from 'zod';
import { escapeXml } from '../clients/soap.ts';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterSnapshot = defineVerb({
  name: 'vcenter.snapshot',
  summary: 'Takes a snapshot of a virtual machine: CreateSnapshot_Task.',
  with: z.strictObject({
    vm: named.vm,
    name: z.string().describe('Name of the snapshot.'),
    memory: z.boolean().default(false).describe("Keep the running machine's memory."),
  }),
  run: ({ clients: { vcenter } }, { vm, name, memory }) =>
    withFault(async () => {
      const machine = await vcenter.find('VirtualMachine', vm);
      const wanted = `<name>${escapeXml(name)}</name><memory>${memory}</memory><quiesce>false</quiesce>`;
      return taskResult(await vcenter.task('CreateSnapshot_Task', machine, wanted));
    }),
});
