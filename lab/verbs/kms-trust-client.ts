import { z } from 'zod';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmsTrustClient = defineVerb({
  name: 'kms.trustClient',
  summary: 'The administrator of the KMS makes a user of a certificate that no authority signed.',
  with: z.strictObject({
    kms: named.kms,
    user: z.string().describe('Name of the user that the certificate stands for.'),
    certificate: z.string().describe('PEM'),
  }),
  async run({ lab }, { kms, user, certificate }) {
    lab.kms(kms).trust({ name: user, certificate });
    return {};
  },
});
