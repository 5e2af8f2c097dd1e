import { z } from 'zod';
import { at, child, children, textOf } from '../clients/soap.ts';
import { referenceOf, withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterAlarms = defineVerb({
  name: 'vcenter.alarms',
  summary:
    'Reads the alarms that have been raised: triggeredAlarmState of the root folder. Result: { count, alarms: [{ name, status, entity }] }.',
  with: z.strictObject({}),
  run: ({ clients: { vcenter } }) =>
    withFault(async () => {
      const root = { type: 'Folder', value: 'group-d1' };
      const states = (await vcenter.properties(root, 'triggeredAlarmState')).get('triggeredAlarmState');
      const alarms = [];
      for (const state of children(states, 'AlarmState')) {
        const info = (await vcenter.properties(referenceOf(child(state, 'alarm')), 'info')).get('info');
        const entity = await vcenter.properties(referenceOf(at(state, 'entity')), 'name');
        alarms.push({
          name: textOf(info, 'name') ?? null,
          status: textOf(state, 'overallStatus') ?? null,
          entity: entity.get('name')?.text ?? null,
        });
      }
      return { count: alarms.length, alarms };
    }),
});
