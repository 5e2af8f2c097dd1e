import { describe, expect, it } from 'vitest';
import { textOf } from '../../../lab/clients/soap.ts';
import { type EncryptedLab, encryptAll, encryptedLab, refOf, xml } from './encrypted-lab.ts';

/** Expected faults and keys: a public copy of tests of a host's encryption, and vcenter.md 8.3 and 9.2. */
const reconfigure = (lab: EncryptedLab, ...parts: string[]) => lab.run('web', 'ReconfigVM_Task', xml.spec(...parts));
const encryptFiles = [xml.encrypting('vmProfile'), xml.crypto('Encrypt', '')];
const newKey = async (lab: EncryptedLab) => {
  const answer = await lab.call(
    '<GenerateKey xmlns="urn:vim25"><_this type="CryptoManagerKmip">CryptoManager</_this></GenerateKey>',
  );
  return /<keyId><keyId>([^<]+)</.exec(answer.body)![1]!;
};

describe('disks that are added', () => {
  it('a new disk with an encryption policy shares the key of the machine', async () => {
    const lab = await encryptedLab();
    await reconfigure(lab, ...encryptFiles);
    const creates = lab.kmip('Create');
    expect((await reconfigure(lab, xml.addDisk({ profile: xml.encrypting() }))).state).toBe('success');
    const web = await lab.machine('web');
    expect(web.disks.map(({ keyId }) => keyId)).toEqual([undefined, undefined, web.keyId]);
    expect(web.disks[2]).toMatchObject({ file: '[datastore1] web/web_2.vmdk', filter: 'VMW_vmwarevmcrypt_1.0.0' });
    expect(lab.kmip('Create')).toBe(creates);
  });

  it('a new disk with a key of its own', async () => {
    const lab = await encryptedLab();
    await reconfigure(lab, ...encryptFiles);
    const keyId = await newKey(lab);
    await reconfigure(lab, xml.addDisk({ profile: xml.encrypting(), crypto: xml.crypto('Encrypt', keyId) }));
    const web = await lab.machine('web');
    expect(web.disks[2]!.keyId).toBe(keyId);
    expect(web.keyId).not.toBe(keyId);
    expect((await lab.run('web', 'PowerOnVM_Task')).state).toBe('success');
    // A new encrypted disk may be added while the machine runs.
    expect((await reconfigure(lab, xml.addDisk({ profile: xml.encrypting() }))).state).toBe('success');
  });

  it('a plain new disk stays plain', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    expect((await reconfigure(lab, xml.addDisk({}))).state).toBe('success');
    expect((await lab.machine('web')).disks[2]!.keyId).toBeUndefined();
  });

  it.each([
    ['on a plain machine', [], { profile: xml.encrypting() }, 'InvalidDeviceSpec', 'msg.hostd.configSpec.enc.mismatch'],
    [
      'while the machine is decrypted',
      [xml.crypto('Decrypt')],
      { profile: xml.encrypting(), crypto: xml.crypto('Encrypt', '') },
      'InvalidVmConfig',
      'msg.hostd.configSpec.enc.mismatch',
    ],
    [
      'without an encryption policy',
      [],
      { profile: xml.empty(), crypto: xml.crypto('Encrypt', '') },
      'InvalidDeviceSpec',
      'msg.hostd.deviceSpec.enc.badPolicy',
    ],
    [
      'with a recryption',
      [],
      { profile: xml.encrypting(), crypto: xml.crypto('DeepRecrypt', '') },
      'InvalidDeviceOperation',
      'msg.hostd.deviceSpec.enc.notEncrypted',
    ],
    ['with nothing to do', [], { profile: xml.encrypting(), crypto: xml.crypto('NoOp') }, 'InvalidArgument', undefined],
    [
      'that is shared',
      [],
      {
        profile: xml.encrypting(),
        backing:
          '<backing xsi:type="VirtualDiskFlatVer2BackingInfo"><fileName></fileName><diskMode>persistent</diskMode><sharing>sharingMultiWriter</sharing></backing>',
      },
      'InvalidDeviceSpec',
      'msg.hostd.deviceSpec.enc.sharedBacking',
    ],
    [
      'that is a raw mapping',
      [],
      {
        profile: xml.encrypting(),
        crypto: xml.crypto('Encrypt', ''),
        backing:
          '<backing xsi:type="VirtualDiskRawDiskMappingVer1BackingInfo"><fileName>foo.vmdk</fileName><deviceName>naa.foo</deviceName><compatibilityMode>virtualMode</compatibilityMode></backing>',
      },
      'InvalidDeviceSpec',
      'msg.hostd.deviceSpec.enc.notFile',
    ],
  ] as const)('a new encrypted disk %s', async (name, more, disk, fault, key) => {
    const lab = await encryptedLab();
    if (name !== 'on a plain machine') await reconfigure(lab, ...encryptFiles);
    const before = await lab.machine('web');
    const outcome = await reconfigure(lab, xml.addDisk(disk), ...more);
    expect(outcome).toMatchObject({ state: 'error', fault, keys: key ? [key] : [] });
    expect((await lab.machine('web')).config).toEqual(before.config);
  });

  it('a disk that exists comes with its key, and goes where the machine is encrypted only', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const { disks } = await lab.machine('web');
    const { file, keyId } = disks[1]!;
    expect((await reconfigure(lab, xml.removeDisk(2001))).state).toBe('success');
    const attach = (profile = '') => xml.addDisk({ file, create: false, profile });
    // observed: neither encrypted nor decrypted while it is added
    expect((await reconfigure(lab, attach(xml.empty()))).state).toBe('success');
    expect((await lab.machine('web')).disks[1]).toMatchObject({ file, keyId });
    await reconfigure(lab, xml.removeDisk(2001));
    await reconfigure(lab, xml.editDisk(2000, xml.empty(), xml.crypto('Decrypt')), xml.crypto('Decrypt'));
    expect(await reconfigure(lab, attach(xml.encrypting()))).toMatchObject({
      fault: 'InvalidDeviceSpec',
      keys: ['msg.hostd.configSpec.enc.mismatch'],
    });
    expect((await reconfigure(lab, attach(xml.encrypting()), ...encryptFiles)).state).toBe('success');
  });

  it('a plain disk that exists is not encrypted while it is added', async () => {
    const lab = await encryptedLab();
    await reconfigure(lab, ...encryptFiles);
    const { file } = (await lab.machine('web')).disks[1]!;
    await reconfigure(lab, xml.removeDisk(2001));
    expect(await reconfigure(lab, xml.addDisk({ file, create: false, profile: xml.encrypting() }))).toMatchObject({
      fault: 'InvalidDeviceSpec',
      keys: ['msg.hostd.deviceSpec.add.noencrypt'],
    });
    expect((await reconfigure(lab, xml.addDisk({ file, create: false }))).state).toBe('success');
    await reconfigure(lab, xml.removeDisk(2001, true));
    expect(await reconfigure(lab, xml.addDisk({ file, create: false }))).toMatchObject({ fault: 'FileNotFound' });
  });

  it('a running machine takes an encrypted disk only when its key is to be had', async () => {
    const lab = await encryptedLab();
    await reconfigure(lab, ...encryptFiles);
    const keyId = await newKey(lab);
    await reconfigure(lab, xml.addDisk({ profile: xml.encrypting(), crypto: xml.crypto('Encrypt', keyId) }));
    const { file } = (await lab.machine('web')).disks[2]!;
    await reconfigure(lab, xml.removeDisk(2002));
    await lab.mock.rebootHost('esx-01');
    await lab.run('web', 'PowerOnVM_Task');
    await lab.kms.stop();
    // The host and vCenter have the machine's own key only.
    lab.mock.encryption.hosts.held.delete({ keyId, providerId: { id: 'kms' } });
    expect(await reconfigure(lab, xml.addDisk({ file, create: false }))).toMatchObject({
      fault: 'EncryptionKeyRequired',
    });
    await lab.kms.start();
    expect((await reconfigure(lab, xml.addDisk({ file, create: false }))).state).toBe('success');
  });
});

