import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createKmipServer, type KmipServer } from '../../../kmip-server/index.ts';
import { fetchOf, finished, type Lab, loggedIn, password, textOf, username } from '../lab.ts';
import { createPki, encryptionPolicy, keyPool, type Pki } from './lab.ts';

/** CryptoManagerKmip and the VM's encryption over SOAP, against keyrig's own KMS over TLS. */
let pki: Pki;
let lab: Lab;
let kms: KmipServer;
beforeAll(async () => {
  pki = await createPki('soap', 'century');
});
afterEach(() => kms.stop());

const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

async function start(options: Parameters<typeof loggedIn>[0] = {}): Promise<void> {
  lab = await loggedIn({
    inventory: {
      hosts: [{ name: 'esx-01' }, { name: 'esx-02' }],
      vms: [
        { name: 'web', host: 'esx-01' },
        { name: 'old', host: 'esx-01', hardwareVersion: 12 },
      ],
    },
    encryption: { keyPool },
    ...options,
  });
  kms = createKmipServer({ port: 0, identity: pki.server, ca: [pki.ca.certificatePem] }, lab.runtime);
  await kms.start();
}

const method = (name: string, content = '', action?: string) =>
  lab.call(
    `<${name} xmlns="urn:vim25" ${xsi}><_this type="CryptoManagerKmip">CryptoManager</_this>${content}</${name}>`,
    action,
  );
const id = (tag: string, value: string) => `<${tag}><id>${value}</id></${tag}>`;
const server = (name = 'kms1', port = kms.port) =>
  `<name>${name}</name><address>127.0.0.1</address><port>${port}</port>`;

/** All the steps of the guide up to the status Normal. */
async function trustBothWays(): Promise<void> {
  await method('RegisterKmipServer', `<server>${id('clusterId', 'guide')}<info>${server()}</info></server>`);
  const shown = await method('RetrieveKmipServerCert', `${id('keyProvider', 'guide')}<server>${server()}</server>`);
  const certificate = textOf(shown.body, 'certificate');
  await method('UploadKmipServerCert', `${id('cluster', 'guide')}<certificate>${certificate}</certificate>`);
  const { certificatePem, privateKeyPem } = pki.client;
  await method(
    'UploadClientCert',
    `${id('cluster', 'guide')}<certificate>${certificatePem}</certificate><privateKey>${privateKeyPem}</privateKey>`,
  );
  await method('MarkDefault', id('clusterId', 'guide'));
  await lab.mock.encryption.settled();
}

const profile = `<profile xsi:type="VirtualMachineDefinedProfileSpec"><profileId>${encryptionPolicy}</profileId></profile>`;
const reconfigure = async (name: string, spec: string) =>
  finished(
    lab,
    await lab.call(
      `<ReconfigVM_Task xmlns="urn:vim25" ${xsi}><_this type="VirtualMachine">${lab.ref(name)}</_this><spec>${spec}</spec></ReconfigVM_Task>`,
    ),
  );
const byPolicy =
  `<deviceChange><operation>edit</operation><device xsi:type="VirtualDisk"><key>2000</key></device>${profile}</deviceChange>` +
  profile.replaceAll('profile xsi', 'vmProfile xsi').replace('</profile>', '</vmProfile>');
const vmConfig = async (name: string) => (await lab.call(fetchOf('VirtualMachine', lab.ref(name), 'config'))).body;

