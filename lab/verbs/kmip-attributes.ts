import { z } from 'zod';
import { withKmipFault } from '../clients/kmip.ts';
import { kmipCaller } from './kmip-caller.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmipAttributes = defineVerb({
  name: 'kmip.attributes',
  summary: 'Reads the attributes of an object: Get Attributes. Result: { attributes: { name: value } }.',
  with: z.strictObject({ ...kmipCaller, uniqueIdentifier: named.uniqueIdentifier }),
  run: ({ clients }, { uniqueIdentifier, ...caller }) =>
    withKmipFault(() => clients.kmip(caller).attributes(uniqueIdentifier)),
});
