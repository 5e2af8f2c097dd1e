import { createPrivateKey, X509Certificate } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSigningRequest, fingerprint, inspectCertificate, ManualClock } from '../../../core/index.ts';
import type { VimFault } from '../../../vcenter-mock/vim/kernel/fault.ts';
import { createLab, createPki, faultOf, keyPool, type Lab, type Pki } from './lab.ts';
import { startRecordingKms } from './recording-kms.ts';

let pki: Pki;
let lab: Lab;
beforeAll(async () => {
  pki = await createPki();
});
afterEach(() => lab.stop());

const provider = () => lab.crypto.providers.get('kms-cluster');
const measure = () => lab.crypto.status.measure(provider(), undefined);
const thrown = (action: () => void): Promise<VimFault> => faultOf((async () => action())());

describe('vCenter trusts the KMS', () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`the certificate is retrieved before anything is registered, and although the KMS refuses us (${maxVersion})`, async () => {
      lab = await createLab(pki, { register: false, crypto: { tls: { maxVersion } } });
      const info = { name: 'kms1', address: '127.0.0.1', port: lab.kms.port };
      const found = await lab.crypto.trust.retrieveServerCertificate(undefined, info, undefined);
      expect(new X509Certificate(found.certificate).raw).toEqual(new X509Certificate(pki.server.certificatePem).raw);
      expect(found.certInfo?.fingerprint).toBe(new X509Certificate(pki.server.certificatePem).fingerprint);
      expect(found.certInfo?.subject).toContain('CN=kms');
      expect(found.clientTrustServer).toBe(false);
    });
  }

  it('when the KMS is down the certificate is empty, and there is no fault', async () => {
    lab = await createLab(pki);
    await lab.kms.stop();
    const { info } = provider().servers[0]!;
    expect(await lab.crypto.trust.retrieveServerCertificate(provider(), info, undefined)).toEqual({ certificate: '' });
  });

  it('something that is no certificate is refused', async () => {
    lab = await createLab(pki);
    const fault = await thrown(() => lab.crypto.trust.uploadServerCertificate(provider(), 'nonsense', undefined));
    expect(fault.fault).toMatchObject({ _type: 'InvalidArgument', invalidProperty: 'certificate' });
  });
});

describe('the KMS trusts vCenter', () => {
  const encryptedPkcs8 = () =>
    createPrivateKey(pki.client.privateKeyPem)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
      .toString();
  const encryptedPkcs1 = () =>
    createPrivateKey(pki.client.privateKeyPem)
      .export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
      .toString();

  for (const [form, make] of [
    ['ENCRYPTED PRIVATE KEY', encryptedPkcs8],
    ['Proc-Type: 4,ENCRYPTED', encryptedPkcs1],
  ] as const) {
    it(`a key that is protected by a password is refused (${form})`, async () => {
      lab = await createLab(pki, { trustClient: false });
      const key = make();
      expect(key).toContain(form);
      const { certificatePem } = pki.client;
      const fault = await thrown(() =>
        lab.crypto.trust.uploadClientCertificate(provider(), certificatePem, key, undefined),
      );
      expect(fault.fault).toMatchObject({ _type: 'InvalidArgument', invalidProperty: 'privateKey' });
      expect(fault.message).toContain('password');
      expect(fault.message).not.toContain(key.split('\n')[8]);
      expect(provider().identity).toBeUndefined();
    });
  }

  it('a key of another certificate is refused, and the identity stays', async () => {
    lab = await createLab(pki);
    const fault = await thrown(() =>
      lab.crypto.trust.uploadClientCertificate(
        provider(),
        pki.client.certificatePem,
        pki.server.privateKeyPem,
        undefined,
      ),
    );
    expect(fault.fault).toMatchObject({ _type: 'InvalidArgument', invalidProperty: 'privateKey' });
    expect(fault.message).toContain('does not belong');
    expect(provider().identity?.certificatePem).toBe(pki.client.certificatePem);
  });

  it('a generated certificate becomes the identity only by the update', async () => {
    lab = await createLab(pki);
    const made = await lab.crypto.trust.generateSelfSigned(provider());
    expect(provider().identity?.certificatePem).toBe(pki.client.certificatePem);
    expect(inspectCertificate(made).extendedKeyUsage).toEqual(['clientAuth']);
    const wrong = await thrown(() =>
      lab.crypto.trust.updateSelfSigned(provider(), pki.client.certificatePem, undefined),
    );
    expect(wrong.fault).toMatchObject({ _type: 'InvalidArgument', invalidProperty: 'certificate' });
    lab.crypto.trust.updateSelfSigned(provider(), made, undefined);
    expect(provider().identity?.certificatePem).toBe(made);
  });

  it('a signing request is signed by the KMS, and only its certificate fits', async () => {
    lab = await createLab(pki);
    const csr = await lab.crypto.trust.generateCsr(provider(), { commonName: 'vc-01' });
    const foreign = createSigningRequest({ commonName: 'vc-01' }, await keyPool.get('foreign'));
    const [good, bad] = [csr, foreign].map((request) => pki.ca.signRequest(request, { purpose: 'clientAuth' }));
    const wrong = await thrown(() => lab.crypto.trust.updateSignedCsr(provider(), bad!, undefined));
    expect(wrong.fault._type).toBe('InvalidArgument');
    lab.crypto.trust.updateSignedCsr(provider(), good!, undefined);
    expect((await measure()).overallStatus).toBe('green');
    expect(lab.kms.connections.at(-1)!.clientSubject).toBe('vc-01');
  });
});

