import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fetchOf, finished, textOf } from '../lab.ts';
import { id, type SoapLab, startSoapLab } from './crypto-lab.ts';
import { createPki, type Pki } from './lab.ts';

/** Keys and hosts' keys by the methods of CryptoManagerKmip, CryptoManagerHostKMS, HostSystem and the cluster. */
let pki: Pki;
let soap: SoapLab;
beforeAll(async () => {
  pki = await createPki('keys over soap', 'century');
});
afterEach(() => soap.stop());

const material = Buffer.alloc(32, 9).toString('base64');
const keyId = (name: string, provider = 'guide') => `<keyId>${name}</keyId>${provider && id('providerId', provider)}`;
const plain = (tag: string, name: string, { algorithm = 'AES256', data = material, provider = 'guide' } = {}) =>
  `<${tag}><keyId>${keyId(name, provider)}</keyId><algorithm>${algorithm}</algorithm><keyData>${data}</keyData></${tag}>`;
const generate = async () =>
  textOf((await soap.crypto('GenerateKey')).body, 'keyId')!.replace(/^.*?([0-9a-f-]{36}).*$/s, '$1');
const hostState = async (name = 'esx-01') =>
  textOf((await soap.lab.call(fetchOf('HostSystem', soap.lab.ref(name), 'runtime'))).body, 'cryptoState');

describe('QueryCryptoKeyStatus', () => {
  const statusOf = async (keys: string, bits: number, action?: string) => {
    const content = `<keyIds>${keys}</keyIds><checkKeyBitMap>${bits}</checkKeyBitMap>`;
    return (await soap.crypto('QueryCryptoKeyStatus', content, action)).body;
  };
  const reasonOf = async (keys: string) => textOf(await statusOf(keys, 1), 'reason');

  it('each reason has its cause', async () => {
    soap = await startSoapLab(pki);
    const key = await generate();
    expect(await reasonOf(keyId(key))).toBe('KeyStateNotActiveOrEnabled');
    expect(await reasonOf(keyId('nope'))).toBe('KeyStateMissingInKMS');
    expect(await reasonOf(keyId(key, 'nowhere'))).toBe('KeyStateClusterInvalid');
    expect(await reasonOf(keyId('mine', ''))).toBe('KeyStateMissingInCache');
    await soap.crypto('AddKey', plain('key', 'mine', { provider: '' }));
    expect(textOf(await statusOf(keyId('mine', ''), 1), 'keyAvailable')).toBe('true');
    await soap.crypto('RegisterKmsCluster', id('clusterId', 'trusted'));
    expect(await reasonOf(keyId(key, 'trusted'))).toBe('KeyStateManagedByTrustAuthority');
    await soap.kms.stop();
    expect(await reasonOf(keyId(key))).toBe('KeyStateClusterUnreachable');
  });

  it('a KMS that does not let vCenter in: no permission', async () => {
    soap = await startSoapLab(pki, {
      kms: { onRefusedClient: 'permission-denied', clients: [], requireKnownClient: true },
    });
    expect(await reasonOf(keyId('any'))).toBe('NoPermissionToAccessKeyProvider');
  });

  it('tells what was asked and nothing else: VMs and hosts of each of several keys', async () => {
    soap = await startSoapLab(pki);
    await soap.encrypt('web');
    await soap.encrypt('db');
    const { inventory } = soap.lab.mock;
    const [web, db] = ['web', 'db'].map((name) => inventory.vm(name)!.get('config')!.keyId!.keyId);
    const hostKey = inventory.host('esx-01')!.get('runtime').cryptoKeyId!.keyId;
    const content = [web!, db!, hostKey].map((key) => `<keyIds>${keyId(key)}</keyIds>`).join('');
    const answer = await soap.crypto('QueryCryptoKeyStatus', `${content}<checkKeyBitMap>14</checkKeyBitMap>`);
    const found = answer.body.split('<returnval>').slice(1);
    const references = (text: string, tag: string) =>
      [...text.matchAll(new RegExp(`<${tag} type="[^"]*">([^<]*)<`, 'g'))].map((match) => match[1]);
    expect(found.map((one) => references(one, 'encryptedVMs'))).toEqual([
      [soap.lab.ref('web')],
      [soap.lab.ref('db')],
      [],
    ]);
    // The second encryption found a host in encryption mode and brought the other one into it, with the key of the cluster. documented
    const hosts = ['esx-01', 'esx-02'].map((name) => soap.lab.ref(name));
    expect(found.map((one) => references(one, 'affectedHosts'))).toEqual([[], [], hosts]);
    expect(answer.body).not.toContain('keyAvailable');
    expect(await statusOf(keyId(web!), 1)).not.toContain('encryptedVMs');
  });
});

