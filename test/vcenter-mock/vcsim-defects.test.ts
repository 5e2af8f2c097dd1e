import { afterEach, beforeAll, expect, test } from 'vitest';
import { createKmipServer, type KmipServer } from '../../kmip-server/index.ts';
import type { VcenterMockOptions } from '../../vcenter-mock/index.ts';
import { createPki, encryptionPolicy, keyPool, type Pki } from './crypto/lab.ts';
import { envelope, fetchOf, finished, type Lab, loggedIn, textOf } from './lab.ts';

/*
 * Defects that were observed in vcsim (govmomi 0.57.0-alpha), each shown not to be one here. Tests that pass against vcsim although a
 * real vCenter would refuse are what these are about.
 */

const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const id = (tag: string, value: string) => `<${tag}><id>${value}</id></${tag}>`;

let pki: Pki;
let lab: Lab;
let kms: KmipServer;
beforeAll(async () => {
  pki = await createPki('vcsim', 'century');
});
afterEach(() => kms.stop());

/** A vCenter with a KMS that listens; `trusted` also registers it, trusts it both ways and makes it the default. */
async function start(options: VcenterMockOptions & { trusted?: boolean } = {}): Promise<void> {
  const { trusted = true, ...rest } = options;
  lab = await loggedIn({ encryption: { keyPool }, ...rest });
  kms = createKmipServer({ port: 0, identity: pki.server, ca: [pki.ca.certificatePem] }, lab.runtime);
  await kms.start();
  if (!trusted) return;
  await register('kms1');
  const { certificatePem, privateKeyPem } = pki.client;
  await crypto('UploadKmipServerCert', `${id('cluster', 'kp')}<certificate>${pki.server.certificatePem}</certificate>`);
  await crypto(
    'UploadClientCert',
    `${id('cluster', 'kp')}<certificate>${certificatePem}</certificate><privateKey>${privateKeyPem}</privateKey>`,
  );
  await crypto('MarkDefault', id('clusterId', 'kp'));
  await lab.mock.encryption.settled();
}

const crypto = (method: string, content = '', action?: string) =>
  lab.call(
    `<${method} xmlns="urn:vim25" ${xsi}><_this type="CryptoManagerKmip">CryptoManager</_this>${content}</${method}>`,
    action,
  );
const register = (name: string) =>
  crypto(
    'RegisterKmipServer',
    `<server>${id('clusterId', 'kp')}<info><name>${name}</name><address>127.0.0.1</address><port>${kms.port}</port></info></server>`,
  );
const vmTask = async (method: string, content: string, vm = 'web') =>
  finished(
    lab,
    await lab.call(
      `<${method} xmlns="urn:vim25" ${xsi}><_this type="VirtualMachine">${lab.ref(vm)}</_this>${content}</${method}>`,
    ),
  );
const encryptWith = (keyId: string, provider: string) =>
  `<crypto xsi:type="CryptoSpecEncrypt"><cryptoKeyId><keyId>${keyId}</keyId>${provider && id('providerId', provider)}</cryptoKeyId></crypto>`;
const encrypt = (spec = '') =>
  vmTask(
    'ReconfigVM_Task',
    `<spec>${spec}<vmProfile xsi:type="VirtualMachineDefinedProfileSpec"><profileId>${encryptionPolicy}</profileId></vmProfile></spec>`,
  );
const property = async (type: string, value: string, name: string) => (await lab.call(fetchOf(type, value, name))).body;
const config = (vm = 'web') => property('VirtualMachine', lab.ref(vm), 'config');
/** The text of the innermost keyId: the element of that name also holds one. */
const keyIdIn = (body: string) => /<keyId>([^<]+)<\/keyId>/.exec(body)?.[1] ?? '';

test('1: a key of a provider that does not exist encrypts nothing', async () => {
  await start();
  const info = await vmTask('ReconfigVM_Task', `<spec>${encryptWith('nope', 'doesnotexist')}</spec>`);
  expect(textOf(info, 'state')).toBe('error');
  expect(await config()).not.toContain('<keyId>');
});

test('1: a key that the KMS does not have encrypts nothing', async () => {
  await start();
  const info = await vmTask('ReconfigVM_Task', `<spec>${encryptWith('nope', 'kp')}</spec>`);
  expect(textOf(info, 'state')).toBe('error');
  expect(info).toContain('<key>msg.vigor.enc.keyNotFound</key>');
  expect(await config()).not.toContain('<keyId>');
});