describe('the guide over SOAP', () => {
  it('trust both ways, status Normal, policy edit, verification', async () => {
    await start();
    await trustBothWays();
    const info = await finished(lab, await method('RetrieveKmipServersStatus_Task'));
    expect(textOf(info, 'state')).toBe('success');
    // TaskInfo.entity is a ManagedEntity; the CryptoManager is none.
    expect(info).not.toContain('<entity');
    expect(textOf(info, 'descriptionId')).toBe('encryption.CryptoManagerKmip.retrieveKmipServersStatus');
    const status = textOf(info, 'CryptoManagerKmipClusterStatus') ?? '';
    expect(textOf(status, 'overallStatus')).toBe('green');
    expect(textOf(status, 'connectionStatus')).toBe('Normal');
    expect(textOf(status, 'clientTrustServer')).toBe('true');
    expect(textOf(status, 'serverTrustClient')).toBe('true');

    const task = await reconfigure('web', byPolicy);
    expect(textOf(task, 'state')).toBe('success');
    const config = await vmConfig('web');
    const keyId = /<keyId>([0-9a-f-]+)<\/keyId>/.exec(config)?.[1];
    expect(keyId).toMatch(/^[0-9a-f-]{36}$/);
    expect(config.split(`<keyId>${keyId}</keyId>`)).toHaveLength(3);
    expect(textOf(config, 'migrateEncryption')).toBe('required');
    expect(textOf(config, 'iofilter')).toBe('VMW_vmwarevmcrypt_1.0.0');

    const states = await method(
      'QueryCryptoKeyStatus',
      `<keyIds><keyId>${keyId}</keyId>${id('providerId', 'guide')}</keyIds><checkKeyBitMap>7</checkKeyBitMap>`,
    );
    expect(textOf(states.body, 'keyAvailable')).toBe('true');
    expect(textOf(states.body, 'encryptedVMs')).toBe(lab.ref('web'));
  });

  it('one tree leads from the SOAP call over the task and the dial down to the operations at the KMS', async () => {
    await start();
    await trustBothWays();
    await reconfigure('web', byPolicy);
    const { journal } = lab.runtime;
    const [task] = journal.entries({ event: 'vcenter.task.started', data: { method: 'ReconfigVM_Task' } });
    const planes = new Map<string, string[]>();
    const walk = (tree: ReturnType<typeof journal.effectsOf>) => {
      const { plane, event, data } = tree.entry;
      if (event.startsWith('kmip.') && typeof data?.operation === 'string') {
        planes.set(plane, [...(planes.get(plane) ?? []), data.operation]);
      }
      for (const effect of tree.effects) walk(effect);
    };
    walk(journal.effectsOf(task!));
    const operations = planes.get('kmip') ?? [];
    const count = (name: string) => operations.filter((operation) => operation === name).length;
    expect([count('Create'), count('Get'), count('Activate')]).toEqual([2, 2, 2]);
  });

  it('a failed key exchange: the fault on the wire is a RuntimeFault "Cannot generate key" with its reasons', async () => {
    await start();
    await trustBothWays();
    await kms.stop();
    const before = await vmConfig('web');
    const info = await reconfigure('web', byPolicy);
    expect(textOf(info, 'state')).toBe('error');
    const error = textOf(info, 'error') ?? '';
    expect(error).toMatch(/<fault xsi:type="RuntimeFault">/);
    expect(error.match(/<localizedMessage>([^<]*)<\/localizedMessage>$/)?.[1]).toBe('Cannot generate key');
    expect(error).toContain('Failed to generate key on KMS 127.0.0.1: QLC_ERR_COMMUNICATE');
    expect(await vmConfig('web')).toBe(before);
    const events = lab.mock.events.all.map((event) => Reflect.get(event, 'eventTypeId'));
    expect(events).toContain('com.vmware.vc.kms.crypto.KeyGenerateFail');
    expect(events).toContain('com.vmware.vc.kms.crypto.Unreachable');
  });

  it('GenerateKey on a KMS that is down: success false with reason and fault, or a SOAP fault when chosen', async () => {
    await start();
    await trustBothWays();
    await kms.stop();
    const result = await method('GenerateKey', id('keyProvider', 'guide'));
    expect(result.status).toBe(200);
    expect(textOf(result.body, 'success')).toBe('false');
    expect(textOf(result.body, 'reason')).toMatch(
      /^Failed to generate key on key provider guide, error \d+:\nReason:\n/,
    );
    expect(result.body).toMatch(/<fault><fault xsi:type="RuntimeFault">/);
    // The fault came with 7.0.1: an older client must not see it.
    const old = await method('GenerateKey', id('keyProvider', 'guide'), '"urn:vim25/6.7.1"');
    expect(old.body).not.toContain('<fault');

    await start({ encryption: { keyPool, assumed: { generateKeyFailure: 'fault' } } });
    await trustBothWays();
    await kms.stop();
    const fault = await method('GenerateKey');
    expect(fault.status).toBe(500);
    expect(textOf(fault.body, 'faultstring')).toBe('Cannot generate key');
    expect(fault.body).toContain('<RuntimeFaultFault xmlns="urn:vim25" xsi:type="RuntimeFault">');
  });

  it('hardware version 12 is refused before anything is dialled', async () => {
    await start();
    await trustBothWays();
    const info = await reconfigure('old', byPolicy);
    expect(textOf(info, 'error')).toMatch(/xsi:type="GenericVmConfigFault".*vmx-13.*vmx-12/s);
    expect(kms.objects.list()).toHaveLength(0);
  });

  it('an encrypted VM is created; when its key cannot be made there is no VM', async () => {
    await start();
    await trustBothWays();
    const create = async (name: string) =>
      finished(
        lab,
        await lab.call(
          `<CreateVM_Task xmlns="urn:vim25" ${xsi}><_this type="Folder">${lab.mock.inventory.datacenters[0]!.get('vmFolder').value}</_this>` +
            `<config><name>${name}</name><version>vmx-13</version><files><vmPathName>[datastore1]</vmPathName></files>` +
            `<deviceChange><operation>add</operation><fileOperation>create</fileOperation><device xsi:type="VirtualDisk"><key>-1</key><capacityInKB>1048576</capacityInKB></device>${profile}</deviceChange>` +
            `<vmProfile xsi:type="VirtualMachineDefinedProfileSpec"><profileId>${encryptionPolicy}</profileId></vmProfile></config>` +
            `<pool type="ResourcePool">${lab.mock.inventory.clusters[0]!.get('resourcePool')!.value}</pool></CreateVM_Task>`,
        ),
      );
    expect(textOf(await create('vault'), 'state')).toBe('success');
    const config = await vmConfig('vault');
    expect(config.split('<providerId><id>guide</id></providerId>')).toHaveLength(3);
    await kms.stop();
    const failed = await create('vault2');
    expect(textOf(failed, 'error')).toContain('Cannot generate key');
    expect(lab.mock.inventory.vm('vault2')).toBeUndefined();
  });
});