describe('addresses', () => {
  const info = (address: string, more = '') => `<name>kms2</name><address>${address}</address><port>5696</port>${more}`;
  const register = (address: string, more = '') =>
    soap.crypto(
      'RegisterKmipServer',
      `<server>${id('clusterId', 'other')}<info>${info(address, more)}</info></server>`,
    );

  it('hold nothing that could end up in a request to a proxy', async () => {
    soap = await startSoapLab(pki);
    const split = 'kms.lab&#13;&#10;X-Header: 1';
    for (const address of [split, 'http://kms.lab', 'kms lab', '']) {
      expect((await register(address)).body).toContain('<invalidProperty>server.info.address</invalidProperty>');
    }
    expect((await register('kms.lab', `<proxyAddress>${split}</proxyAddress>`)).body).toContain(
      'server.info.proxyAddress',
    );
    const shown = await soap.crypto(
      'RetrieveKmipServerCert',
      `${id('keyProvider', 'other')}<server>${info(split, '<proxyAddress>127.0.0.1</proxyAddress>')}</server>`,
    );
    expect(shown.body).toContain('<invalidProperty>server.address</invalidProperty>');
    expect((await soap.crypto('ListKmipServers')).body).not.toContain('kms2');
  });
});

describe('AddKey and RemoveKey', () => {
  it('only a key that is one: algorithm, base64, length', async () => {
    soap = await startSoapLab(pki);
    const refused: [string, Parameters<typeof plain>[2]][] = [
      ['key.algorithm', { algorithm: 'DES' }],
      ['key.keyData', { data: '####' }],
      ['key.keyData', { data: '' }],
      ['key.keyData', { data: Buffer.alloc(16).toString('base64') }],
      ['key.keyData', { algorithm: 'AES', data: Buffer.alloc(20).toString('base64') }],
    ];
    for (const [property, changes] of refused) {
      const answer = await soap.crypto('AddKey', plain('key', 'mine', changes));
      expect(answer.body).toContain(`<invalidProperty>${property}</invalidProperty>`);
    }
    expect((await soap.crypto('AddKey', plain('key', ''))).body).toContain(
      '<invalidProperty>key.keyId</invalidProperty>',
    );
    expect((await soap.crypto('AddKey', plain('key', 'mine', { algorithm: 'AES-256' }))).status).toBe(200);
  });

  it('several at once: a result for each', async () => {
    soap = await startSoapLab(pki);
    const added = await soap.crypto(
      'AddKeys',
      plain('keys', 'a') + plain('keys', 'a') + plain('keys', 'b', { data: 'x' }),
    );
    expect([...added.body.matchAll(/<success>(\w+)</g)].map((match) => match[1])).toEqual(['true', 'false', 'false']);
    const reasons = [...added.body.matchAll(/<reason>([^<]*)</g)].map((match) => match[1]);
    // observed on hosts: the fault's name, and the property that is wrong
    expect(reasons).toEqual([expect.stringContaining('AlreadyExists'), 'keys[2].keyData']);
    const removed = await soap.crypto(
      'RemoveKeys',
      `<keys>${keyId('a')}</keys><keys>${keyId('z')}</keys><force>false</force>`,
    );
    expect([...removed.body.matchAll(/<reason>([^<]*)</g)].map((match) => match[1])).toEqual(['key.keyId']);
    expect(JSON.stringify(soap.lab.runtime.journal.entries())).not.toContain(material);
  });
});

