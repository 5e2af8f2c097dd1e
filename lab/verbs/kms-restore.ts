import { z } from 'zod';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmsRestore = defineVerb({
  name: 'kms.restore',
  summary: 'The administrator of the KMS restores the last backup: objects return under their own identifiers.',
  with: z.strictObject({ kms: named.kms }),
  async run({ lab }, { kms }) {
    return { objects: await lab.kms(kms).restore() };
  },
});