it('a snapshot with memory comes back only with the keys of the disks that it has', async () => {
  const lab = await encryptedLab();
  await reconfigure(lab, ...encryptFiles);
  const keyId = await newKey(lab);
  await reconfigure(lab, xml.addDisk({ profile: xml.encrypting(), crypto: xml.crypto('Encrypt', keyId) }));
  await lab.run('web', 'PowerOnVM_Task');
  await lab.run('web', 'CreateSnapshot_Task', '<name>one</name><memory>true</memory><quiesce>false</quiesce>');
  await lab.run('web', 'PowerOffVM_Task');
  await reconfigure(lab, xml.removeDisk(2002));
  await lab.mock.rebootHost('esx-01');
  lab.mock.encryption.hosts.held.delete({ keyId, providerId: { id: 'kms' } });
  await lab.kms.stop();
  expect(await lab.run('web', 'RevertToCurrentSnapshot_Task')).toMatchObject({
    fault: 'GenericVmConfigFault',
    message: expect.stringMatching(/^The disk \[.*\] is encrypted and a required key was not found\.$/),
  });
  expect((await lab.machine('web')).powerState).toBe('poweredOff');
  await lab.kms.start();
  expect((await lab.run('web', 'RevertToCurrentSnapshot_Task')).state).toBe('success');
  expect(await lab.machine('web')).toMatchObject({ powerState: 'poweredOn', disks: [{}, {}, { keyId }] });
});