describe('custom attributes of keys', () => {
  const attribute = (key: string, value: string) => `<attributes><key>${key}</key><value>${value}</value></attributes>`;
  const textsAt = (uniqueIdentifier: string) => JSON.stringify(soap.kms.objects.get(uniqueIdentifier));

  it('reach the KMS as attributes, at the making and afterwards', async () => {
    soap = await startSoapLab(pki, { version: '8.0' });
    const made = await soap.crypto('GenerateKey', `<spec>${attribute('owner', 'team blue')}</spec>`);
    const [key] = /[0-9a-f-]{36}/.exec(made.body)!;
    const set = await soap.crypto(
      'SetKeyCustomAttributes',
      `<keyId>${keyId(key)}</keyId><spec>${attribute('x-cost', '42')}</spec>`,
    );
    expect(textOf(set.body, 'success')).toBe('true');
    const sent = soap.lab.runtime.journal.entries({
      event: 'vcenter.kmip.request',
      data: { operation: 'Add Attribute' },
    });
    expect(sent.map(({ text }) => text).slice(-2)).toEqual([
      `Add Attribute ${key} x-owner sent`,
      `Add Attribute ${key} x-cost sent`,
    ]);
    expect(textsAt(key)).toContain('team blue');
    expect(textsAt(key)).toContain('42');
  });

  it('one that is set again has the new value only, also one that vCenter gave it', async () => {
    soap = await startSoapLab(pki, { version: '8.0' });
    const key = await generate();
    const set = (spec: string) =>
      soap.crypto('SetKeyCustomAttributes', `<keyId>${keyId(key)}</keyId><spec>${spec}</spec>`);
    await set(attribute('owner', 'team blue'));
    const again = await set(attribute('owner', 'team red') + attribute('x-Vendor', 'mine') + attribute('new', 'too'));
    expect(textOf(again.body, 'success')).toBe('true');
    for (const value of ['team red', 'mine', 'too']) expect(textsAt(key)).toContain(`"${value}"`);
    for (const value of ['team blue', 'VMware, Inc.']) expect(textsAt(key)).not.toContain(value);
  });

  it('of a key that is not there: success false with the words of the KMS', async () => {
    soap = await startSoapLab(pki, { version: '8.0' });
    const set = await soap.crypto(
      'SetKeyCustomAttributes',
      `<keyId>${keyId('nope')}</keyId><spec>${attribute('a', 'b')}</spec>`,
    );
    expect(textOf(set.body, 'success')).toBe('false');
    expect(textOf(set.body, 'reason')).toMatch(/^Cannot get key nope from KMS server kms1, reason: /);
  });

  it('none are set without a word to the KMS; one without a name is refused before a key is made', async () => {
    soap = await startSoapLab(pki, { version: '8.0' });
    const key = await generate();
    const dialled = () => soap.lab.runtime.journal.entries({ event: 'vcenter.kmip.dialled' }).length;
    const before = dialled();
    const none = await soap.crypto('SetKeyCustomAttributes', `<keyId>${keyId(key)}</keyId><spec></spec>`);
    expect(textOf(none.body, 'success')).toBe('true');
    for (const method of ['GenerateKey', 'SetKeyCustomAttributes']) {
      const target = method === 'GenerateKey' ? '' : `<keyId>${keyId(key)}</keyId>`;
      const refused = await soap.crypto(method, `${target}<spec>${attribute('a', 'b')}${attribute('', 'c')}</spec>`);
      expect(textOf(refused.body, 'invalidProperty')).toBe('spec.attributes[1].key');
    }
    expect(dialled()).toBe(before);
  });

  it('the reason of a failure names those that were asked for', async () => {
    soap = await startSoapLab(pki, { version: '8.0' });
    await soap.kms.stop();
    const failed = await soap.crypto('GenerateKey', `<spec>${attribute('owner', 'blue')}</spec>`);
    expect(textOf(failed.body, 'reason')?.split('\n').at(-1)).toBe('Custom attributes: owner=blue');
    const without = await soap.crypto('GenerateKey');
    expect(textOf(without.body, 'reason')?.split('\n').at(-1)).toBe('Custom attributes: (null)');
  });
});

