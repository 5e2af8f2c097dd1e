import { z } from 'zod';
import { withKmipFault } from '../clients/kmip.ts';
import { datesFrom, keyDates } from './key-dates.ts';
import { kmipCaller } from './kmip-caller.ts';
import { defineVerb } from './verb.ts';

export const kmipCreate = defineVerb({
  name: 'kmip.create',
  summary: 'Has a symmetric key made: Create. Result: { uniqueIdentifier }.',
  with: z.strictObject({
    ...kmipCaller,
    algorithm: z.string().default('AES').describe("Cryptographic Algorithm, by the standard's name."),
    length: z.number().int().default(256).describe('Cryptographic Length, in bits.'),
    name: z.string().optional().describe('Attribute Name.'),
    ...keyDates,
  }),
  run: ({ lab, clients }, { algorithm, length, name, activateInSeconds, deactivateInSeconds, ...caller }) => {
    const dates = datesFrom(lab.runtime.clock.now(), { activateInSeconds, deactivateInSeconds });
    return withKmipFault(() => clients.kmip(caller).create({ algorithm, length, name, dates }));
  },
});
