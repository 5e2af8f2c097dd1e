import { z } from 'zod';
import { certificateFlaws } from '../world/schema.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmsRotateCertificate = defineVerb({
  name: 'kms.rotateCertificate',
  summary: 'Gives a KMS a new certificate with a new key. Result: { sha1, sha256 }.',
  with: z.strictObject({
    kms: named.kms,
    certificate: z.enum(certificateFlaws).default('valid').describe('What is wrong with the new certificate.'),
  }),
  async run({ lab }, { kms, certificate }) {
    const { sha1, sha256 } = await lab.rotateCertificate(kms, certificate);
    return { sha1, sha256 };
  },
});
