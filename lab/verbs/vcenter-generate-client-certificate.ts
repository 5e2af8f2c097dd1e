import { z } from 'zod';
import { escapeXml, textOf } from '../clients/soap.ts';
import { withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterGenerateClientCertificate = defineVerb({
  name: 'vcenter.generateClientCertificate',
  summary:
    'vCenter makes a key for this cluster and keeps it: GenerateSelfSignedClientCert or GenerateClientCsr. Result: { certificate } or { csr }. It is in use only after vcenter.useClientCertificate.',
  with: z.strictObject({
    cluster: named.keyProvider,
    as: z
      .enum(['selfSigned', 'csr'])
      .describe('A certificate that vCenter signs itself, or a request that the KMS signs.'),
  }),
  run: ({ clients }, { cluster, as }) =>
    withFault(async () => {
      const parameters = `<cluster><id>${escapeXml(cluster)}</id></cluster>`;
      const method = as === 'csr' ? 'GenerateClientCsr' : 'GenerateSelfSignedClientCert';
      const pem = textOf(await clients.vcenter.crypto(method, parameters), 'returnval') ?? '';
      return as === 'csr' ? { csr: pem } : { certificate: pem };
    }),
});