describe('status', () => {
  it('green and Normal after trust both ways, with both certificates', async () => {
    lab = await createLab(pki);
    const status = await measure();
    expect(status).toMatchObject({
      clusterId: { id: 'kms-cluster' },
      overallStatus: 'green',
      managementType: 'vCenter',
      servers: [
        { name: 'kms1', status: 'green', connectionStatus: 'Normal', clientTrustServer: true, serverTrustClient: true },
      ],
    });
    expect(status.servers[0]!.certInfo?.fingerprint).toBe(fingerprint(pki.server.certificatePem, 'sha1'));
    expect(status.clientCertInfo?.fingerprint).toBe(fingerprint(pki.client.certificatePem, 'sha1'));
    // The vendor is known now: the shorter form of three connections follows.
    lab.kms.connections.length = 0;
    await measure();
    expect(lab.kms.connections.map(({ operations }) => operations)).toEqual([[], [30, 30], []]);
  });

  it('red when the KMS is down', async () => {
    lab = await createLab(pki);
    await lab.kms.stop();
    const [server] = (await measure()).servers;
    expect(server).toMatchObject({ status: 'red' });
    expect(server!.connectionStatus).toMatch(/^Not connected: .*ECONNREFUSED/);
    expect([server!.clientTrustServer, server!.serverTrustClient]).toEqual([undefined, undefined]);
  });

  it('red and clientTrustServer false when the certificate has changed', async () => {
    const other = pki.ca.issueServer({ commonName: 'kms', keys: await keyPool.get('other') });
    const kms = await startRecordingKms(other, { clientCa: pki.ca.certificatePem });
    lab = await createLab(pki, { kms });
    const [server] = (await measure()).servers;
    expect(server).toMatchObject({ status: 'red', clientTrustServer: false });
    expect(server!.certInfo?.fingerprint).toBe(fingerprint(other.certificatePem, 'sha1'));
  });

  it('red and serverTrustClient false without client certificate', async () => {
    lab = await createLab(pki, { trustClient: false });
    const [server] = (await measure()).servers;
    expect(server).toMatchObject({ status: 'red', clientTrustServer: true, serverTrustClient: false });
    expect(server!.certInfo?.fingerprint).toBe(fingerprint(pki.server.certificatePem, 'sha1'));
  });

  it('red and serverTrustClient false when user or password are refused', async () => {
    lab = await createLab(pki, { userName: 'vcenter', password: 'wrong' });
    lab.kms.misbehave = () => ({ refuse: { reason: 3, message: 'who are you' } });
    const [server] = (await measure()).servers;
    expect(server).toMatchObject({ status: 'red', clientTrustServer: true, serverTrustClient: false });
    expect(server!.connectionStatus).toContain('who are you');
  });

  it('a password that vCenter does not have was shown to nobody: nothing is said of the trust of the KMS', async () => {
    lab = await createLab(pki, { userName: 'vcenter' });
    const [server] = (await measure()).servers;
    expect(server).toMatchObject({ status: 'red', clientTrustServer: true });
    expect(server!.serverTrustClient).toBeUndefined();
  });

  it('yellow as a whole when one of two servers is down', async () => {
    lab = await createLab(pki);
    const gone = await startRecordingKms(pki.server);
    await gone.stop();
    const info = { name: 'kms2', address: '127.0.0.1', port: gone.port };
    lab.crypto.providers.register({ clusterId: { id: 'kms-cluster' }, info });
    const status = await measure();
    expect(status.servers.map((server) => server.status)).toEqual(['green', 'red']);
    expect(status.overallStatus).toBe('yellow');
  });

  it('yellow with a second vendor in the same provider', async () => {
    lab = await createLab(pki);
    const other = await startRecordingKms(pki.server, { clientCa: pki.ca.certificatePem, vendor: 'Another KMS' });
    const info = { name: 'kms2', address: '127.0.0.1', port: other.port };
    lab.crypto.providers.register({ clusterId: { id: 'kms-cluster' }, info });
    const status = await measure();
    expect(status.servers[1]).toMatchObject({ status: 'yellow' });
    expect(status.servers[1]!.connectionStatus).toContain('another vendor');
    await other.stop();
  });

  it('yellow in the last 30 days of a certificate', async () => {
    const clock = new ManualClock();
    lab = await createLab(pki, { clock });
    lab.crypto.healthCheck.stop();
    await clock.advance(340 * 24 * 3600 * 1000);
    expect((await measure()).servers[0]).toMatchObject({ status: 'yellow', serverTrustClient: true });
  });
});

