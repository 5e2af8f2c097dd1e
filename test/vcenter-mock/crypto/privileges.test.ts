import { afterEach, beforeAll, expect, it } from 'vitest';
import { grant } from '../grant.ts';
import { password, textOf, username } from '../lab.ts';
import { id, type SoapLab, startSoapLab } from './crypto-lab.ts';
import { createPki, type Pki } from './lab.ts';

/** Which privilege each method of encryption asks for: vcenter.md A.1 and A.4. */
let pki: Pki;
let soap: SoapLab;
beforeAll(async () => {
  pki = await createPki('privileges', 'century');
});
afterEach(() => soap.stop());

const key = `<keyId>a</keyId>${id('providerId', 'guide')}`;
const plain = (tag: string) =>
  `<${tag}><keyId>${key}</keyId><algorithm>AES256</algorithm><keyData>AAAA</keyData></${tag}>`;
const server = `<server>${id('clusterId', 'other')}<info><name>k</name><address>127.0.0.1</address><port>1</port></info></server>`;
const cluster = id('cluster', 'guide');

const keyServers: Record<string, string> = {
  RegisterKmipServer: server,
  MarkDefault: id('clusterId', 'guide'),
  UpdateKmipServer: server,
  RemoveKmipServer: `${id('clusterId', 'guide')}<serverName>kms1</serverName>`,
  ListKmipServers: '',
  RetrieveKmipServersStatus_Task: '',
  RetrieveKmipServerCert: `${id('keyProvider', 'guide')}<server><name>kms1</name><address></address><port>0</port></server>`,
  UploadKmipServerCert: `${cluster}<certificate>x</certificate>`,
  GenerateSelfSignedClientCert: cluster,
  GenerateClientCsr: cluster,
  RetrieveSelfSignedClientCert: cluster,
  RetrieveClientCsr: cluster,
  RetrieveClientCert: cluster,
  UpdateSelfSignedClientCert: `${cluster}<certificate>x</certificate>`,
  UpdateKmsSignedCsrClientCert: `${cluster}<certificate>x</certificate>`,
  UploadClientCert: `${cluster}<certificate>x</certificate><privateKey>x</privateKey>`,
  IsKmsClusterActive: cluster,
  SetDefaultKmsCluster: '',
  GetDefaultKmsCluster: '',
  RegisterKmsCluster: id('clusterId', 'trusted'),
  UnregisterKmsCluster: id('clusterId', 'guide'),
  ListKmsClusters: '',
};
const keys: Record<string, string> = {
  AddKey: plain('key'),
  AddKeys: plain('keys'),
  RemoveKey: `<key>${key}</key><force>true</force>`,
  RemoveKeys: `<keys>${key}</keys><force>true</force>`,
  ListKeys: '',
  GenerateKey: id('keyProvider', 'guide'),
  QueryCryptoKeyStatus: `<keyIds>${key}</keyIds><checkKeyBitMap>1</checkKeyBitMap>`,
  SetKeyCustomAttributes: `<keyId>${key}</keyId><spec/>`,
};
const hostModes: [string, string, string, string][] = [
  ['HostSystem', 'esx-01', 'PrepareCrypto', ''],
  ['HostSystem', 'esx-01', 'EnableCrypto', plain('keyPlain')],
  ['HostSystem', 'esx-01', 'ConfigureCryptoKey', ''],
  ['CryptoManagerHostKMS', 'esx-01', 'CryptoManagerHostPrepare', ''],
  ['CryptoManagerHostKMS', 'esx-01', 'CryptoManagerHostEnable', plain('initialKey')],
  ['CryptoManagerHostKMS', 'esx-01', 'CryptoManagerHostDisable', ''],
  ['CryptoManagerHostKMS', 'esx-01', 'ChangeKey_Task', plain('newKey')],
  ['ClusterComputeResource', '', 'SetCryptoMode', '<cryptoMode>forceEnable</cryptoMode>'],
];

async function operatorWith(privileges: readonly string[]): Promise<void> {
  const operator = { username: 'operator', password: 'op', role: 'NoAccess' as const };
  soap = await startSoapLab(pki, { version: '8.0', users: [{ username, password }, operator] });
  await grant(soap.lab, 'operator', privileges);
  await soap.lab.login('operator', 'op');
}

it('without any of them: NoPermission names the one that is missing, and nothing has happened', async () => {
  await operatorWith(['System.Read']);
  const refused: Record<string, string | undefined> = {};
  for (const [method, content] of Object.entries({ ...keyServers, ...keys })) {
    const answer = await soap.crypto(method, content);
    expect([method, answer.status]).toEqual([method, 500]);
    refused[method] = textOf(answer.body, 'privilegeId');
  }
  const expected = [
    ...Object.keys(keyServers).map((method) => [method, 'Cryptographer.ManageKeyServers']),
    ...Object.keys(keys).map((method) => [method, 'Cryptographer.ManageKeys']),
  ];
  expect(refused).toEqual(Object.fromEntries(expected));
  for (const [type, name, method, content] of hostModes) {
    const answer = await soap.on(type, name, method, content);
    expect([method, textOf(answer.body, 'privilegeId')]).toEqual([method, 'Cryptographer.RegisterHost']);
  }
  expect(soap.kms.objects.list()).toEqual([]);
  expect(soap.lab.mock.encryption.providers.all().map((provider) => provider.id)).toEqual(['guide']);
  expect(soap.lab.mock.inventory.host('esx-01')!.get('runtime').cryptoState).toBe('incapable');
});

it('each of them lets in where it is asked for, and nowhere else', async () => {
  await operatorWith(['Cryptographer.ManageKeys']);
  expect(textOf((await soap.crypto('GenerateKey', id('keyProvider', 'guide'))).body, 'success')).toBe('true');
  expect(textOf((await soap.crypto('ListKmipServers')).body, 'privilegeId')).toBe('Cryptographer.ManageKeyServers');
  await soap.stop();
  await operatorWith(['Cryptographer.ManageKeyServers']);
  expect((await soap.crypto('ListKmipServers')).body).toContain('<id>guide</id>');
  expect(textOf((await soap.crypto('GenerateKey')).body, 'privilegeId')).toBe('Cryptographer.ManageKeys');
  await soap.stop();
  await operatorWith(['Cryptographer.RegisterHost']);
  expect((await soap.on('HostSystem', 'esx-01', 'ConfigureCryptoKey')).status).toBe(200);
});
