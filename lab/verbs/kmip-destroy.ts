import { z } from 'zod';
import { withKmipFault } from '../clients/kmip.ts';
import { kmipCaller } from './kmip-caller.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmipDestroy = defineVerb({
  name: 'kmip.destroy',
  summary: 'Destroys a key: Destroy.',
  with: z.strictObject({ ...kmipCaller, uniqueIdentifier: named.uniqueIdentifier }),
  run: ({ clients }, { uniqueIdentifier, ...caller }) =>
    withKmipFault(() => clients.kmip(caller).destroy(uniqueIdentifier)),
});
