import { z } from 'zod';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmsStart = defineVerb({
  name: 'kms.start',
  summary: 'Starts a stopped KMS again on its port.',
  with: z.strictObject({ kms: named.kms }),
  async run({ lab }, { kms }) {
    await lab.kms(kms).start();
    return {};
  },
});