describe('the manager of a host', () => {
  const manager = (method: string, content = '') => soap.on('CryptoManagerHostKMS', 'esx-01', method, content);

  it('prepare, enable, change, disable', async () => {
    soap = await startSoapLab(pki);
    expect((await manager('CryptoManagerHostEnable', plain('initialKey', 'a'))).body).toContain('InvalidStateFault');
    expect((await manager('CryptoManagerHostPrepare')).status).toBe(200);
    expect((await manager('CryptoManagerHostEnable', plain('initialKey', 'a'))).status).toBe(200);
    expect(await hostState()).toBe('safe');
    expect((await manager('CryptoManagerHostEnable', plain('initialKey', 'b'))).body).toContain('AlreadyExistsFault');
    const changed = await finished(soap.lab, await manager('ChangeKey_Task', plain('newKey', 'b')));
    expect(textOf(changed, 'state')).toBe('success');
    expect(soap.lab.mock.inventory.host('esx-01')!.get('runtime').cryptoKeyId?.keyId).toBe('b');
    const wrong = await finished(soap.lab, await manager('ChangeKey_Task', plain('newKey', 'c', { data: 'x' })));
    expect(textOf(wrong, 'error')).toContain('newKey.keyData');
    expect((await manager('CryptoManagerHostDisable')).status).toBe(200);
    expect(await hostState()).toBe('pendingIncapable');
    await soap.lab.mock.rebootHost('esx-01');
    expect(await hostState()).toBe('incapable');
    expect(soap.kms.objects.list()).toEqual([]);
  });

  it('its key memory: nothing before encryption mode; add, list, status, remove', async () => {
    soap = await startSoapLab(pki);
    expect((await manager('AddKey', plain('key', 'a'))).body).toContain('InvalidStateFault');
    expect((await manager('AddKeys', plain('keys', 'a'))).body).toContain('InvalidStateFault');
    await soap.encrypt('web');
    const { keyId: vmKey } = soap.lab.mock.inventory.vm('web')!.get('config')!.keyId!;
    await manager('AddKeys', plain('keys', 'a') + plain('keys', 'b'));
    const listed = await manager('ListKeys');
    expect([...listed.body.matchAll(/<returnval><keyId>([^<]*)</g)].map((match) => match[1])).toEqual(
      expect.arrayContaining(['a', 'b', vmKey]),
    );
    expect((await manager('ListKeys', '<limit>1</limit>')).body.match(/<returnval>/g)).toHaveLength(1);
    expect((await manager('RemoveKey', `<key>${keyId(vmKey)}</key><force>false</force>`)).body).toContain(
      'ResourceInUse',
    );
    expect((await manager('RemoveKey', `<key>${keyId('z')}</key><force>false</force>`)).body).toContain(
      '<invalidProperty>key.keyId</invalidProperty>',
    );
    expect((await manager('RemoveKeys', `<keys>${keyId('a')}</keys><force>false</force>`)).body).toContain('true');
    const status = await soap.on('CryptoManagerHostKMS', 'esx-01', 'GetCryptoKeyStatus', `<keys>${keyId('a')}</keys>`);
    // The method came with 8.0.1: a 7.0 does not know it.
    expect(status.body).toContain('MethodNotFoundFault');
  });

  it('GetCryptoKeyStatus of 8.0', async () => {
    soap = await startSoapLab(pki, { version: '8.0' });
    await soap.encrypt('web');
    const { keyId: vmKey } = soap.lab.mock.inventory.vm('web')!.get('config')!.keyId!;
    const status = await manager('GetCryptoKeyStatus', `<keys>${keyId(vmKey)}</keys><keys>${keyId('z')}</keys>`);
    expect([...status.body.matchAll(/<present>(\w+)</g)].map((match) => match[1])).toEqual(['true', 'false']);
  });
});

