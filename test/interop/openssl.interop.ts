import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clients, isAbsent } from './clients.ts';
import { type LabProcess, run, runKeyrig, startLab } from './lab-process.ts';

const skip = isAbsent(clients.openssl);

describe.skipIf(skip)('openssl', () => {
  let lab: LabProcess;
  let target: string;

  beforeAll(async () => {
    lab = await startLab();
    target = `${lab.ready.kmip.host}:${lab.ready.kmip.port}`;
  });
  afterAll(() => lab.stop());

  /** The guide's command, in a shell as a person types it; gives the fingerprint line. */
  async function fingerprint(options = '', digest = ''): Promise<string> {
    const command = `openssl s_client -connect ${target} ${options} < /dev/null 2>/dev/null | openssl x509 ${digest} -fingerprint -noout -in /dev/stdin`;
    const { stdout } = await run('/bin/sh', ['-c', command]);
    return stdout.trim();
  }

  test('prints the fingerprints that keyrig thumbprint prints', async () => {
    const printed = (await runKeyrig('thumbprint', target)).stdout.trim().split('\n');
    const sha1 = await fingerprint();
    const sha256 = await fingerprint('', '-sha256');
    expect(sha1).toMatch(/^SHA1 Fingerprint=([0-9A-F]{2}:){19}[0-9A-F]{2}$/i);
    expect(sha256).toMatch(/^SHA256 Fingerprint=([0-9A-F]{2}:){31}[0-9A-F]{2}$/i);
    expect(printed).toEqual([sha1, sha256]);
  });

  test.each(['-tls1_2', '-tls1_3'])('sees the same certificate with %s', async (version) => {
    expect(await fingerprint(version)).toBe(await fingerprint());
  });

  test('TLS 1.1 is refused', async () => {
    expect(await fingerprint('-tls1_1')).toBe('');
  });

  test('verifies the certificate against the CA and the host name', async () => {
    const { ca, clientCert, clientKey } = lab.ready.pki;
    const trust = ['-CAfile', ca, '-verify_return_error', '-verify_hostname', 'localhost'];
    const identity = ['-cert', clientCert, '-key', clientKey];
    const { code, stdout } = await run('openssl', ['s_client', '-connect', target, ...trust, ...identity]);
    expect(stdout).toContain('Verify return code: 0 (ok)');
    expect(code).toBe(0);
  });

  test('a client without a certificate is refused and the KMS lives on', async () => {
    // TLS 1.2: the refusal comes within the handshake (RFC 5246 §7.4.6, handshake_failure or bad_certificate).
    const { code, stderr } = await run('openssl', ['s_client', '-connect', target, '-tls1_2']);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/alert/);
    const { ca, clientCert, clientKey } = lab.ready.pki;
    const identity = ['-CAfile', ca, '-cert', clientCert, '-key', clientKey];
    const after = await run('openssl', ['s_client', '-connect', target, '-tls1_2', ...identity]);
    expect(after.stdout).toContain('Verify return code: 0 (ok)');
  });
});
