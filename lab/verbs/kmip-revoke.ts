import { z } from 'zod';
import { withKmipFault } from '../clients/kmip.ts';
import { kmipCaller } from './kmip-caller.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmipRevoke = defineVerb({
  name: 'kmip.revoke',
  summary: 'Revokes a key: Revoke with a reason code such as CessationOfOperation or KeyCompromise.',
  with: z.strictObject({
    ...kmipCaller,
    uniqueIdentifier: named.uniqueIdentifier,
    reason: z.string().default('CessationOfOperation').describe('Revocation Reason Code.'),
  }),
  run: ({ clients }, { uniqueIdentifier, reason, ...caller }) =>
    withKmipFault(() => clients.kmip(caller).revoke(uniqueIdentifier, reason)),
});