describe('certificates near and past their end', () => {
  const day = 24 * 3600 * 1000;
  const expiry = () =>
    lab.events
      .filter(({ eventTypeId }) => eventTypeId.includes('CertExpirationEvent'))
      .map(({ eventTypeId, message, arguments: list }) => [eventTypeId, message, list?.map(({ value }) => value)]);

  /** Certificates that end on given days of the lab's clock, which starts on day 0. */
  async function start(serverDays: number, clientDays: number, clientCa?: string) {
    const clock = new ManualClock();
    const period = (days: number) => ({ notBefore: new Date(0), notAfter: new Date(clock.now() + days * day) });
    const server = pki.ca.issueServer({ commonName: 'kms', keys: await keyPool.get('other'), ...period(serverDays) });
    const client = pki.ca.issueClient({ commonName: 'vc', keys: await keyPool.get('foreign'), ...period(clientDays) });
    const kms = await startRecordingKms(server, { clientCa });
    lab = await createLab({ ...pki, server, client }, { clock, kms });
    return clock;
  }

  it('the health check warns of each once, when its last 30 days have begun', async () => {
    const clock = await start(40, 50, pki.ca.certificatePem);
    await clock.advance(300_000);
    await lab.crypto.healthCheck.settled();
    expect(expiry()).toEqual([]);
    lab.crypto.healthCheck.stop();
    await clock.advance(11 * day);
    await lab.crypto.healthCheck.check();
    await lab.crypto.healthCheck.check();
    const server = [
      'com.vmware.vc.vecs.KMSServerCertExpirationEvent',
      'KMS Server Certificate will expire soon.',
      ['kms-cluster', 'kms1', expect.stringMatching(/T/)],
    ];
    expect(expiry()).toEqual([server]);
    expect((await measure()).servers[0]).toMatchObject({ status: 'yellow' });
    await clock.advance(10 * day);
    await lab.crypto.healthCheck.check();
    expect(expiry()).toEqual([
      server,
      [
        'com.vmware.vc.vecs.KMSClientCertExpirationEvent',
        'KMS Client Certificate will expire soon.',
        ['kms-cluster', expect.stringMatching(/T/)],
      ],
    ]);
  });

  it('an expired certificate of the KMS: red, and vCenter does not trust it any more', async () => {
    const clock = await start(1, 50, pki.ca.certificatePem);
    lab.crypto.healthCheck.stop();
    await clock.advance(2 * day);
    const [server] = (await measure()).servers;
    expect(server).toMatchObject({ status: 'red', clientTrustServer: false });
    expect(server!.connectionStatus).toContain('expired');
    expect(server!.certInfo!.secondsBeforeExpire).toBe(-86_400);
  });

  it('an expired client certificate: red, even where the KMS does not look', async () => {
    const clock = await start(50, 1);
    lab.crypto.healthCheck.stop();
    await clock.advance(2 * day);
    const status = await measure();
    expect(status.servers[0]).toMatchObject({ status: 'red', clientTrustServer: true, serverTrustClient: true });
    expect(status.servers[0]!.connectionStatus).toContain('client certificate has expired');
    expect(status.clientCertInfo!.secondsBeforeExpire).toBe(-86_400);
  });
});

