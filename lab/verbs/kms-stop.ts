import { z } from 'zod';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmsStop = defineVerb({
  name: 'kms.stop',
  summary: 'Stops a KMS: its port is closed, its objects stay.',
  with: z.strictObject({ kms: named.kms }),
  async run({ lab }, { kms }) {
    await lab.kms(kms).stop();
    return {};
  },
});