test('2: migrateEncryption takes only its three values', async () => {
  await start();
  const info = await vmTask('ReconfigVM_Task', '<spec><migrateEncryption>bogus</migrateEncryption></spec>');
  expect(textOf(info, 'state')).toBe('error');
  expect(info).toContain('xsi:type="InvalidArgument"');
});

test('2: a host without encrypted vMotion does not take a VM that requires it', async () => {
  await start({
    inventory: {
      hosts: [{ name: 'esx-01' }, { name: 'esx-02', encryptedVMotionSupported: false }],
      vms: [{ name: 'web', host: 'esx-01', powerState: 'poweredOn' }],
    },
  });
  await vmTask('ReconfigVM_Task', '<spec><migrateEncryption>required</migrateEncryption></spec>');
  const to = `<host type="HostSystem">${lab.ref('esx-02')}</host>`;
  const info = await vmTask('RelocateVM_Task', `<spec>${to}</spec>`);
  expect(textOf(info, 'state')).toBe('error');
  expect(info).toContain('xsi:type="MigrationFeatureNotSupported"');
  expect(await property('VirtualMachine', lab.ref('web'), 'runtime')).toContain(
    `<host type="HostSystem">${lab.ref('esx-01')}</host>`,
  );
});

test('3: encrypting a VM sets migrateEncryption to required', async () => {
  await start();
  expect(textOf(await encrypt(), 'state')).toBe('success');
  expect(textOf(await config(), 'migrateEncryption')).toBe('required');
});

test('4: cryptoManager.enabled is true', async () => {
  await start({ trusted: false });
  expect(await property('CryptoManagerKmip', 'CryptoManager', 'enabled')).toContain('>true</returnval>');
});

test('5: crypto states and capabilities are set', async () => {
  await start();
  const host = lab.ref('esx-01');
  expect(textOf(await property('HostSystem', host, 'runtime'), 'cryptoState')).toBe('incapable');
  await encrypt();
  expect(textOf(await property('HostSystem', host, 'runtime'), 'cryptoState')).toBe('safe');
  expect(textOf(await property('VirtualMachine', lab.ref('web'), 'runtime'), 'cryptoState')).toBe('unlocked');
  const capability = await property('HostSystem', host, 'capability');
  expect(textOf(capability, 'cryptoSupported')).toBe('true');
  expect(textOf(capability, 'encryptedVMotionSupported')).toBe('true');
});

test('6: TaskInfo.entity is unset for tasks of the crypto manager, a ManagedEntity', async () => {
  await start();
  const info = await finished(lab, await crypto('RetrieveKmipServersStatus_Task'));
  expect(textOf(info, 'state')).toBe('success');
  expect(info).not.toContain('<entity');
});

test('7: no enumeration is empty', async () => {
  await start();
  const runtime = await property('VirtualMachine', lab.ref('web'), 'runtime');
  expect(textOf(runtime, 'faultToleranceState')).toBe('notConfigured');
  expect(textOf(runtime, 'recordReplayState')).toBe('inactive');
});

test('8: faults inside data objects carry their plain type name', async () => {
  await start();
  await encrypt();
  const info = await encrypt(encryptWith('', 'kp'));
  expect(textOf(info, 'state')).toBe('error');
  expect(info).toMatch(/<fault xsi:type="InvalidVmConfig">/);
  expect(info).not.toMatch(/xsi:type="\w+Fault"/);
  expect(textOf(info, 'localizedMessage')).toBe('The virtual machine is already encrypted.');
});

test.each(['6.7', '7.0', '8.0', '9.0'] as const)('9: a vCenter %s advertises its own API version', async (version) => {
  await start({ version, trusted: false });
  const { body } = await lab.send('/sdk/vimServiceVersions.xml', '', { method: 'GET' });
  const newest = { '6.7': '6.7.3', '7.0': '7.0.3.0', '8.0': '8.0.3.0', '9.0': '9.0.0.0' }[version];
  expect(textOf(body, 'version')).toBe(newest);
});

test('10: nothing newer than the negotiated version is sent', async () => {
  await start({ version: '9.0', trusted: false });
  const content =
    '<RetrieveServiceContent xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></RetrieveServiceContent>';
  expect((await lab.call(content, '"urn:vim25/6.7.1"')).body).not.toContain('<tenantManager');
  const profiles = await lab.send(
    '/pbm/sdk',
    envelope(
      `<PbmRetrieveContent xmlns="urn:pbm"><_this type="PbmProfileProfileManager">ProfileManager</_this><profileIds><uniqueId>${encryptionPolicy}</uniqueId></profileIds></PbmRetrieveContent>`,
      `<vcSessionCookie>${lab.cookie?.split('"')[1]}</vcSessionCookie>`,
    ),
    { soapAction: '"urn:pbm/2.0"' },
  );
  expect(profiles.status).toBe(200);
  expect(profiles.body).toContain('VM Encryption Policy');
  expect(profiles.body).not.toContain('k8sCompliantName');
});