it('the key of a disk that only a snapshot has is in use as long as the snapshot is there', async () => {
  const lab = await encryptedLab();
  await reconfigure(lab, ...encryptFiles);
  const keyId = await newKey(lab);
  await reconfigure(lab, xml.addDisk({ profile: xml.encrypting(), crypto: xml.crypto('Encrypt', keyId) }));
  await lab.run('web', 'CreateSnapshot_Task', '<name>one</name><memory>false</memory><quiesce>false</quiesce>');
  await reconfigure(lab, xml.removeDisk(2002));
  const vcenter = refOf('CryptoManagerKmip', 'CryptoManager');
  const host = refOf(
    'CryptoManagerHostKMS',
    lab.mock.inventory.host('esx-01')!.get('configManager').cryptoManager!.value,
  );
  const remove = async (target: typeof host) =>
    (await lab.invoke(target, 'RemoveKey', `${xml.key('key', keyId, 'kms')}<force>false</force>`)).body;
  const status = async () =>
    (
      await lab.invoke(
        vcenter,
        'QueryCryptoKeyStatus',
        `${xml.key('keyIds', keyId, 'kms')}<checkKeyBitMap>2</checkKeyBitMap>`,
      )
    ).body;
  for (const target of [vcenter, host]) expect(await remove(target)).toContain('xsi:type="ResourceInUse"');
  expect(await status()).toContain(`<encryptedVMs type="VirtualMachine">${lab.ref('web')}</encryptedVMs>`);
  expect((await lab.invoke(vcenter, 'ListKeys')).body).toContain(keyId);
  await lab.run('web', 'RemoveAllSnapshots_Task');
  expect(await status()).not.toContain('encryptedVMs');
  expect((await lab.invoke(vcenter, 'ListKeys')).body).not.toContain(keyId);
  for (const target of [host, vcenter]) expect(await remove(target)).toContain('RemoveKeyResponse');
});

