import { z } from 'zod';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmsBackup = defineVerb({
  name: 'kms.backup',
  summary: 'The administrator of the KMS backs up its objects.',
  with: z.strictObject({ kms: named.kms }),
  async run({ lab }, { kms }) {
    return { objects: await lab.kms(kms).backup() };
  },
});
