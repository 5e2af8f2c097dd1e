import { z } from 'zod';
import { withKmipFault } from '../clients/kmip.ts';
import { kmipCaller } from './kmip-caller.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmipActivate = defineVerb({
  name: 'kmip.activate',
  summary: 'Activates a key: Activate.',
  with: z.strictObject({ ...kmipCaller, uniqueIdentifier: named.uniqueIdentifier }),
  run: ({ clients }, { uniqueIdentifier, ...caller }) =>
    withKmipFault(() => clients.kmip(caller).activate(uniqueIdentifier)),
});