describe('specs that do not fit', () => {
  it('crypto on a device that is no disk, on a removal, and on a chain that is not there', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const backing = `<backing>${xml.crypto('Encrypt', '')}</backing>`;
    const nic = `<deviceChange><operation>edit</operation><device xsi:type="VirtualPCIController"><key>100</key></device>${backing}</deviceChange>`;
    expect(await reconfigure(lab, nic)).toMatchObject({
      fault: 'InvalidDeviceSpec',
      keys: ['msg.hostd.deviceSpec.enc.notDisk'],
    });
    const removal = xml
      .removeDisk(2001)
      .replace('</deviceChange>', `<backing>${xml.crypto('Decrypt')}</backing></deviceChange>`);
    expect(await reconfigure(lab, removal)).toMatchObject({ fault: 'InvalidDeviceOperation' });
    const deep = xml.editDisk(
      2000,
      '',
      `<parent>${xml.crypto('ShallowRecrypt', '')}</parent>${xml.crypto('ShallowRecrypt', '')}`,
    );
    expect(await reconfigure(lab, deep)).toMatchObject({ fault: 'InvalidDeviceSpec' });
  });

  it('a key that does not exist: the fault tells what it was for', async () => {
    const lab = await encryptedLab();
    await reconfigure(lab, ...encryptFiles);
    const nope = (kind: string) => xml.crypto(kind, 'nope');
    expect(await reconfigure(lab, nope('ShallowRecrypt'))).toMatchObject({
      fault: 'GenericVmConfigFault',
      message: 'The specified key was not found.',
      keys: ['msg.vigor.enc.keyNotFound', expect.any(String)],
    });
    expect(await reconfigure(lab, xml.addDisk({ profile: xml.encrypting(), crypto: nope('Encrypt') }))).toMatchObject({
      fault: 'SystemError',
      message: 'Error creating disk Key locator',
    });
    expect(await reconfigure(lab, xml.editDisk(2000, xml.encrypting(), nope('Encrypt')))).toMatchObject({
      fault: 'SystemError',
      message: 'Key locator error',
    });
    await reconfigure(lab, xml.editDisk(2000, xml.encrypting()));
    expect(await reconfigure(lab, xml.editDisk(2000, '', nope('ShallowRecrypt')))).toMatchObject({
      fault: 'GenericVmConfigFault',
      keys: ['msg.keysafe.locator', expect.any(String)],
    });
  });

  it('a virtual TPM needs encrypted files, and keeps them so', async () => {
    const lab = await encryptedLab();
    const add =
      '<deviceChange><operation>add</operation><device xsi:type="VirtualTPM"><key>-1</key></device></deviceChange>';
    const remove =
      '<deviceChange><operation>remove</operation><device xsi:type="VirtualTPM"><key>11000</key></device></deviceChange>';
    expect(await reconfigure(lab, add)).toMatchObject({
      fault: 'GenericVmConfigFault',
      keys: ['msg.vtpm.add.notEncrypted'],
    });
    expect((await reconfigure(lab, add, xml.crypto('Encrypt', ''))).state).toBe('success');
    expect(textOf(await lab.read('web', 'summary'), 'config', 'tpmPresent')).toBe('true');
    expect(await reconfigure(lab, xml.crypto('Decrypt'))).toMatchObject({
      fault: 'GenericVmConfigFault',
      keys: ['msg.vigor.enc.required.vtpm'],
    });
    expect((await reconfigure(lab, remove, xml.crypto('Decrypt'))).state).toBe('success');
    expect((await lab.machine('web')).keyId).toBeUndefined();
  });

  it('the machine is decrypted together with the removal of its encrypted disk', async () => {
    const lab = await encryptedLab();
    await reconfigure(lab, ...encryptFiles, xml.editDisk(2000, xml.encrypting()));
    expect(await reconfigure(lab, xml.crypto('Decrypt'))).toMatchObject({
      fault: 'InvalidVmConfig',
      keys: ['msg.hostd.configSpec.enc.mismatch'],
    });
    expect((await reconfigure(lab, xml.removeDisk(2000), xml.crypto('Decrypt'))).state).toBe('success');
  });

  it('secrets in extraConfig', async () => {
    const lab = await encryptedLab();
    const option = (key: string, value: string) =>
      `<extraConfig><key>${key}</key><value xsi:type="xsd:string">${value}</value></extraConfig>`;
    const anyBundle = option('encryption.bundle', 'vmware:key/list/()');
    expect(await reconfigure(lab, anyBundle)).toMatchObject({
      fault: 'SystemError',
      message: 'Key required for encryption.bundle.',
    });
    await reconfigure(lab, ...encryptFiles);
    const bundle = (await lab.machine('web')).extra.get('encryption.bundle')!;
    expect(bundle).toContain(
      'vmware:key/list/(pair/(fqid/&lt;VMWARE-NULL&gt;/kms/'.replace('&lt;', '<').replace('&gt;', '>'),
    );
    const same = option('encryption.bundle', bundle.replace('<', '&lt;').replace('>', '&gt;'));
    expect((await reconfigure(lab, same)).state).toBe('success');
    expect(await reconfigure(lab, option('dataFileKey', 'x'))).toMatchObject({
      fault: 'InvalidArgument',
      message: 'config.extraConfig["dataFileKey"]',
    });
    await reconfigure(lab, xml.crypto('Decrypt'));
    expect((await lab.machine('web')).extra.has('encryption.bundle')).toBe(false);
  });
});