const hostKey = async (name: string) =>
  textOf((await soap.lab.call(fetchOf('HostSystem', soap.lab.ref(name), 'runtime'))).body, 'cryptoKeyId');

describe('ConfigureCryptoKey with a key that names no provider', () => {
  const configure = (key: string) => soap.on('HostSystem', 'esx-01', 'ConfigureCryptoKey', keyIn(key));
  const keyIn = (key: string) => `<keyId>${keyId(key, '')}</keyId>`;

  it('means the default of the host, before that of all', async () => {
    soap = await startSoapLab(pki);
    const key = await generate();
    const cluster = soap.lab.mock.inventory.clusters[0]!.ref.value;
    const entity = `<entity type="ClusterComputeResource">${cluster}</entity>`;
    await soap.crypto('SetDefaultKmsCluster', `${entity}${id('clusterId', 'guide')}`);
    await soap.crypto('SetDefaultKmsCluster');
    expect((await configure(key)).status).toBe(200);
    expect(await hostKey('esx-01')).toContain(`<keyId>${key}</keyId><providerId><id>guide</id>`);
  });

  it('takes the one that vCenter was given in plain form', async () => {
    soap = await startSoapLab(pki);
    await soap.crypto('AddKey', plain('key', 'mine', { provider: '' }));
    expect((await configure('mine')).status).toBe(200);
    expect(await hostKey('esx-01')).toContain('mine');
    expect(soap.kms.objects.list()).toEqual([]);
  });
});

describe('ConfigureCryptoKey without a key', () => {
  it('takes the key of the cluster', async () => {
    soap = await startSoapLab(pki);
    await soap.on('HostSystem', 'esx-01', 'ConfigureCryptoKey');
    await soap.on('HostSystem', 'esx-02', 'ConfigureCryptoKey');
    expect(await hostKey('esx-02')).toBe(await hostKey('esx-01'));
    expect(soap.kms.objects.list()).toHaveLength(1);
  });

  it('makes one where another host was given its key in plain form: that is not to be had a second time', async () => {
    soap = await startSoapLab(pki);
    await soap.on('HostSystem', 'esx-01', 'PrepareCrypto');
    await soap.on('HostSystem', 'esx-01', 'EnableCrypto', plain('keyPlain', 'mine', { provider: '' }));
    expect((await soap.on('HostSystem', 'esx-02', 'ConfigureCryptoKey')).status).toBe(200);
    expect(await hostState('esx-02')).toBe('safe');
    expect(soap.kms.objects.list()).toHaveLength(1);
    expect(await hostKey('esx-02')).toContain(soap.kms.objects.list()[0]!.uniqueIdentifier);
  });
});

