import { z } from 'zod';
import { withKmipFault } from '../clients/kmip.ts';
import { kmipCaller } from './kmip-caller.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmipGet = defineVerb({
  name: 'kmip.get',
  summary:
    'Fetches an object: Get. Result: { objectType, keyFormatType, algorithm, length, bytes: how many }; never the key itself.',
  with: z.strictObject({ ...kmipCaller, uniqueIdentifier: named.uniqueIdentifier }),
  run: ({ clients }, { uniqueIdentifier, ...caller }) =>
    withKmipFault(() => clients.kmip(caller).get(uniqueIdentifier)),
});