it('nvram and disks are written under new names; migrateEncryption becomes required and stays', async () => {
  const lab = await encryptedLab();
  await lab.run('web', 'ReconfigVM_Task', encryptAll);
  const encrypted = await lab.machine('web');
  expect(encrypted.extra.get('nvram')).toBe('web_1.nvram');
  expect(encrypted.migrateEncryption).toBe('required');
  expect(encrypted.cryptoState).toBe('unlocked');
  const plain = [2000, 2001].map((key) => xml.editDisk(key, xml.empty(), xml.crypto('Decrypt')));
  await reconfigure(lab, ...plain, xml.empty('vmProfile'), xml.crypto('Decrypt'));
  const decrypted = await lab.machine('web');
  expect(decrypted).toMatchObject({ keyId: undefined, migrateEncryption: 'required', cryptoState: undefined });
  expect(decrypted.disks.map(({ file }) => file)).not.toEqual(encrypted.disks.map(({ file }) => file));
});

describe("vcsim's defects are none here", () => {
  it('1: encryption with a key or a provider that does not exist fails', async () => {
    const lab = await encryptedLab();
    const spec = (provider: string) => [xml.encrypting('vmProfile'), xml.crypto('Encrypt', 'nope', 'crypto', provider)];
    expect(await reconfigure(lab, ...spec('doesnotexist'))).toMatchObject({ fault: 'InvalidArgument' });
    expect(await reconfigure(lab, ...spec('kms'))).toMatchObject({ fault: 'GenericVmConfigFault' });
    expect((await lab.machine('web')).keyId).toBeUndefined();
  });

  it('16: a machine that is created with an explicit key has it', async () => {
    const lab = await encryptedLab();
    const keyId = await newKey(lab);
    const [datacenter] = lab.mock.inventory.datacenters;
    const pool = lab.mock.inventory.clusters[0]!.get('resourcePool')!.value;
    const config = `<config><name>new</name><files><vmPathName>[datastore2]</vmPathName></files><deviceChange><operation>add</operation><device xsi:type="ParaVirtualSCSIController"><key>-1</key><busNumber>0</busNumber><sharedBus>noSharing</sharedBus></device></deviceChange>${xml
      .addDisk({ profile: xml.encrypting(), crypto: xml.crypto('Encrypt', keyId) })
      .replace(
        '<controllerKey>1000',
        '<controllerKey>-1',
      )}${xml.encrypting('vmProfile')}${xml.crypto('Encrypt', keyId)}</config>`;
    const creates = lab.kmip('Create');
    const outcome = await lab.run(
      datacenter!.get('vmFolder'),
      'CreateVM_Task',
      `${config}<pool type="ResourcePool">${pool}</pool>`,
    );
    expect(outcome.state).toBe('success');
    const made = await lab.machine('new');
    expect(made).toMatchObject({ keyId, cryptoState: 'unlocked', migrateEncryption: 'required' });
    expect(made.disks).toMatchObject([{ keyId, file: '[datastore2] new/new.vmdk' }]);
    // Only the host's key was made.
    expect(lab.kmip('Create')).toBe(creates + 1);
  });
});