describe('the mode of a cluster', () => {
  const setMode = (content: string) => soap.on('ClusterComputeResource', '', 'SetCryptoMode', content);
  const modeOf = async () => {
    const { value } = soap.lab.mock.inventory.clusters[0]!.ref;
    return textOf(
      (await soap.lab.call(fetchOf('ClusterComputeResource', value, 'configurationEx'))).body,
      'cryptoMode',
    );
  };

  it('forceEnable makes every host safe at once, and one that is added later', async () => {
    soap = await startSoapLab(pki);
    expect(await modeOf()).toBe('onDemand');
    expect((await setMode('<cryptoMode>forceEnable</cryptoMode>')).status).toBe(200);
    expect([await hostState('esx-01'), await hostState('esx-02')]).toEqual(['safe', 'safe']);
    expect(await modeOf()).toBe('forceEnable');
    const added = await soap.on(
      'ClusterComputeResource',
      '',
      'AddHost_Task',
      '<spec><hostName>esx-03</hostName><force>true</force></spec><asConnected>true</asConnected>',
    );
    await finished(soap.lab, added);
    expect(await hostState('esx-03')).toBe('safe');
    // One key for all.
    expect(soap.kms.objects.list()).toHaveLength(1);
    await setMode('<cryptoMode></cryptoMode>');
    expect(await modeOf()).toBe('onDemand');
    expect(await hostState('esx-03')).toBe('safe');
  });

  it('what is wrong with it', async () => {
    soap = await startSoapLab(pki, { version: '8.0' });
    expect((await setMode('<cryptoMode>always</cryptoMode>')).body).toContain('<invalidProperty>cryptoMode<');
    const both = `<policy><keyId>${keyId('a')}</keyId>${id('providerId', 'guide')}</policy>`;
    for (const policy of [both, `<policy>${id('providerId', 'nowhere')}</policy>`]) {
      const refused = await setMode(`<cryptoMode>forceEnable</cryptoMode>${policy}`);
      expect(refused.body).toContain('<invalidProperty>policy<');
    }
    expect(await modeOf()).toBe('onDemand');
  });

  it('by ReconfigureComputeResource_Task; without the KMS the hosts require it', async () => {
    soap = await startSoapLab(pki);
    await soap.kms.stop();
    const spec =
      '<spec xsi:type="ClusterConfigSpecEx"><cryptoConfig><cryptoMode>forceEnable</cryptoMode></cryptoConfig></spec>';
    const task = await soap.on(
      'ClusterComputeResource',
      '',
      'ReconfigureComputeResource_Task',
      `${spec}<modify>true</modify>`,
    );
    expect(textOf(await finished(soap.lab, task), 'state')).toBe('success');
    expect(await modeOf()).toBe('forceEnable');
    const required = soap.lab.mock.events.all.filter(
      (event) => Reflect.get(event, 'eventTypeId') === 'com.vmware.vc.host.Crypto.ReqEnable.KMSClusterError',
    );
    expect(required.map((event) => event.host?.name)).toEqual(['esx-01', 'esx-02']);
  });
});

