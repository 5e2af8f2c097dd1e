import { KeyrigError } from '../../../core/index.ts';
import { defineRoute } from '../route.ts';

const pem = (about: string) => ({ contentType: 'application/x-pem-file', about });

export const authority = defineRoute({
  method: 'GET',
  path: '/pki/ca.pem',
  group: 'pki',
  summary: 'The certificate of the authority that everything in the lab is signed by: what clients have to trust.',
  answer: pem('A certificate in PEM.'),
  example: '"$URL/pki/ca.pem"',
  run: ({ lab }) => lab.pki.ca.certificatePem,
});

export const revoked = defineRoute({
  method: 'GET',
  path: '/pki/crl.pem',
  group: 'pki',
  summary:
    'The certificates that the authority has taken back (RFC 5280 §5): those that a world or a fault calls `revoked`.',
  answer: pem('A certificate revocation list in PEM.'),
  example: '"$URL/pki/crl.pem"',
  run: ({ lab }) => lab.pki.revocationList(),
});

export const clientCertificate = defineRoute({
  method: 'GET',
  path: '/pki/client.pem',
  group: 'pki',
  summary: 'The certificate of a client that every KMS of the lab accepts.',
  answer: pem('A certificate in PEM.'),
  example: '"$URL/pki/client.pem"',
  run: ({ lab }) => lab.clientIdentities.get('vcenter')!.certificatePem,
});

export const clientKey = defineRoute({
  method: 'GET',
  path: '/pki/client-key.pem',
  group: 'pki',
  summary: 'The private key of that client. Only with a token: without one every user of the machine could read it.',
  answer: pem('A private key in PEM.'),
  refusals: ['ERR_FORBIDDEN'],
  run({ lab, hasToken }) {
    if (!hasToken) {
      throw new KeyrigError(
        'ERR_FORBIDDEN',
        'the private key is given away only with a token (--control-token); the ready line names its file',
      );
    }
    return lab.clientIdentities.get('vcenter')!.privateKeyPem;
  },
});
