import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { createCertificateAuthority, ManualClock, selfSigned } from '../../core/index.ts';
import { operations } from '../../kmip/index.ts';
import { Client, cleanUp, connect, dialTcp, dialTls, ending, type Lab, startLab } from './lab.ts';
import { createKey } from './requests.ts';

afterEach(cleanUp);

const versions = ['TLSv1.2', 'TLSv1.3'] as const;
const day = 86_400_000;

function identities(lab: Lab) {
  const { clock, random } = lab.runtime;
  const keys = lab.clientKeys;
  const stranger = createCertificateAuthority({ commonName: 'another CA', keys, clock, random });
  const now = clock.now();
  return {
    none: undefined,
    expired: lab.authority.issueClient({
      commonName: 'old',
      keys,
      notBefore: new Date(now - 2 * day),
      notAfter: new Date(now - day),
    }),
    future: lab.authority.issueClient({ commonName: 'early', keys, notBefore: new Date(now + day) }),
    stranger: stranger.issueClient({ commonName: 'stranger', keys }),
    selfSigned: selfSigned({ commonName: 'own', keys, extendedKeyUsage: ['clientAuth'] }, { clock, random }),
    noUsage: lab.authority.issueClient({ commonName: 'plain', keys, extendedKeyUsage: [] }),
    serverUsage: lab.authority.issueClient({ commonName: 'srv', keys, extendedKeyUsage: ['serverAuth'] }),
    unknown: lab.other,
  };
}

/** Alerts by their OpenSSL error codes; RFC 5246 §7.2.2, RFC 8446 §6. */
const cases = [
  ['expired', 'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', 'expired', /expired on \d{4}-/],
  ['future', 'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'not-yet-valid', /is not valid before \d{4}-/],
  ['stranger', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'unknown-ca', /issuer CN=another CA/],
  ['selfSigned', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'unknown-ca', /self-signed/],
  ['noUsage', 'ERR_SSL_SSL/TLS_ALERT_UNSUPPORTED_CERTIFICATE', 'no-client-auth', /clientAuth/],
  ['serverUsage', 'ERR_SSL_SSL/TLS_ALERT_UNSUPPORTED_CERTIFICATE', 'no-client-auth', /clientAuth/],
  ['unknown', 'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', 'unknown-client', /no known client/],
] as const;

describe.each(versions)('%s', (version) => {
  it.each(cases)('a client certificate that is %s gets %s', async (name, code, reason, text) => {
    const lab = await startLab({ requireKnownClient: true, clients: [{ name: 'vcenter' }] });
    const identity = identities(lab)[name];
    const socket = dialTls(lab, { identity, version });
    let secured = false;
    socket.once('secureConnect', () => {
      secured = true;
    });
    expect(await ending(socket)).toBe(code);
    // In TLS 1.2 the refusal is part of the handshake; a TLS 1.3 client is done before the server looks.
    expect(secured).toBe(version === 'TLSv1.3');
    const entry = await lab.event('kmip.connection.refused');
    expect(entry).toMatchObject({ level: 'warn', data: { reason, protocol: version } });
    expect(entry.text).toMatch(text);
    expect(entry.text).toMatch(/CN=\S.* SHA-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}/);
    expect(lab.events('kmip.handshake')).toEqual([]);
    const good = await connect(lab, { version });
    await good.ok(operations.discoverVersions, { protocolVersions: [] });
  });

  it('without a certificate: an alert for the client, a probe for the journal', async () => {
    const lab = await startLab();
    const socket = dialTls(lab, { version });
    const code =
      version === 'TLSv1.2' ? 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE' : 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED';
    expect(await ending(socket)).toBe(code);
    expect(await lab.event('kmip.probe')).toMatchObject({ level: 'info', data: { reason: 'no-certificate' } });
    expect(lab.runtime.journal.entries({ level: { oneOf: ['warn', 'error'] } })).toEqual([]);
  });

  it('permission-denied: the handshake succeeds and every request is denied for the stated reason', async () => {
    const lab = await startLab({ onRefusedClient: 'permission-denied' });
    for (const [name, text] of [
      ['expired', /^PermissionDenied: The client is not accepted: the certificate CN=old,O=keyrig expired on/],
      ['stranger', /^PermissionDenied: The client is not accepted: no trusted authority issued it/],
      ['none', /^PermissionDenied: The client is not accepted: no client certificate was shown/],
    ] as const) {
      const socket = dialTls(lab, { identity: identities(lab)[name], version });
      await once(socket, 'secureConnect');
      const client = new Client(socket);
      expect(await client.refused(operations.discoverVersions, { protocolVersions: [] })).toMatch(text);
    }
    expect(lab.server.objects.list()).toEqual([]);
  });

  it('openssl s_client sees the certificate without showing one, and names the alert when it is refused', async () => {
    const lab = await startLab();
    const flag = version === 'TLSv1.2' ? '-tls1_2' : '-tls1_3';
    const output = await run('openssl', ['s_client', '-connect', `127.0.0.1:${lab.port}`, flag]);
    if (output === undefined) {
      console.log('skipped: this machine has no openssl command');
      return;
    }
    expect(output).toContain(lab.server.certificate.pem.trim());
    expect(output).toMatch(/SSL alert number (40|116)/);
    expect(await lab.event('kmip.probe')).toMatchObject({ level: 'info' });
  });
});