test('11: the cookie stands in double quotes, as scripts cut it out', async () => {
  await start({ trusted: false });
  expect(lab.cookie?.split('"')[1]).toMatch(/^[0-9a-f]{40}$/);
});

test('12: PBM answers on both paths', async () => {
  await start({ trusted: false });
  const content = envelope(
    '<PbmRetrieveServiceContent xmlns="urn:pbm"><_this type="PbmServiceInstance">ServiceInstance</_this></PbmRetrieveServiceContent>',
    `<vcSessionCookie>${lab.cookie?.split('"')[1]}</vcSessionCookie>`,
  );
  for (const path of ['/pbm', '/pbm/sdk']) expect((await lab.send(path, content)).status).toBe(200);
});

test('13: QueryCryptoKeyStatus tells the VMs that use a key', async () => {
  await start();
  await encrypt();
  const keyId = keyIdIn(await config());
  const answer = await crypto(
    'QueryCryptoKeyStatus',
    `<keyIds><keyId>${keyId}</keyId>${id('providerId', 'kp')}</keyIds><checkKeyBitMap>3</checkKeyBitMap>`,
  );
  expect(textOf(answer.body, 'encryptedVMs')).toBe(lab.ref('web'));
  expect(textOf(answer.body, 'keyAvailable')).toBe('true');
});

test('14: the provider goes with its last server', async () => {
  await start();
  await crypto('RemoveKmipServer', `${id('clusterId', 'kp')}<serverName>kms1</serverName>`);
  expect((await crypto('ListKmipServers')).body).not.toContain('kp');
});

test('15: encryption posts its events', async () => {
  await start();
  await encrypt();
  const ids = lab.mock.events.all.map((event) => (event as { eventTypeId?: string }).eventTypeId);
  expect(ids).toContain('com.vmware.vc.host.Crypto.Enabled');
  expect(ids).toContain('com.vmware.vc.crypto.Operation');
});

test('16: CreateVM_Task uses the key that the spec names', async () => {
  await start();
  const keyId = keyIdIn((await crypto('GenerateKey', id('keyProvider', 'kp'))).body);
  expect(keyId).toMatch(/^[0-9a-f-]{36}$/);
  const [datacenter] = lab.mock.inventory.datacenters;
  const pool = lab.mock.vc.store.all('ResourcePool')[0]!.ref.value;
  const info = await finished(
    lab,
    await lab.call(
      `<CreateVM_Task xmlns="urn:vim25" ${xsi}><_this type="Folder">${datacenter!.get('vmFolder').value}</_this><config><name>new</name><files><vmPathName>[datastore1]</vmPathName></files>` +
        `<vmProfile xsi:type="VirtualMachineDefinedProfileSpec"><profileId>${encryptionPolicy}</profileId></vmProfile>${encryptWith(keyId, 'kp')}</config><pool type="ResourcePool">${pool}</pool></CreateVM_Task>`,
    ),
  );
  expect(textOf(info, 'state')).toBe('success');
  expect(await config('new')).toContain(`<keyId>${keyId}</keyId>`);
});

test('17: MarkDefault answers with MarkDefaultResponse', async () => {
  await start();
  expect((await crypto('MarkDefault', id('clusterId', 'kp'))).body).toContain(
    '<MarkDefaultResponse xmlns="urn:vim25">',
  );
});

test('18: tasks are described by the ids and names of a real vCenter', async () => {
  await start();
  const describe = (info: string) => [textOf(info, 'descriptionId'), textOf(info, 'entityName')];
  expect(describe(await finished(lab, await crypto('RetrieveKmipServersStatus_Task')))).toEqual([
    'encryption.CryptoManagerKmip.retrieveKmipServersStatus',
    undefined,
  ]);
  expect(describe(await vmTask('ReconfigVM_Task', '<spec><annotation>x</annotation></spec>'))).toEqual([
    'VirtualMachine.reconfigure',
    'web',
  ]);
  const to = `<host type="HostSystem">${lab.ref('esx-02')}</host>`;
  expect(describe(await vmTask('RelocateVM_Task', `<spec>${to}</spec>`))).toEqual(['VirtualMachine.relocate', 'web']);
});
