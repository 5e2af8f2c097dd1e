import { z } from 'zod';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmsRestart = defineVerb({
  name: 'kms.restart',
  summary: 'Stops a KMS and starts it again on its port: every connection breaks, its objects stay.',
  with: z.strictObject({
    kms: named.kms,
  }),
  async run({ lab }, { kms }) {
    await lab.kms(kms).stop();
    await lab.kms(kms).start();
    return {};
  },
});
