import { z } from 'zod';
import { withKmipFault } from '../clients/kmip.ts';
import { kmipCaller } from './kmip-caller.ts';
import { defineVerb } from './verb.ts';

export const kmipLocate = defineVerb({
  name: 'kmip.locate',
  summary: 'Finds objects: Locate. Result: { uniqueIdentifiers }.',
  with: z.strictObject({
    ...kmipCaller,
    name: z.string().optional().describe('Only objects with this Name.'),
    state: z.string().optional().describe('Only objects in this State, such as Active.'),
  }),
  run: ({ clients }, { name, state, ...caller }) => withKmipFault(() => clients.kmip(caller).locate({ name, state })),
});
