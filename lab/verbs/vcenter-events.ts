import { z } from 'zod';
import { children, textOf } from '../clients/soap.ts';
import { withFault } from '../clients/vcenter.ts';
import { defineVerb } from './verb.ts';

export const vcenterEvents = defineVerb({
  name: 'vcenter.events',
  summary:
    'Reads the events: QueryEvents. Result: { ids: [type or eventTypeId of each], events: [{ id, message, vm }] }.',
  with: z.strictObject({}),
  run: ({ clients: { vcenter } }) =>
    withFault(async () => {
      const answer = await vcenter.call('QueryEvents', { type: 'EventManager', value: 'EventManager' }, '<filter/>');
      const events = children(answer, 'returnval').map((event) => ({
        id: textOf(event, 'eventTypeId') ?? event.type ?? null,
        message: textOf(event, 'fullFormattedMessage') ?? textOf(event, 'message') ?? null,
        vm: textOf(event, 'vm', 'name') ?? null,
      }));
      return { ids: events.map(({ id }) => id), events };
    }),
});