/** Everything a program printed; undefined when it does not exist. Its standard input stays open until it ends. */
async function run(command: string, args: string[]): Promise<string | undefined> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  child.stdin.on('error', () => {});
  return new Promise((resolve) => {
    child.once('error', () => resolve(undefined));
    child.once('close', () => resolve(output));
  });
}

describe('who is accepted', () => {
  it('any client of the authority, by its Common Name, unless known clients are required', async () => {
    const lab = await startLab();
    const client = await connect(lab, { identity: lab.other });
    await createKey(client);
    expect(lab.server.objects.list()).toMatchObject([{ owner: 'other' }]);
    expect(lab.events('kmip.handshake')[0]).toMatchObject({
      level: 'info',
      data: { client: 'other', subject: 'CN=other,O=keyrig', protocol: 'TLSv1.3' },
    });
  });

  it('a pinned self-signed certificate, under the name it is known by', async () => {
    const lab = await startLab({ requireKnownClient: true });
    const identity = identities(lab).selfSigned;
    expect(await ending(dialTls(lab, { identity }))).toBe('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA');
    lab.server.trust({ name: 'vc-1', certificate: identity.certificatePem });
    await createKey(await connect(lab, { identity }));
    expect(lab.server.objects.list()).toMatchObject([{ owner: 'vc-1' }]);
    expect(lab.server.distrust('vc-1')).toBe(true);
    expect(await ending(dialTls(lab, { identity }))).toBe('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA');
  });

  it('clients of an authority that was trusted at run time', async () => {
    const lab = await startLab();
    const { clock, random } = lab.runtime;
    const ca = createCertificateAuthority({ commonName: 'vCenter CA', keys: lab.clientKeys, clock, random });
    const identity = ca.issueClient({ commonName: 'vc-2', keys: lab.clientKeys });
    lab.server.trustAuthority(ca.certificatePem);
    await createKey(await connect(lab, { identity }));
    expect(lab.server.distrustAuthority(ca.certificatePem)).toBe(true);
    expect(await ending(dialTls(lab, { identity }))).toBe('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA');
  });

  it('a pinned name is not open to another certificate with that Common Name', async () => {
    const lab = await startLab({
      requireKnownClient: true,
      withPki: ({ client }) => ({ clients: [{ name: 'vcenter', certificate: client.certificatePem }] }),
    });
    const impostor = lab.authority.issueClient({ commonName: 'vcenter', keys: lab.clientKeys });
    expect(await ending(dialTls(lab, { identity: impostor }))).toBe('ERR_SSL_TLSV1_ALERT_ACCESS_DENIED');
    await connect(lab);
  });

  it('validity is judged by the clock of the lab', async () => {
    const clock = new ManualClock(Date.UTC(2031, 5, 1));
    const lab = await startLab({ clock });
    await connect(lab);
    await clock.advance(400 * day);
    expect(await ending(dialTls(lab, { identity: lab.client }))).toBe('ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED');
  });

  it('only the operations of its list', async () => {
    const lab = await startLab({ clients: [{ name: 'vcenter', operations: ['DiscoverVersions', 'Get'] }] });
    const client = await connect(lab);
    await client.ok(operations.discoverVersions, { protocolVersions: [] });
    await expect(createKey(client)).rejects.toThrow('PermissionDenied: Create is not allowed for the client vcenter.');
  });
});

describe('objects belong to their client', () => {
  it('another client is denied, and finds nothing', async () => {
    const lab = await startLab();
    const key = await createKey(await connect(lab));
    const other = await connect(lab, { identity: lab.other });
    const uniqueIdentifier = key;
    const denied = (name: string) => `PermissionDenied: ${name} is not allowed: the object belongs to another client.`;
    expect(await other.refused(operations.get, { uniqueIdentifier })).toBe(denied('Get'));
    expect(await other.refused(operations.getAttributes, { uniqueIdentifier, attributeNames: [] })).toBe(
      denied('Get Attributes'),
    );
    expect(await other.refused(operations.activate, { uniqueIdentifier })).toBe(denied('Activate'));
    expect(await other.refused(operations.destroy, { uniqueIdentifier })).toBe(denied('Destroy'));
    expect(await other.ok(operations.locate, { attributes: [] })).toMatchObject({ uniqueIdentifiers: [] });
  });
});

