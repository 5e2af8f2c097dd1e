import { z } from 'zod';
import { defineVerb } from './verb.ts';

export const kmsTrustClient = defineVerb({
  name: 'kms.trustClient',
  summary: 'The administrator of the KMS makes a user of a certificate that no authority signed.',
  with: z.strictObject({
    kms: z.string().optional(),
    user: z.string(),
    certificate: z.string().describe('PEM'),
  }),
  async run({ lab }, { kms, user, certificate }) {
    lab.kms(kms).trust({ name: user, certificate });
    return {};
  },
});