describe('which servers are measured', () => {
  const info = (name: string, port: number) => ({ name, address: '127.0.0.1', port });

  it('those that are named; one that is not registered is gray, and one that was removed is gone', async () => {
    lab = await createLab(pki);
    lab.crypto.providers.register({ clusterId: { id: 'kms-cluster' }, info: info('kms2', lab.kms.port) });
    const named = await lab.crypto.status.measure(provider(), undefined, ['kms2', 'nobody']);
    expect(named.servers.map(({ name, status }) => [name, status])).toEqual([
      ['nobody', 'gray'],
      ['kms2', 'green'],
    ]);
    lab.crypto.removeServer('kms-cluster', 'kms2', undefined);
    expect((await measure()).servers.map(({ name }) => name)).toEqual(['kms1']);
  });

  it('both of two servers down is red as a whole', async () => {
    lab = await createLab(pki);
    lab.crypto.providers.register({ clusterId: { id: 'kms-cluster' }, info: info('kms2', lab.kms.port) });
    await lab.kms.stop();
    expect((await measure()).overallStatus).toBe('red');
  });

  it('a provider without servers of its own is gray: nothing was measured', async () => {
    lab = await createLab(pki);
    lab.crypto.providers.registerCluster('trusted', undefined);
    const status = await lab.crypto.status.measure(lab.crypto.providers.get('trusted'), undefined);
    expect(status).toMatchObject({ overallStatus: 'gray', managementType: 'trustAuthority', servers: [] });
  });

  it('another address is another machine: its vendor is asked again', async () => {
    lab = await createLab(pki);
    await measure();
    const other = await startRecordingKms(pki.server, { clientCa: pki.ca.certificatePem, vendor: 'Another KMS' });
    lab.crypto.updateServer({ clusterId: { id: 'kms-cluster' }, info: info('kms1', other.port) }, undefined);
    await lab.crypto.settled();
    const vendors = lab.events.filter(({ eventTypeId }) => eventTypeId === 'com.vmware.vc.kms.crypto.Vendor');
    expect(vendors.map(({ arguments: list }) => list?.find(({ key }) => key === 'vendor')?.value)).toEqual([
      'Recording KMS',
      'Another KMS',
    ]);
    await other.stop();
  });
});