describe('server certificate', () => {
  it('is replaced for new connections', async () => {
    const lab = await startLab();
    const before = dialTls(lab, { identity: lab.client });
    await once(before, 'secureConnect');
    const { sha1 } = lab.server.certificate;
    expect(before.getPeerCertificate().fingerprint).toBe(sha1);
    const identity = lab.authority.issueServer({ commonName: 'kms-2', keys: lab.clientKeys });
    lab.server.rotateCertificate(identity);
    expect(lab.server.certificate.sha1).not.toBe(sha1);
    const after = dialTls(lab, { identity: lab.client });
    await once(after, 'secureConnect');
    expect(after.getPeerCertificate().fingerprint).toBe(lab.server.certificate.sha1);
    expect(after.getPeerCertificate().subject.CN).toBe('kms-2');
  });

  it('must belong to its key', async () => {
    const lab = await startLab();
    const { certificatePem } = lab.authority.issueServer({ commonName: 'kms-2', keys: lab.clientKeys });
    const { privateKeyPem } = await import('node:crypto').then(({ generateKeyPairSync }) => ({
      privateKeyPem: generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    }));
    expect(() => lab.server.rotateCertificate({ certificatePem, privateKeyPem })).toThrow(
      'The private key does not belong to the server certificate.',
    );
  });
});

describe('cipher suites', () => {
  it('vCenter 7.0.3 settles on AES128-SHA256 (observed); the server can do without', async () => {
    const lab = await startLab();
    const client = await connect(lab, { version: 'TLSv1.2', ciphers: 'AES128-SHA256' });
    expect(client.socket.getCipher().name).toBe('AES128-SHA256');
    await client.ok(operations.discoverVersions, { protocolVersions: [] });

    const modern = await startLab({ profileCiphers: false });
    const socket = dialTls(modern, { identity: modern.client, version: 'TLSv1.2', ciphers: 'AES128-SHA256' });
    expect(await ending(socket)).toMatch(/HANDSHAKE_FAILURE/);
    expect(await modern.event('kmip.handshake.failed')).toMatchObject({ level: 'warn' });
    await connect(modern, { version: 'TLSv1.2' });
  });

  it('refuses with an alert under the RSA suites as well', async () => {
    const lab = await startLab();
    const socket = dialTls(lab, {
      identity: identities(lab).expired,
      version: 'TLSv1.2',
      ciphers: 'AES256-SHA256',
    });
    expect(await ending(socket)).toBe('ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED');
  });

  it.each(['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'])(
    'refuses with an alert under %s',
    async (ciphers) => {
      const lab = await startLab();
      const socket = dialTls(lab, { identity: identities(lab).expired, version: 'TLSv1.3', ciphers });
      expect(await ending(socket)).toBe('ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED');
    },
  );

  it('a server for TLS 1.2 only', async () => {
    const lab = await startLab({ tls: { maxVersion: 'TLSv1.2' } });
    expect((await connect(lab)).socket.getProtocol()).toBe('TLSv1.2');
    expect(await ending(dialTls(lab, { identity: lab.client, version: 'TLSv1.3' }))).toMatch(/PROTOCOL_VERSION/);
  });
});

it.each(versions)('%s: a session is never resumed, so a certificate is judged each time', async (version) => {
  const lab = await startLab();
  const { port } = lab;
  const { chainPem: cert, privateKeyPem: key } = lab.client;
  const dial = (session?: Buffer) =>
    connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, cert, key, maxVersion: version, session });
  const first = dial();
  let session: Buffer | undefined;
  first.on('session', (offered: Buffer) => {
    session = offered;
  });
  await once(first, 'secureConnect');
  // In TLS 1.3 tickets come after the handshake: an exchange makes sure that they are there.
  await new Client(first).ok(operations.discoverVersions, { protocolVersions: [] });
  first.destroy();
  const second = dial(session ?? first.getSession());
  await once(second, 'secureConnect');
  expect(second.isSessionReused()).toBe(false);
  await new Client(second).ok(operations.discoverVersions, { protocolVersions: [] });
  second.destroy();
});

it('a burst of refused handshakes does no harm', async () => {
  const lab = await startLab();
  const identity = identities(lab).stranger;
  const ends = await Promise.all(
    Array.from({ length: 9 }, (_, index) => ending(dialTls(lab, { identity, version: versions[index % 2] }))),
  );
  expect(new Set(ends)).toEqual(new Set(['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA']));
  expect(lab.events('kmip.connection.refused')).toHaveLength(9);
  await connect(lab);
});

it('every entry of a refused connection leads back to the dialling side', async () => {
  const lab = await startLab();
  const socket = dialTcp(lab);
  await once(socket, 'connect');
  socket.end();
  const accepted = await lab.event('kmip.connection.accepted');
  expect(accepted.link).toBe(`tcp 127.0.0.1:${socket.localPort} 127.0.0.1:${lab.port}`);
  const probe = await lab.event('kmip.probe');
  expect(probe).toMatchObject({ cause: accepted.seq, level: 'info' });
});
