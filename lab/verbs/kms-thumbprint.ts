import { z } from 'zod';
import { fingerprint } from '../../core/index.ts';
import { probeCertificate } from '../../kmip/index.ts';
import { defineVerb } from './verb.ts';

export const kmsThumbprint = defineVerb({
  name: 'kms.thumbprint',
  summary: 'Reads the certificate of a TLS server as `openssl s_client` does. Result: { sha1, sha256 }.',
  with: z.strictObject({
    address: z.string().describe('Host name or address of the server.'),
    port: z.number().int().describe('Its TCP port.'),
  }),
  async run({ lab }, { address, port }) {
    const { certificate } = await probeCertificate({
      host: address,
      port,
      clock: lab.runtime.clock,
      timeoutMs: 10_000,
    });
    return { sha1: fingerprint(certificate, 'sha1'), sha256: fingerprint(certificate, 'sha256') };
  },
});
