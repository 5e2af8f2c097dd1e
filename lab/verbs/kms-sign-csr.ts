import { z } from 'zod';
import { defineVerb } from './verb.ts';

export const kmsSignCsr = defineVerb({
  name: 'kms.signCsr',
  summary: 'The authority of the KMS signs a certificate signing request of a client. Result: { certificate }.',
  with: z.strictObject({ csr: z.string().describe('PEM') }),
  async run({ lab }, { csr }) {
    return { certificate: lab.pki.ca.signRequest(csr, { purpose: 'clientAuth' }) };
  },
});
