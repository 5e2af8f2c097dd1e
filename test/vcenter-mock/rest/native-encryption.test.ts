import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Data } from '../../../vcenter-mock/index.ts';
import {
  createPki,
  encryptByPolicy,
  encryptionPolicy,
  faultOf,
  host,
  createLab as plainLab,
  vm,
} from '../crypto/lab.ts';
import { type Answer, fetchOf, finished, textOf } from '../lab.ts';
import { type RestLab, restLab } from './client.ts';

/** A native key provider encrypts by the same vim25 calls as any other, without a KMS. */
const providers = '/api/vcenter/crypto-manager/kms/providers';
const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let lab: RestLab;
beforeEach(async () => {
  lab = await restLab({
    inventory: {
      hosts: [{ name: 'esx-01' }, { name: 'esx-02', tpm: false }],
      vms: [
        { name: 'web', host: 'esx-01' },
        { name: 'db', host: 'esx-02' },
      ],
    },
  });
});

const create = (tpm_required = false) =>
  lab.rest('POST', providers, { body: { provider: 'nkp', constraints: { tpm_required } } });

async function backup(): Promise<Buffer> {
  const answer = await lab.rest('POST', `${providers}?action=export`, { body: { provider: 'nkp' } });
  const { location } = answer.json as { location: { url: string; download_token: { token: string } } };
  const headers = { authorization: `Bearer ${location.download_token.token}` };
  return (await lab.rest('GET', new URL(location.url).pathname, { headers })).bytes;
}

const restore = (file: Buffer) =>
  lab.rest('POST', `${providers}?action=import`, { body: { config: file.toString('base64') } });

const manager = (name: string, content = '') =>
  lab.call(
    `<${name} xmlns="urn:vim25" ${xsi}><_this type="CryptoManagerKmip">CryptoManager</_this>${content}</${name}>`,
  );

const profile = (tag: string) =>
  `<${tag} xsi:type="VirtualMachineDefinedProfileSpec"><profileId>${encryptionPolicy}</profileId></${tag}>`;

const reconfigure = async (name: string, spec: string) =>
  finished(
    lab,
    await lab.call(
      `<ReconfigVM_Task xmlns="urn:vim25" ${xsi}><_this type="VirtualMachine">${lab.ref(name)}</_this><spec>${spec}</spec></ReconfigVM_Task>`,
    ),
  );

const diskEdit = (content: string) =>
  `<deviceChange><operation>edit</operation><device xsi:type="VirtualDisk"><key>2000</key></device>${content}</deviceChange>`;
const byPolicy = diskEdit(profile('profile')) + profile('vmProfile');
/** Key id empty: vCenter makes the key. */
const cryptoSpec = (kind: string, field: string) =>
  `<crypto xsi:type="${kind}"><${field}><keyId></keyId><providerId><id>nkp</id></providerId></${field}></crypto>`;
const byCrypto =
  diskEdit(`${profile('profile')}<backing>${cryptoSpec('CryptoSpecEncrypt', 'cryptoKeyId')}</backing>`) +
  profile('vmProfile') +
  cryptoSpec('CryptoSpecEncrypt', 'cryptoKeyId');

const configOf = (name: string) => lab.mock.inventory.vm(name)!.get('config')!;
const diskKeyOf = (name: string) => {
  const disk = configOf(name).hardware.device?.find(({ key }) => key === 2000);
  return (disk?.backing as Data<'VirtualDiskFlatVer2BackingInfo'> | undefined)?.keyId;
};
const hostOf = (name: string) => lab.mock.inventory.host(name)!.get('runtime');
const succeeded = (task: string) => expect(textOf(task, 'state'), task).toBe('success');
const fails = (task: string, message: string, key: string) => {
  expect(textOf(task, 'state')).toBe('error');
  expect(textOf(task, 'localizedMessage')?.replaceAll('&quot;', '"')).toBe(message);
  expect(task).toContain(`<key>${key}</key>`);
};

