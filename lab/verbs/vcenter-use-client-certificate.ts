import { z } from 'zod';
import { escapeXml } from '../clients/soap.ts';
import { withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterUseClientCertificate = defineVerb({
  name: 'vcenter.useClientCertificate',
  summary:
    'From now on vCenter shows the KMS this certificate, whose key it made: UpdateSelfSignedClientCert, or UpdateKmsSignedCsrClientCert for one that answers its signing request.',
  with: z.strictObject({
    cluster: named.keyProvider,
    certificate: z.string().describe('PEM'),
    as: z
      .enum(['selfSigned', 'csr'])
      .describe('The certificate that vCenter signed itself, or the one that answers its request.'),
  }),
  run: ({ clients }, { cluster, certificate, as }) =>
    withFault(async () => {
      const method = as === 'csr' ? 'UpdateKmsSignedCsrClientCert' : 'UpdateSelfSignedClientCert';
      await clients.vcenter.crypto(
        method,
        `<cluster><id>${escapeXml(cluster)}</id></cluster><certificate>${escapeXml(certificate)}</certificate>`,
      );
      return {};
    }),
});
