import { z } from 'zod';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmsLoseKeys = defineVerb({
  name: 'kms.loseKeys',
  summary:
    'Objects vanish from a KMS, as after a lost disk: nobody destroyed them by KMIP, and the KMS does not know them any more. Result: { lost }, how many.',
  with: z.strictObject({
    kms: named.kms,
    uniqueIdentifiers: z.array(z.string()).optional().describe('The objects that vanish; all of them when absent.'),
  }),
  async run({ lab }, { kms, uniqueIdentifiers }) {
    return { lost: await lab.kms(kms).lose(uniqueIdentifiers) };
  },
});