describe('encryption with a native key provider', () => {
  test('nothing is encrypted before the provider is backed up', async () => {
    await create();
    fails(
      await reconfigure('web', byCrypto),
      'Key provider nkp requires backup.',
      'com.vmware.vim.vpxd.encryption.keyProviderNotBackedUp',
    );
    expect(configOf('web').keyId).toBeUndefined();
    expect(hostOf('esx-01').cryptoState).toBe('incapable');
  });

  test('vCenter makes the keys of VM and host, and no KMIP message is sent', async () => {
    await create();
    await backup();
    succeeded(await reconfigure('web', byCrypto));
    const { keyId, migrateEncryption } = configOf('web');
    expect(keyId).toEqual({ keyId: expect.stringMatching(uuid), providerId: { id: 'nkp' } });
    expect(diskKeyOf('web')?.providerId).toEqual({ id: 'nkp' });
    expect(migrateEncryption).toBe('required');
    const { cryptoState, cryptoKeyId } = hostOf('esx-01');
    expect(cryptoState).toBe('safe');
    expect(cryptoKeyId).toEqual({ keyId: expect.stringMatching(uuid), providerId: { id: 'nkp' } });
    expect(cryptoKeyId?.keyId).not.toBe(keyId?.keyId);
    expect(lab.runtime.journal.entries().filter(({ event }) => event.includes('kmip'))).toEqual([]);
    expect(lab.runtime.journal.entries({ event: 'vcenter.key.derived' }).length).toBeGreaterThanOrEqual(2);
  });

  test('as the default provider it serves a policy alone', async () => {
    await create();
    await backup();
    await manager('MarkDefault', '<clusterId><id>nkp</id></clusterId>');
    succeeded(await reconfigure('web', byPolicy));
    expect(configOf('web').keyId?.providerId).toEqual({ id: 'nkp' });
  });

  test.each(['Shallow', 'Deep'])('%s recryption takes another key', async (depth) => {
    await create();
    await backup();
    succeeded(await reconfigure('web', byCrypto));
    const before = configOf('web').keyId?.keyId;
    succeeded(await reconfigure('web', cryptoSpec(`CryptoSpec${depth}Recrypt`, 'newKeyId')));
    const after = configOf('web').keyId;
    expect(after).toEqual({ keyId: expect.stringMatching(uuid), providerId: { id: 'nkp' } });
    expect(after?.keyId).not.toBe(before);
  });

  test('a restart of the host alone locks nothing; without the provider it does, until its backup is restored', async () => {
    await create();
    const file = await backup();
    succeeded(await reconfigure('web', byCrypto));
    const hostKey = hostOf('esx-01').cryptoKeyId;
    await lab.mock.rebootHost('esx-01');
    const state = () => lab.mock.inventory.vm('web')!.get('runtime').cryptoState;
    expect([state(), hostOf('esx-01').cryptoState]).toEqual(['unlocked', 'safe']);

    await lab.rest('DELETE', `${providers}/nkp`);
    expect(state()).toBe('unlocked');
    await lab.mock.rebootHost('esx-01');
    expect([state(), hostOf('esx-01').cryptoState]).toEqual(['locked', 'incapable']);

    expect((await restore(file)).status).toBe(200);
    expect([state(), hostOf('esx-01').cryptoState]).toEqual(['unlocked', 'safe']);
    expect(hostOf('esx-01').cryptoKeyId).toEqual(hostKey);
  });

  test('a restored provider derives the same keys, a new one of the same name others', async () => {
    await create();
    const file = await backup();
    succeeded(await reconfigure('web', byCrypto));
    const key = configOf('web').keyId!;
    const material = lab.mock.encryption.hosts.held.get(key);
    expect(material).toHaveLength(32);
    await lab.rest('DELETE', `${providers}/nkp`);
    await create();
    const other = lab.mock.encryption.providers.get('nkp').native!.derive(key.keyId);
    expect(other?.equals(material!)).toBe(false);
    await lab.rest('DELETE', `${providers}/nkp`);
    await restore(file);
    expect(lab.mock.encryption.providers.get('nkp').native!.derive(key.keyId)?.equals(material!)).toBe(true);
  });

  test('a provider that requires a TPM serves the hosts that have one', async () => {
    await create(true);
    await backup();
    fails(
      await reconfigure('db', byCrypto),
      'Host "esx-02" has no TPM 2.0, which native key provider nkp requires.',
      'vim.vpxd.encryption.NativeKeyProviderNotSupported.TpmRequired',
    );
    succeeded(await reconfigure('web', byCrypto));
  });
});