describe('defaults and key types', () => {
  it('a provider without an id is none: it does not clear the default', async () => {
    soap = await startSoapLab(pki);
    const now = async () => textOf((await soap.crypto('GetDefaultKmsCluster')).body, 'id');
    for (const method of ['MarkDefault', 'SetDefaultKmsCluster']) {
      expect((await soap.crypto(method, '<clusterId></clusterId>')).status).toBe(500);
      expect(await now()).toBe('guide');
    }
    await soap.crypto('SetDefaultKmsCluster');
    expect(await now()).toBeUndefined();
  });

  it('an entity that is not there has no default', async () => {
    soap = await startSoapLab(pki);
    for (const parent of ['', '<defaultsToParent>true</defaultsToParent>']) {
      const nowhere = `<entity type="ClusterComputeResource">domain-c0</entity>${parent}`;
      expect((await soap.crypto('GetDefaultKmsCluster', nowhere)).body).toContain('ManagedObjectNotFound');
    }
  });

  it('a default is set on clusters and host folders alone', async () => {
    soap = await startSoapLab(pki);
    const set = (type: string, value: string) =>
      soap.crypto('SetDefaultKmsCluster', `<entity type="${type}">${value}</entity>${id('clusterId', 'guide')}`);
    const { datacenters } = soap.lab.mock.inventory;
    const [vmFolder, hostFolder] = [datacenters[0]!.get('vmFolder'), datacenters[0]!.get('hostFolder')];
    expect((await set('Folder', hostFolder.value)).status).toBe(200);
    expect((await set('Folder', vmFolder.value)).body).toContain('<invalidProperty>entity</invalidProperty>');
    expect((await set('HostSystem', soap.lab.ref('esx-01'))).body).toContain(
      '<invalidProperty>entity</invalidProperty>',
    );
    expect((await set('Folder', 'group-h99')).body).toContain('ManagedObjectNotFoundFault');
    const cluster = soap.lab.mock.inventory.clusters[0]!.ref.value;
    const inherited = await soap.crypto(
      'GetDefaultKmsCluster',
      `<entity type="ClusterComputeResource">${cluster}</entity><defaultsToParent>true</defaultsToParent>`,
    );
    expect(textOf(inherited.body, 'id')).toBe('guide');
  });

  it('the default of a folder goes with the folder', async () => {
    soap = await startSoapLab(pki, { version: '8.0' });
    const parent = soap.lab.mock.inventory.datacenters[0]!.get('hostFolder').value;
    const folders = (method: string, folder: string, content = '') =>
      soap.lab.call(`<${method} xmlns="urn:vim25"><_this type="Folder">${folder}</_this>${content}</${method}>`);
    const made = await folders('CreateFolder', parent, '<name>edge</name>');
    const folder = textOf(made.body, 'returnval')!;
    await soap.crypto('SetDefaultKmsCluster', `<entity type="Folder">${folder}</entity>${id('clusterId', 'guide')}`);
    const shown = async () => (await soap.crypto('ListKmipServers')).body;
    expect(await shown()).toContain(`<useAsEntityDefault type="Folder">${folder}</useAsEntityDefault>`);
    await finished(soap.lab, await folders('Destroy_Task', folder));
    expect(await shown()).not.toContain('useAsEntityDefault');
    const property = await soap.lab.call(fetchOf('CryptoManagerKmip', 'CryptoManager', 'kmipServers'));
    expect(property.body).not.toContain('useAsEntityDefault');
  });

  it('9.0: raw keys are made, wrapped keys are not supported, others are no type', async () => {
    soap = await startSoapLab(pki, { version: '9.0' });
    const make = (type: string) =>
      soap.crypto('GenerateKey', `<keySpec><keyType>${type}</keyType></keySpec>`, '"urn:vim25/9.0.0.0"');
    expect(textOf((await make('rawKey')).body, 'success')).toBe('true');
    expect((await make('wrappedKey')).body).toContain('NotSupportedFault');
    expect((await make('what')).body).toContain('<invalidProperty>keySpec.keyType</invalidProperty>');
    const info = `<info><name>kms2</name><address>127.0.0.1</address><port>1</port></info>`;
    const register = await soap.crypto(
      'RegisterKmipServer',
      `<server>${id('clusterId', 'other')}${info}<defaultKeyType>wrappedKey</defaultKeyType></server>`,
      '"urn:vim25/9.0.0.0"',
    );
    expect(register.body).toContain('NotSupportedFault');
    expect((await soap.crypto('ListKmipServers')).body).not.toContain('kms2');
  });

  it('6.7 has no entity defaults and no ListKmsClusters, but hosts with keys', async () => {
    soap = await startSoapLab(pki, { version: '6.7' });
    const action = '"urn:vim25/6.7.1"';
    for (const method of ['ListKmsClusters', 'GetDefaultKmsCluster', 'IsKmsClusterActive']) {
      expect((await soap.crypto(method, '', action)).body).toContain('MethodNotFoundFault');
    }
    const list = await soap.crypto('ListKmipServers', '', action);
    expect(list.body).toContain('<id>guide</id>');
    expect(list.body).not.toMatch(/managementType|useAsEntityDefault|hasBackup/);
    expect((await soap.on('HostSystem', 'esx-01', 'ConfigureCryptoKey')).status).toBe(200);
    expect(await hostState()).toBe('safe');
  });
});