describe('providers and the default', () => {
  it('no provider is the default by itself, unless the switch says so', async () => {
    lab = await createLab(pki, { register: false });
    const spec = { clusterId: { id: 'a' }, info: { name: 'k', address: '127.0.0.1', port: 1 } };
    lab.crypto.providers.register(spec);
    expect(lab.crypto.providers.default()).toBeUndefined();
    await lab.stop();
    lab = await createLab(pki, { register: false, crypto: { assumed: { firstProviderBecomesDefault: true } } });
    lab.crypto.providers.register(spec);
    expect(lab.crypto.providers.default()?.id).toBe('a');
  });

  it('removing the last server removes the provider, and the default with it', async () => {
    lab = await createLab(pki);
    const { providers } = lab.crypto;
    providers.register({ clusterId: { id: 'kms-cluster' }, info: { name: 'kms2', address: '127.0.0.1', port: 1 } });
    providers.register({ clusterId: { id: 'other' }, info: { name: 'kms1', address: '127.0.0.1', port: 1 } });
    providers.remove('kms-cluster', 'kms1');
    expect(providers.default()?.id).toBe('kms-cluster');
    providers.remove('kms-cluster', 'kms2');
    expect(providers.find('kms-cluster')).toBeUndefined();
    expect(providers.default()).toBeUndefined();
    expect(lab.crypto.isKmsConfigured('127.0.0.1')).toBe(true);
    providers.remove('other', 'kms1');
    expect(lab.crypto.isKmsConfigured('127.0.0.1')).toBe(false);
  });

  it('a server that was out of reach and comes again is told of again', async () => {
    lab = await createLab(pki);
    const { crypto, kms, events } = lab;
    await kms.stop();
    const told = async () => {
      await crypto.healthCheck.check();
      return events.filter(({ eventTypeId }) => eventTypeId === 'com.vmware.vc.kms.crypto.Unreachable').length;
    };
    expect([await told(), await told()]).toEqual([1, 1]);
    const { info } = crypto.providers.server('kms-cluster', 'kms1');
    crypto.providers.remove('kms-cluster', 'kms1');
    crypto.providers.register({ clusterId: { id: 'kms-cluster' }, info });
    expect(await told()).toBe(2);
  });

  it('the faults of wrong names', async () => {
    lab = await createLab(pki);
    const { providers } = lab.crypto;
    const info = { name: 'kms1', address: '127.0.0.1', port: 1 };
    const empty = await thrown(() => providers.register({ clusterId: { id: 'x' }, info: { ...info, name: '' } }));
    expect(empty.fault).toMatchObject({ _type: 'InvalidArgument', invalidProperty: 'server.info.name' });
    const texts: [() => void, string][] = [
      [() => providers.register({ clusterId: { id: 'kms-cluster' }, info }), 'Already registered'],
      [() => providers.remove('nope', 'kms1'), 'Invalid cluster ID'],
      [() => providers.remove('kms-cluster', 'nope'), 'Invalid server name'],
    ];
    for (const [action, text] of texts) {
      const fault = await thrown(action);
      expect([fault.fault._type, fault.message]).toEqual(['RuntimeFault', text]);
    }
    expect((await thrown(() => providers.registerCluster('x', 'vCenter'))).fault).toMatchObject({
      invalidProperty: 'managementType',
    });
  });

  it('an update leaves what is absent and deletes what is "" or -1', async () => {
    lab = await createLab(pki, { userName: 'u', password: 'p', timeout: 9 });
    lab.crypto.providers.update({
      clusterId: { id: 'kms-cluster' },
      info: { name: 'kms1', address: '', port: 0, userName: '', timeout: -1 },
    });
    const [server] = provider().servers;
    expect(server!.info).toEqual({ name: 'kms1', address: '127.0.0.1', port: lab.kms.port, protocol: 'KMIP1' });
    expect(server!.password).toBe('p');
  });

  it('empty strings of a form count as absent; the list never shows a password', async () => {
    lab = await createLab(pki, { register: false });
    const info = { name: 'k', address: '127.0.0.1', port: 5696, proxyAddress: '', proxyPort: -1, userName: 'u' };
    lab.crypto.providers.register({ clusterId: { id: 'a' }, info, password: 'Sesame-4711' });
    expect(lab.crypto.providers.list()).toEqual([
      {
        clusterId: { id: 'a' },
        servers: [{ name: 'k', address: '127.0.0.1', port: 5696, userName: 'u', protocol: 'KMIP1' }],
        useAsDefault: false,
        managementType: 'vCenter',
        useAsEntityDefault: [],
        hasBackup: false,
        tpmRequired: false,
      },
    ]);
  });

  it('an entity may have a default of its own', async () => {
    lab = await createLab(pki);
    const { providers } = lab.crypto;
    providers.register({ clusterId: { id: 'b' }, info: { name: 'k', address: '127.0.0.1', port: 1 } });
    providers.setDefault('b', 'ClusterComputeResource:domain-c1');
    expect(providers.default(['HostSystem:host-1', 'ClusterComputeResource:domain-c1'])?.id).toBe('b');
    expect(providers.default(['HostSystem:host-1'])?.id).toBe('kms-cluster');
    providers.setDefault(undefined, 'ClusterComputeResource:domain-c1');
    expect(providers.entityDefault('ClusterComputeResource:domain-c1')).toBeUndefined();
  });
});