describe('locks over SOAP', () => {
  it('host restarted and key destroyed: locked, not to be powered on; restored at the KMS it is unlocked', async () => {
    await start();
    await trustBothWays();
    await reconfigure('web', byPolicy);
    const keyId = lab.mock.inventory.vm('web')!.get('config')!.keyId!.keyId;
    await kms.backup();
    expect(await kms.destroyObject(keyId)).toBe(true);
    await lab.mock.rebootHost('esx-01');
    const cryptoState = async () =>
      textOf((await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'runtime'))).body, 'cryptoState');
    const call = async (name: string) =>
      finished(
        lab,
        await lab.call(`<${name} xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('web')}</_this></${name}>`),
      );
    expect(await cryptoState()).toBe('locked');
    const alarms = async () => (await lab.call(fetchOf('Folder', 'group-d1', 'triggeredAlarmState'))).body;
    expect(await alarms()).toContain(`<entity type="VirtualMachine">${lab.ref('web')}</entity>`);
    expect(textOf(await alarms(), 'overallStatus')).toBe('red');
    const refused = textOf(await call('PowerOnVM_Task'), 'error');
    expect(refused).toMatch(/xsi:type="EncryptionKeyRequired"/);
    expect(refused).toContain(`The operation is not allowed in the current state. Key ${keyId}/guide not found`);
    expect(textOf(await call('CryptoUnlock_Task'), 'error')).toMatch(/xsi:type="InvalidVmState"/);

    await kms.restoreBackup();
    expect(textOf(await call('CryptoUnlock_Task'), 'state')).toBe('success');
    expect(await cryptoState()).toBe('unlocked');
    expect(await alarms()).not.toContain('AlarmState>');
    expect(textOf(await call('PowerOnVM_Task'), 'state')).toBe('success');
    const events = lab.mock.events.all.map((event) => Reflect.get(event, 'eventTypeId'));
    expect(events.filter((name) => String(name).includes('.vm.Crypto.'))).toEqual([
      'com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnKMS',
      'com.vmware.vc.vm.Crypto.VMUnlocked',
    ]);
  });
});

