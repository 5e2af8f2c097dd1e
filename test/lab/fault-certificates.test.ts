import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { type CertificateFault, type FaultRule, KeyPool } from '../../core/index.ts';
import { createLab, type Lab } from '../../lab/index.ts';

const keys = new KeyPool();
let lab: Lab;
afterEach(() => lab.stop());

const rule = (certificate: CertificateFault): FaultRule => ({
  id: 'bad',
  at: 'kmip.connection',
  match: { kms: 'kms-1' },
  when: { calls: 2 },
  then: { certificate },
});

/** What a client that checks everything has against the KMS's certificate; undefined when it likes it. */
async function judge(more: { crl?: string } = {}): Promise<string | undefined> {
  const { address, port } = lab.kms();
  const { chainPem, privateKeyPem } = lab.clientIdentities.get('vcenter')!;
  const ca = lab.pki.ca.certificatePem;
  let socket: TLSSocket | undefined;
  try {
    return await new Promise((resolve) => {
      socket = connectTls({ host: address, port, ca, cert: chainPem, key: privateKeyPem, ...more });
      socket.on('secureConnect', () => resolve(undefined));
      socket.on('error', ({ code, message }: NodeJS.ErrnoException) =>
        // Node.js has no code of its own for some of OpenSSL's verdicts.
        resolve(code === 'UNSPECIFIED' ? message : code),
      );
    });
  } finally {
    socket?.destroy();
  }
}

it.each([
  ['expired', 'CERT_HAS_EXPIRED'],
  ['not-yet-valid', 'CERT_NOT_YET_VALID'],
  ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['untrusted', 'SELF_SIGNED_CERT_IN_CHAIN'],
  ['self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['wrong-eku', 'INVALID_PURPOSE'],
  ['weak-key', 'EE certificate key too weak'],
  // RFC 5280 §4.2.1.12: without the extension every purpose is allowed, and OpenSSL takes it so.
  ['no-eku', undefined],
] as const)('the certificate %s is shown to one connection, and OpenSSL says %s', async (fault, code) => {
  lab = createLab({ ports: 'auto', keys, faults: [rule(fault)] });
  await lab.start();
  const before = lab.kms().certificate.sha256;
  expect(await judge()).toBeUndefined();
  expect(await judge()).toBe(code);
  expect(await judge()).toBeUndefined();
  expect(lab.runtime.faults.timesFired('bad')).toBe(1);
  expect(lab.kms().certificate.sha256).toBe(before);
});

it('a revoked certificate is on the list of its authority, and OpenSSL refuses it with that list', async () => {
  lab = createLab({ ports: 'auto', keys, faults: [{ ...rule('revoked'), when: { calls: { from: 2 } } }] });
  await lab.start();
  expect(await judge({ crl: lab.pki.revocationList() })).toBeUndefined();
  // Who does not ask takes it.
  expect(await judge()).toBeUndefined();
  expect(await judge({ crl: lab.pki.revocationList() })).toBe('CERT_REVOKED');
});
