import { z } from 'zod';
import { defineVerb } from './verb.ts';

export const kmsIssueClient = defineVerb({
  name: 'kms.issueClient',
  summary:
    'The administrator of the KMS makes a user and downloads its certificate and private key. Result: { certificate, privateKey }. Steps kmip.* can then act as this user.',
  with: z.strictObject({
    user: z.string().default('vcenter').describe('Common name of the certificate.'),
    password: z.string().optional().describe('Protects the private key, which the guide warns against.'),
    flaw: z
      .enum(['valid', 'expired', 'not-yet-valid', 'no-usage', 'unknown-ca'])
      .default('valid')
      .describe('What is wrong with the certificate.'),
    validFromMinutes: z.number().optional().describe('The certificate begins so long after now.'),
    validMinutes: z.number().positive().optional().describe('The certificate ends so long after now.'),
  }),
  async run({ lab }, { user, password, flaw, validFromMinutes, validMinutes }) {
    const period = { fromMinutes: validFromMinutes, untilMinutes: validMinutes };
    const identity = await lab.pki.client(user, flaw, period);
    lab.clientIdentities.set(user, identity);
    const privateKey =
      password === undefined ? identity.privateKeyPem : lab.pki.protect(identity.privateKeyPem, password);
    return { certificate: identity.certificatePem, privateKey };
  },
});