describe('what vim25 says of a native key provider', () => {
  beforeEach(async () => {
    await create(true);
  });

  const filter = (bits: number) => `<managementTypeFilter>${bits}</managementTypeFilter>`;
  const managementType = (answer: Answer) => textOf(answer.body, 'managementType');

  test('the lists show its kind, key, backup and TPM rule', async () => {
    const { keyId } = lab.mock.encryption.providers.get('nkp').native!;
    const before = (await manager('ListKmipServers')).body;
    expect(['managementType', 'hasBackup', 'tpmRequired', 'keyId'].map((tag) => textOf(before, tag))).toEqual([
      'nativeProvider',
      'false',
      'true',
      keyId,
    ]);
    await backup();
    expect(textOf((await manager('ListKmipServers')).body, 'hasBackup')).toBe('true');
    expect(managementType(await manager('ListKmsClusters', filter(8)))).toBe('nativeProvider');
    expect(managementType(await manager('ListKmsClusters', filter(1)))).toBeUndefined();
    const servers = await lab.call(fetchOf('CryptoManagerKmip', 'CryptoManager', 'kmipServers'));
    expect(textOf(servers.body, 'hasBackup')).toBe('true');
  });

  test('a client of 7.0.1 is not sent what came with 7.0.2', async () => {
    const list =
      '<ListKmipServers xmlns="urn:vim25"><_this type="CryptoManagerKmip">CryptoManager</_this></ListKmipServers>';
    const { body } = await lab.call(list, '"urn:vim25/7.0.1.0"');
    expect(textOf(body, 'managementType')).toBe('nativeProvider');
    expect(body).not.toMatch(/hasBackup|tpmRequired|keyId/);
  });

  test('its status is red, then green with the backup; it is active from then on', async () => {
    const status = async () =>
      textOf(await finished(lab, await manager('RetrieveKmipServersStatus_Task')), 'overallStatus');
    const active = async () =>
      textOf((await manager('IsKmsClusterActive', '<cluster><id>nkp</id></cluster>')).body, 'returnval');
    expect([await status(), await active()]).toEqual(['red', 'false']);
    await backup();
    expect([await status(), await active()]).toEqual(['green', 'true']);
  });

  test('GenerateKey refuses it, and the state of its keys is its own affair', async () => {
    await backup();
    const refused = await manager('GenerateKey', '<keyProvider><id>nkp</id></keyProvider>');
    expect(refused.status).toBe(500);
    expect(textOf(refused.body, 'faultstring')).toBe('Cannot generate keys with native key provider');
    succeeded(await reconfigure('web', byCrypto));
    const { keyId } = configOf('web').keyId!;
    const states = await manager(
      'QueryCryptoKeyStatus',
      `<keyIds><keyId>${keyId}</keyId><providerId><id>nkp</id></providerId></keyIds><checkKeyBitMap>3</checkKeyBitMap>`,
    );
    expect(textOf(states.body, 'keyAvailable')).toBe('false');
    expect(textOf(states.body, 'reason')).toBe('KeyStateManagedByNKP');
    expect(textOf(states.body, 'encryptedVMs')).toBe(lab.ref('web'));
  });

  test('it takes no servers and no certificates', async () => {
    const server =
      '<server><clusterId><id>nkp</id></clusterId><info><name>a</name><address>127.0.0.1</address><port>5696</port></info></server>';
    expect((await manager('RegisterKmipServer', server)).body).toContain('InvalidArgumentFault');
    const upload = '<cluster><id>nkp</id></cluster><certificate>x</certificate>';
    expect((await manager('UploadKmipServerCert', upload)).body).toContain('NotSupportedFault');
  });
});

describe('hosts in no cluster', () => {
  let plain: Awaited<ReturnType<typeof plainLab>> | undefined;
  afterEach(() => plain?.stop());

  test('cannot use a native key provider', async () => {
    plain = await plainLab(await createPki('native'), {
      register: false,
      hosts: [host({ clusterId: undefined })],
      vms: [vm()],
    });
    const { crypto } = plain;
    const provider = crypto.native.create('nkp', { tpmRequired: false }, 0);
    const { token } = await crypto.native.export(provider, undefined, 0);
    crypto.native.download('nkp', token, 0);
    crypto.providers.setDefault('nkp');
    const [it] = plain.inventory.vms();
    const fault = await faultOf(crypto.encryption.reconfigure(it!, encryptByPolicy, undefined));
    expect(fault.fault).toMatchObject({
      faultMessage: [{ key: 'vim.vpxd.encryption.NativeKeyProviderNotSupported.NotInCluster' }],
    });
  });
});
