import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  createRandom,
  createRealClock,
  createSigningRequest,
  fingerprint,
  inspectCertificate,
  KeyPool,
  readPrivateKey,
  selfSigned,
  validityAt,
} from '../../core/index.ts';

const keys = new KeyPool();
const parts = { clock: createRealClock(), random: createRandom('pki') };
let ca: CertificateAuthority;
const directory = mkdtempSync(join(tmpdir(), 'keyrig-pki-'));

beforeAll(async () => {
  ca = createCertificateAuthority({ keys: await keys.get('ca'), ...parts });
});
afterAll(() => rmSync(directory, { recursive: true }));

function openssl(...args: string[]): string {
  return execFileSync('openssl', args, { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

describe('certificate authority', () => {
  it('issues server certificates that openssl accepts for the usual names and extra ones', async () => {
    const identity = ca.issueServer({
      commonName: 'kms',
      names: ['kms.lab', '127.0.0.9'],
      keys: await keys.get('kms'),
    });
    writeFileSync(join(directory, 'ca.pem'), ca.certificatePem);
    writeFileSync(join(directory, 'server.pem'), identity.certificatePem);
    for (const name of ['localhost', 'kms.lab', hostname()]) {
      expect(
        openssl('verify', '-CAfile', 'ca.pem', '-purpose', 'sslserver', '-verify_hostname', name, 'server.pem'),
      ).toContain('OK');
    }
    for (const ip of ['127.0.0.1', '::1', '127.0.0.9']) {
      expect(openssl('verify', '-CAfile', 'ca.pem', '-verify_ip', ip, 'server.pem')).toContain('OK');
    }
    expect(() => openssl('verify', '-CAfile', 'ca.pem', '-purpose', 'sslclient', 'server.pem')).toThrow();
    expect(inspectCertificate(identity.certificatePem)).toMatchObject({
      commonName: 'kms',
      issuer: 'CN=keyrig lab CA,O=keyrig',
      extendedKeyUsage: ['serverAuth'],
    });
  });

  it('gives the fingerprints that openssl prints', async () => {
    const identity = ca.issueClient({ commonName: 'vcenter', keys: await keys.get('client') });
    writeFileSync(join(directory, 'client.pem'), identity.certificatePem);
    const printed = openssl('x509', '-in', 'client.pem', '-fingerprint', '-sha1', '-noout').trim();
    expect(printed.split('=')[1]).toBe(fingerprint(identity.certificatePem, 'sha1'));
    expect(inspectCertificate(identity.certificatePem).extendedKeyUsage).toEqual(['clientAuth']);
  });

  it('makes the broken ones on purpose', async () => {
    const pair = await keys.get('broken');
    const now = parts.clock.now();
    const day = 86_400_000;
    const expired = ca.issueServer({
      commonName: 'old',
      keys: pair,
      notBefore: new Date(now - 2 * day),
      notAfter: new Date(now - day),
    });
    const early = ca.issueServer({ commonName: 'early', keys: pair, notBefore: new Date(now + day) });
    const purposeless = ca.issueClient({ commonName: 'no usage', keys: pair, extendedKeyUsage: [] });
    const wrongName = ca.issueServer({ commonName: 'other', keys: pair, usualNames: false, names: ['other.invalid'] });
    expect(validityAt(inspectCertificate(expired.certificatePem), now)).toBe('expired');
    expect(validityAt(inspectCertificate(early.certificatePem), now)).toBe('not yet valid');
    expect(inspectCertificate(purposeless.certificatePem).extendedKeyUsage).toEqual([]);
    expect(new X509Certificate(wrongName.certificatePem).checkHost('localhost')).toBeUndefined();
  });

  it('signs requests and refuses forged ones', async () => {
    const pair = await keys.get('csr');
    const request = createSigningRequest({ commonName: 'vcsa', organization: 'lab' }, pair);
    const signed = new X509Certificate(ca.signRequest(request, { purpose: 'clientAuth' }));
    expect(signed.checkPrivateKey(pair.privateKey)).toBe(true);
    expect(signed.checkIssued(new X509Certificate(ca.certificatePem))).toBe(true);
    expect(() =>
      ca.signRequest('-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----', {
        purpose: 'clientAuth',
      }),
    ).toThrow('not a valid certificate signing request');
  });

  it('makes certificates that sign themselves', async () => {
    const pair = await keys.get('self');
    const identity = selfSigned({ commonName: 'kmipclient', keys: pair, extendedKeyUsage: ['clientAuth'] }, parts);
    const certificate = new X509Certificate(identity.certificatePem);
    expect(certificate.verify(pair.publicKey)).toBe(true);
    expect(createPrivateKey(identity.privateKeyPem).asymmetricKeyDetails?.modulusLength).toBe(2048);
  });
});

describe('readPrivateKey', () => {
  it('refuses keys that are protected by a password, in both PEM forms', async () => {
    const pair = await keys.get('self');
    const pkcs8 = pair.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' });
    const pkcs1 = pair.privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'secret' });
    for (const pem of [pkcs8, pkcs1]) {
      expect(() => readPrivateKey(pem.toString())).toThrow(/protected by a password/);
    }
    expect(() => readPrivateKey('rubbish')).toThrow(/not a readable PEM key/);
    expect(readPrivateKey(pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()).type).toBe('private');
  });
});

it('a pool keeps one pair for a role and different ones for two roles', async () => {
  const [a, again, b] = await Promise.all([keys.get('x'), keys.get('x'), keys.get('y')]);
  expect(again).toBe(a);
  expect(b.publicKey.equals(a.publicKey)).toBe(false);
});