it('a user without the privileges of cryptography encrypts nothing, and no key is made', async () => {
  const users = [
    { username, password },
    { username: 'operator', password: 'op', role: 'NoCryptoAdmin' as const },
  ];
  await start({ users });
  await trustBothWays();
  await lab.login('operator', 'op');
  const error = textOf(await reconfigure('web', byPolicy), 'error');
  expect(error).toMatch(/xsi:type="NoPermission"/);
  expect(error).toContain('<privilegeId>Cryptographer.Encrypt</privilegeId>');
  expect((await method('ListKeys')).body).toContain('<privilegeId>Cryptographer.ManageKeys</privilegeId>');
  expect(kms.objects.list()).toHaveLength(0);
});

describe('providers over SOAP', () => {
  it('lists, defaults and removal', async () => {
    await start();
    await trustBothWays();
    const list = await method('ListKmipServers');
    expect(textOf(list.body, 'useAsDefault')).toBe('true');
    expect(textOf(list.body, 'managementType')).toBe('vCenter');
    // Servers are left out unless asked for.
    expect((await method('ListKmsClusters')).body).not.toContain('<servers>');
    expect((await method('ListKmsClusters', '<includeKmsServers>true</includeKmsServers>')).body).toContain(
      '<servers>',
    );
    expect((await method('ListKmsClusters', '<managementTypeFilter>8</managementTypeFilter>')).body).not.toContain(
      'returnval',
    );
    expect((await method('ListKmsClusters', '<statusFilter>1</statusFilter>')).body).toContain('guide');
    const property = await lab.call(fetchOf('CryptoManagerKmip', 'CryptoManager', 'kmipServers'));
    expect(property.body).toContain('<id>guide</id>');
    expect((await lab.call(fetchOf('CryptoManagerKmip', 'CryptoManager', 'enabled'))).body).toContain('true');

    expect(textOf((await method('GetDefaultKmsCluster')).body, 'id')).toBe('guide');
    await method('SetDefaultKmsCluster');
    expect((await method('GetDefaultKmsCluster')).body).not.toContain('returnval');
    const entity = `<entity type="HostSystem">${lab.ref('esx-01')}</entity>`;
    const cluster = lab.mock.inventory.clusters[0]!.ref.value;
    await method(
      'SetDefaultKmsCluster',
      `<entity type="ClusterComputeResource">${cluster}</entity>${id('clusterId', 'guide')}`,
    );
    expect((await method('GetDefaultKmsCluster', entity)).body).not.toContain('returnval');
    const inherited = await method('GetDefaultKmsCluster', `${entity}<defaultsToParent>true</defaultsToParent>`);
    expect(textOf(inherited.body, 'id')).toBe('guide');
    expect(textOf((await method('IsKmsClusterActive', id('cluster', 'guide'))).body, 'returnval')).toBe('true');
    expect((await method('IsKmsClusterActive', id('cluster', 'nope'))).body).toContain('InvalidArgumentFault');

    await method('RemoveKmipServer', `${id('clusterId', 'guide')}<serverName>kms1</serverName>`);
    expect((await method('ListKmipServers')).body).not.toContain('returnval');
    expect(lab.mock.isKmsConfigured('127.0.0.1')).toBe(false);
  });

  it('a policy edit works with the default provider of the cluster alone', async () => {
    await start();
    await trustBothWays();
    await method('SetDefaultKmsCluster');
    expect(textOf(await reconfigure('web', byPolicy), 'error')).toContain('No default provider');
    const cluster = lab.mock.inventory.clusters[0]!.ref.value;
    await method(
      'SetDefaultKmsCluster',
      `<entity type="ClusterComputeResource">${cluster}</entity>${id('clusterId', 'guide')}`,
    );
    expect(textOf(await reconfigure('web', byPolicy), 'state')).toBe('success');
  });

  it('certificates: nothing generated gives an empty string; a password-protected key is refused by name', async () => {
    await start();
    await trustBothWays();
    expect(textOf((await method('RetrieveSelfSignedClientCert', id('cluster', 'guide'))).body, 'returnval')).toBe('');
    expect(textOf((await method('RetrieveClientCsr', id('cluster', 'guide'))).body, 'returnval')).toBe('');
    const current = await method('RetrieveClientCert', id('cluster', 'guide'));
    expect(textOf(current.body, 'returnval')).toBe(pki.client.certificatePem);
    const csr = textOf((await method('GenerateClientCsr', id('cluster', 'guide'))).body, 'returnval');
    expect(csr).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----/);
    const key = '-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n';
    const refused = await method(
      'UploadClientCert',
      `${id('cluster', 'guide')}<certificate>${pki.client.certificatePem}</certificate><privateKey>${key}</privateKey>`,
    );
    expect(refused.status).toBe(500);
    expect(textOf(refused.body, 'faultstring')).toMatch(/privateKey.*password/);
    expect(refused.body).toContain('<invalidProperty>privateKey</invalidProperty>');
  });

  it('keys: list, remove, add', async () => {
    await start();
    await trustBothWays();
    await reconfigure('web', byPolicy);
    const keys = await method('ListKeys');
    const [first] = [...keys.body.matchAll(/<keyId>([0-9a-f-]{36})<\/keyId>/g)].map((match) => match[1]!);
    expect(keys.body.match(/<returnval>/g)).toHaveLength(2);
    const key = (keyId: string) => `<keyId>${keyId}</keyId>${id('providerId', 'guide')}`;
    const used = await method('RemoveKey', `<key>${key(first!)}</key><force>false</force>`);
    expect(used.body).toContain('ResourceInUseFault');
    const unknown = await method('RemoveKey', `<key>${key('nope')}</key><force>false</force>`);
    expect(unknown.body).toContain('InvalidArgumentFault');
    const forced = await method(
      'RemoveKeys',
      `<keys>${key(first!)}</keys><keys>${key('nope')}</keys><force>true</force>`,
    );
    expect(forced.body.match(/<success>true<\/success>/g)).toHaveLength(2);
    expect(kms.objects.list()).toHaveLength(2);
    const plain = `<key><keyId>${key('mine')}</keyId><algorithm>AES256</algorithm><keyData>${Buffer.alloc(32).toString('base64')}</keyData></key>`;
    expect((await method('AddKey', plain)).status).toBe(200);
    expect((await method('AddKey', plain)).body).toContain('AlreadyExistsFault');
  });

  it('host methods: prepare from incapable alone, a key by ConfigureCryptoKey', async () => {
    await start();
    await trustBothWays();
    const call = (name: string) =>
      lab.call(`<${name} xmlns="urn:vim25"><_this type="HostSystem">${lab.ref('esx-01')}</_this></${name}>`);
    const state = async () =>
      textOf((await lab.call(fetchOf('HostSystem', lab.ref('esx-01'), 'runtime'))).body, 'cryptoState');
    expect(await state()).toBe('incapable');
    expect((await call('PrepareCrypto')).status).toBe(200);
    expect(await state()).toBe('prepared');
    expect((await call('PrepareCrypto')).body).toContain('InvalidStateFault');
    expect((await call('ConfigureCryptoKey')).status).toBe(200);
    expect(await state()).toBe('safe');
    expect(kms.objects.list()).toHaveLength(1);
    await kms.stop();
    const second = `<ConfigureCryptoKey xmlns="urn:vim25"><_this type="HostSystem">${lab.ref('esx-02')}</_this></ConfigureCryptoKey>`;
    // documented: the key of the cluster is used again, so the KMS need not be there.
    expect((await lab.call(second)).status).toBe(200);
  });
});
