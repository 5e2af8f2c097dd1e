import { z } from 'zod';
import { fingerprint, type JsonObject } from '../../core/index.ts';
import { escapeXml, textOf } from '../clients/soap.ts';
import { withFault } from '../clients/vcenter.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const vcenterTrustKms = defineVerb({
  name: 'vcenter.trustKms',
  summary:
    'The button Trust: RetrieveKmipServerCert shows the certificate, UploadKmipServerCert accepts it. Result: { certificate, sha1, sha256, subject }.',
  with: z.strictObject({
    cluster: named.keyProvider,
    name: z.string().describe('Name of the KMS in the key provider.'),
    address: z.string().describe('Address of the KMS.'),
    port: z.number().int().describe('Port of the KMS.'),
  }),
  run: ({ clients }, { cluster, name, address, port }) =>
    withFault(async (): Promise<JsonObject> => {
      const id = `<id>${escapeXml(cluster)}</id>`;
      const answer = await clients.vcenter.crypto(
        'RetrieveKmipServerCert',
        `<keyProvider>${id}</keyProvider><server><name>${escapeXml(name)}</name><address>${escapeXml(address)}</address><port>${port}</port></server>`,
      );
      const certificate = textOf(answer, 'returnval', 'certificate') ?? '';
      // An unreachable KMS shows as an empty certificate, without a fault (documented).
      if (certificate === '') return { certificate };
      await clients.vcenter.crypto(
        'UploadKmipServerCert',
        `<cluster>${id}</cluster><certificate>${escapeXml(certificate)}</certificate>`,
      );
      return {
        certificate,
        sha1: fingerprint(certificate, 'sha1'),
        sha256: fingerprint(certificate, 'sha256'),
        subject: textOf(answer, 'returnval', 'certInfo', 'subject') ?? null,
      };
    }),
});
