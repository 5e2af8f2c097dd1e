import { z } from 'zod';
import { escapeXml } from '../clients/soap.ts';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterEditVm = defineVerb({
  name: 'vcenter.editVm',
  summary: 'VM Options: sets encrypted vMotion (ReconfigVM_Task with migrateEncryption).',
  with: z.strictObject({
    vm: named.vm,
    migrateEncryption: z.string().describe('disabled, opportunistic or required'),
  }),
  run: ({ clients: { vcenter } }, { vm, migrateEncryption }) =>
    withFault(async () => {
      const machine = await vcenter.find('VirtualMachine', vm);
      const spec = `<spec><migrateEncryption>${escapeXml(migrateEncryption)}</migrateEncryption></spec>`;
      return taskResult(await vcenter.task('ReconfigVM_Task', machine, spec));
    }),
});
