import { z } from 'zod';
import { escapeXml } from '../clients/soap.ts';
import { withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterUploadClientCertificate = defineVerb({
  name: 'vcenter.uploadClientCertificate',
  summary:
    'Establish a trust relationship with the KMS: UploadClientCert with a certificate and key that the KMS gave out.',
  with: z.strictObject({
    cluster: named.keyProvider,
    certificate: z.string().describe('PEM'),
    privateKey: z.string().describe('PEM, not protected by a password'),
  }),
  run: ({ clients }, { cluster, certificate, privateKey }) =>
    withFault(async () => {
      await clients.vcenter.crypto(
        'UploadClientCert',
        `<cluster><id>${escapeXml(cluster)}</id></cluster><certificate>${escapeXml(certificate)}</certificate><privateKey>${escapeXml(privateKey)}</privateKey>`,
      );
      return {};
    }),
});
