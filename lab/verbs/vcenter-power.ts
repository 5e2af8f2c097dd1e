import { z } from 'zod';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterPower = defineVerb({
  name: 'vcenter.power',
  summary: 'Switches a virtual machine on or off: PowerOnVM_Task, PowerOffVM_Task.',
  with: z.strictObject({ vm: named.vm, state: z.enum(['on', 'off']).describe('Switch it on or off.') }),
  run: ({ clients: { vcenter } }, { vm, state }) =>
    withFault(async () => {
      const machine = await vcenter.find('VirtualMachine', vm);
      return taskResult(await vcenter.task(state === 'on' ? 'PowerOnVM_Task' : 'PowerOffVM_Task', machine));
    }),
});
