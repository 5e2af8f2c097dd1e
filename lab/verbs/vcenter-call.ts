import { z } from 'zod';
import { isJsonObject, type JsonObject } from '../../core/index.ts';
import { elementJson, membersXml } from '../clients/element-json.ts';
import { taskResult, withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

const object = z
  .union([
    z.strictObject({
      type: z.string().describe('Its type, such as VirtualMachine.'),
      name: z.string().describe('Its name in the inventory.'),
    }),
    z.strictObject({
      type: z.string().describe('Its type, such as ServiceInstance.'),
      id: z.string().describe('Its managed object id, such as vm-42 or ServiceInstance.'),
    }),
  ])
  .describe('The object whose method is called.');

export const vcenterCall = defineVerb({
  name: 'vcenter.call',
  summary:
    'Calls any method of the vSphere API by SOAP. Result: { returnval }, for a task that is followed { task: { state }, returnval: the result of the task }, or { fault }.',
  with: z.strictObject({
    method: z
      .string()
      .regex(/^[A-Za-z]\w*$/, 'expected the name of a method')
      .describe('Name of the method, as ReconfigVM_Task.'),
    object,
    arguments: z
      .union([
        z.string().describe('XML of the parameters, in their declared order.'),
        z
          .record(z.string(), z.json())
          .describe('Parameters in their declared order; $type is an xsi:type, { $type, $value } a reference.'),
      ])
      .optional()
      .describe('The parameters; none when absent.'),
    follow: z.boolean().default(true).describe('Wait for the end of the task that a method …_Task begins.'),
  }),
  run: ({ clients: { vcenter } }, { method, object: on, arguments: given = '', follow }) =>
    withFault(async () => {
      const target = 'id' in on ? { type: on.type, value: on.id } : await vcenter.find(on.type, on.name);
      const parameters = typeof given === 'string' ? given : membersXml(given as JsonObject);
      if (follow && method.endsWith('_Task')) {
        const outcome = await vcenter.task(method, target, parameters);
        return { ...taskResult(outcome), returnval: outcome.result ? elementJson(outcome.result) : null };
      }
      const answer = elementJson(await vcenter.call(method, target, parameters));
      return { returnval: (isJsonObject(answer) ? answer.returnval : undefined) ?? null };
    }),
});
