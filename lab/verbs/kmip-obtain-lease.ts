import { z } from 'zod';
import { withKmipFault } from '../clients/kmip.ts';
import { kmipCaller } from './kmip-caller.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmipObtainLease = defineVerb({
  name: 'kmip.obtainLease',
  summary: 'Asks for a lease of an object: Obtain Lease. Result: { leaseTime in seconds, lastChangeDate }.',
  with: z.strictObject({ ...kmipCaller, uniqueIdentifier: named.uniqueIdentifier }),
  run: ({ clients }, { uniqueIdentifier, ...caller }) =>
    withKmipFault(() => clients.kmip(caller).obtainLease(uniqueIdentifier)),
});
