import { describe, expect, it } from 'vitest';
import { child, children, textOf } from '../../lab/clients/soap.ts';
import { type EncryptedLab, encryptAll, encryptedLab, refOf, xml } from './crypto/encrypted-lab.ts';

const folderOf = (lab: EncryptedLab) => lab.mock.inventory.datacenters[0]!.get('vmFolder');
const poolOf = (lab: EncryptedLab) => lab.mock.inventory.clusters[0]!.get('resourcePool')!.value;
const datastoreOf = (lab: EncryptedLab, index: number) => lab.mock.inventory.datastores[index]!.ref.value;
const clone = (lab: EncryptedLab, name: string, location = '', more = '', source = 'web') =>
  lab.run(
    source,
    'CloneVM_Task',
    `<folder type="Folder">${folderOf(lab).value}</folder><name>${name}</name><spec><location>${location}</location><template>${more.includes('<!--template-->')}</template>${config(more)}<powerOn>${more.includes('<!--on-->')}</powerOn>${snapshotIn(more)}</spec>`,
  );
const config = (more: string) => /<config>.*<\/config>/s.exec(more)?.[0] ?? '';
const snapshotIn = (more: string) => /<snapshot .*<\/snapshot>/s.exec(more)?.[0] ?? '';
const snapshot = (lab: EncryptedLab) =>
  lab.run('web', 'CreateSnapshot_Task', '<name>s</name><memory>false</memory><quiesce>false</quiesce>');
const eventTypes = (lab: EncryptedLab) => lab.mock.events.all.map(({ _type }) => _type);

describe('clones', () => {
  it('a full clone has disks and ids of its own', async () => {
    const lab = await encryptedLab();
    await snapshot(lab);
    const outcome = await clone(lab, 'copy');
    expect(outcome).toMatchObject({ state: 'success', result: lab.ref('copy') });
    const copy = await lab.machine('copy');
    expect(copy.disks).toMatchObject([
      { file: '[datastore1] copy/copy.vmdk', parents: [] },
      { file: '[datastore1] copy/copy_1.vmdk', parents: [] },
    ]);
    const web = await lab.machine('web');
    for (const field of ['uuid', 'instanceUuid']) {
      expect(textOf(copy.config, field)).not.toBe(textOf(web.config, field));
    }
    expect(textOf(copy.config, 'files', 'vmPathName')).toBe('[datastore1] copy/copy.vmx');
    expect(await lab.read('copy', 'snapshot')).toBeUndefined();
    expect(eventTypes(lab).slice(-2)).toEqual(['VmBeingClonedEvent', 'VmClonedEvent']);
    expect(await clone(lab, 'copy')).toMatchObject({ fault: 'DuplicateName' });
    expect(await clone(lab, '')).toMatchObject({ fault: 'InvalidName' });
  });

  it('a linked clone stands on the disk of a snapshot', async () => {
    const lab = await encryptedLab();
    const linked = '<diskMoveType>createNewChildDiskBacking</diskMoveType>';
    expect(await clone(lab, 'linked', linked)).toMatchObject({ fault: 'InvalidArgument' });
    const { result } = await snapshot(lab);
    const from = `<snapshot type="VirtualMachineSnapshot">${result}</snapshot>`;
    expect((await clone(lab, 'linked', linked, from)).state).toBe('success');
    const [disk] = (await lab.machine('linked')).disks;
    expect(disk).toMatchObject({
      file: '[datastore1] linked/linked.vmdk',
      parents: [{ file: '[datastore1] web/web.vmdk' }],
    });
    // What the clone stands on is not merged away.
    await lab.run('web', 'RemoveAllSnapshots_Task');
    expect((await lab.machine('web')).disks[0]!.parents).toEqual([{ file: '[datastore1] web/web.vmdk' }]);
  });

  it('of an encrypted machine: the same key, on the host of the clone, nothing asked of the KMS that vCenter holds', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const web = await lab.machine('web');
    const [gets, creates] = [lab.kmip('Get'), lab.kmip('Create')];
    await clone(lab, 'copy', `<host type="HostSystem">${lab.ref('esx-01')}</host>`);
    const copy = await lab.machine('copy');
    expect(copy).toMatchObject({ keyId: web.keyId, cryptoState: 'unlocked', migrateEncryption: 'required' });
    expect(copy.disks.map(({ keyId }) => keyId)).toEqual([web.keyId, web.keyId]);
    expect([lab.kmip('Get'), lab.kmip('Create')]).toEqual([gets, creates]);
    expect(lab.mock.policies.of(lab.mock.inventory.vm('copy')!)).toBe(
      lab.mock.policies.of(lab.mock.inventory.vm('web')!),
    );
  });

  it('may be recrypted or decrypted while it is made', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const web = await lab.machine('web');
    const disk = (key: number, profile: string, crypto: string) =>
      `<disk><diskId>${key}</diskId><datastore type="Datastore">${datastoreOf(lab, 1)}</datastore>${profile}<backing>${crypto}</backing></disk>`;
    const rekey = xml.crypto('DeepRecrypt', '');
    await clone(
      lab,
      'other',
      `${disk(2000, '', rekey)}${disk(2001, '', rekey)}${xml.crypto('DeepRecrypt', '', 'cryptoSpec')}`,
    );
    const other = await lab.machine('other');
    expect(other.keyId).not.toBe(web.keyId);
    expect(other.disks.map(({ keyId }) => keyId)).toEqual([other.keyId, other.keyId]);
    const plain = xml.crypto('Decrypt');
    const outcome = await clone(
      lab,
      'plain',
      `${disk(2000, xml.empty(), plain)}${disk(2001, xml.empty(), plain)}${xml.empty('profile')}${xml.crypto('Decrypt', undefined, 'cryptoSpec')}`,
    );
    expect(outcome.state).toBe('success');
    expect(await lab.machine('plain')).toMatchObject({ keyId: undefined, cryptoState: undefined });
    // The source is as it was.
    expect(await lab.machine('web')).toEqual(web);
  });

  it('a linked clone keeps its key: it is neither decrypted nor recrypted', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const { result } = await snapshot(lab);
    const from = `<snapshot type="VirtualMachineSnapshot">${result}</snapshot>`;
    await clone(lab, 'linked', '<diskMoveType>createNewChildDiskBacking</diskMoveType>', from);
    const { keyId } = await lab.machine('web');
    expect((await lab.machine('linked')).disks[0]).toMatchObject({ keyId, parents: [{ keyId }] });
    const recrypt = (spec: string) => lab.run('linked', 'ReconfigVM_Task', xml.spec(spec));
    expect(await recrypt(xml.editDisk(2000, '', xml.crypto('ShallowRecrypt', '')))).toMatchObject({
      fault: 'InvalidDeviceOperation',
      keys: ['msg.hostd.deviceSpec.enc.diskChain'],
    });
    expect(await recrypt(xml.crypto('ShallowRecrypt', ''))).toMatchObject({
      fault: 'InvalidVmConfig',
      keys: ['msg.hostd.deviceSpec.enc.diskChain'],
    });
  });

  it('a linked clone sees the new key of the file it stands on, and starts with both', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const { result } = await snapshot(lab);
    const from = `<snapshot type="VirtualMachineSnapshot">${result}</snapshot>`;
    await clone(lab, 'linked', '<diskMoveType>createNewChildDiskBacking</diskMoveType>', from);
    const { keyId: old } = await lab.machine('web');
    const disks = [2000, 2001].map((key) => xml.editDisk(key, '', xml.crypto('ShallowRecrypt', '')));
    const recrypt = xml.spec(...disks, xml.crypto('ShallowRecrypt', ''));
    expect((await lab.run('web', 'ReconfigVM_Task', recrypt)).state).toBe('success');
    const { keyId: renewed, disks: below } = await lab.machine('web');
    expect(renewed).not.toBe(old);
    const linked = await lab.machine('linked');
    expect(linked.keyId).toBe(old);
    expect(linked.disks).toMatchObject(
      below.map(({ parents }) => ({ keyId: old, parents: [{ file: parents[0]!.file, keyId: renewed }] })),
    );
    expect((await lab.run('linked', 'PowerOnVM_Task')).state).toBe('success');
  });

  it('an encryption policy alone does not encrypt a disk on the way', async () => {
    const lab = await encryptedLab();
    const disk = `<disk><diskId>2000</diskId><datastore type="Datastore">${datastoreOf(lab, 0)}</datastore>${xml.encrypting()}</disk>`;
    expect(await clone(lab, 'copy', disk)).toMatchObject({
      fault: 'InvalidArgument',
      message: 'A specified parameter was not correct: spec.disk.backing.crypto',
    });
    expect(lab.mock.inventory.vm('copy')).toBeUndefined();
    expect(eventTypes(lab).at(-1)).toBe('VmCloneFailedEvent');
  });

  it('fails when the key can no longer be had, and leaves nothing', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const { keyId } = await lab.machine('web');
    await lab.kms.stop();
    lab.mock.encryption.hosts.held.delete({ keyId: keyId!, providerId: { id: 'kms' } });
    const there = `<host type="HostSystem">${lab.ref('esx-02')}</host>`;
    expect(await clone(lab, 'copy', there)).toMatchObject({ state: 'error' });
    expect(lab.mock.inventory.vm('copy')).toBeUndefined();
    // On the host that has the key it works without the KMS. documented
    const here = `<host type="HostSystem">${lab.ref('esx-01')}</host>`;
    expect((await clone(lab, 'copy', here)).state).toBe('success');
  });

  it('templates: made, cloned from, turned back', async () => {
    const lab = await encryptedLab();
    await lab.invoke('web', 'MarkAsTemplate');
    expect(textOf((await lab.machine('web')).config, 'template')).toBe('true');
    expect(await lab.read('web', 'resourcePool')).toBeUndefined();
    expect((await lab.run('web', 'PowerOnVM_Task')).fault).toBe('NotSupported');
    expect((await clone(lab, 'copy')).fault).toBe('InvalidArgument');
    const pool = `<pool type="ResourcePool">${poolOf(lab)}</pool>`;
    expect((await clone(lab, 'copy', pool, '<!--on-->')).state).toBe('success');
    expect((await lab.machine('copy')).powerState).toBe('poweredOn');
    await lab.invoke('web', 'MarkAsVirtualMachine', pool);
    expect((await lab.run('web', 'PowerOnVM_Task')).state).toBe('success');
    expect((await lab.run('web', 'MarkAsVirtualMachine', pool)).fault).toBe('InvalidState');
  });

  it('the configuration of the spec is the clone’s; customization is not simulated', async () => {
    const lab = await encryptedLab();
    await clone(lab, 'copy', '', '<config><numCPUs>4</numCPUs></config>');
    expect(textOf(child((await lab.machine('copy')).config, 'hardware'), 'numCPU')).toBe('4');
    const outcome = await lab.run(
      'web',
      'CloneVM_Task',
      `<folder type="Folder">${folderOf(lab).value}</folder><name>x</name><spec><location></location><template>false</template><customization><identity xsi:type="CustomizationLinuxPrep"></identity><globalIPSettings></globalIPSettings></customization><powerOn>false</powerOn></spec>`,
    );
    expect(outcome.fault).toBe('NotSupported');
  });
});

describe('leaving the inventory and coming back', () => {
  const register = (lab: EncryptedLab, path = '[datastore1] web/web.vmx', name = '', places = '') =>
    lab.run(
      folderOf(lab),
      'RegisterVM_Task',
      `<path>${path}</path>${name && `<name>${name}</name>`}<asTemplate>false</asTemplate>${places || `<pool type="ResourcePool">${poolOf(lab)}</pool>`}`,
    );

  it('files stay on the datastore, with snapshots, and make the same machine again', async () => {
    const lab = await encryptedLab();
    await snapshot(lab);
    const before = await lab.machine('web');
    const old = lab.ref('web');
    expect(await register(lab)).toMatchObject({ fault: 'AlreadyExists' });
    await lab.invoke('web', 'UnregisterVM');
    expect(lab.mock.inventory.vm('web')).toBeUndefined();
    const outcome = await register(lab);
    expect(outcome.state).toBe('success');
    expect(outcome.result).not.toBe(old);
    const after = await lab.machine('web');
    expect(after.disks).toEqual(before.disks);
    expect(textOf(after.config, 'uuid')).toBe(textOf(before.config, 'uuid'));
    const [node] = children((await lab.read('web', 'snapshot'))!, 'rootSnapshotList');
    expect(textOf(node, 'vm')).toBe(lab.ref('web'));
    const saved = await lab.read(refOf('VirtualMachineSnapshot', textOf(node, 'snapshot')!), 'vm');
    expect(saved?.text).toBe(lab.ref('web'));
    expect(eventTypes(lab)).toContain('VmRegisteredEvent');
    expect(await register(lab, '[datastore1] nowhere/x.vmx')).toMatchObject({ fault: 'NotFound' });
  });

  it('an encrypted machine is unlocked by its key, or locked without', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const { keyId } = await lab.machine('web');
    await lab.invoke('web', 'UnregisterVM');
    // The host's memory still has the key: no word to the KMS.
    const gets = lab.kmip('Get');
    await register(lab);
    expect(await lab.machine('web')).toMatchObject({ keyId, cryptoState: 'unlocked' });
    expect(lab.kmip('Get')).toBe(gets);

    await lab.invoke('web', 'UnregisterVM');
    await lab.mock.rebootHost('esx-01');
    await lab.kms.stop();
    lab.mock.encryption.hosts.held.delete({ keyId: keyId!, providerId: { id: 'kms' } });
    expect((await register(lab)).state).toBe('success');
    expect((await lab.machine('web')).cryptoState).toBe('locked');
    expect(textOf(await lab.read('web', 'runtime'), 'connectionState')).toBe('invalid');
    const ids = lab.mock.events.all.map((event) => (event as { eventTypeId?: string }).eventTypeId);
    expect(ids).toContain('com.vmware.vc.vm.Crypto.VMLocked.KMSClusterError');
    expect((await lab.run('web', 'PowerOnVM_Task')).fault).toBe('EncryptionKeyRequired');
    for (const [method, content] of [
      ['ReconfigVM_Task', '<spec><annotation>x</annotation></spec>'],
      ['CreateSnapshot_Task', '<name>s</name><memory>false</memory><quiesce>false</quiesce>'],
      ['Rename_Task', '<newName>other</newName>'],
    ] as const) {
      expect((await lab.run('web', method, content)).fault).toBe('EncryptionKeyRequired');
    }
    await lab.kms.start();
    expect((await lab.run('web', 'CryptoUnlock_Task')).state).toBe('success');
    expect((await lab.machine('web')).cryptoState).toBe('unlocked');
  });

  it('keys stay at the KMS when machines are destroyed, decrypted or forgotten', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    await clone(lab, 'copy');
    await lab.run('copy', 'Destroy_Task');
    const plain = [2000, 2001].map((key) => xml.editDisk(key, xml.empty(), xml.crypto('Decrypt')));
    expect(
      (await lab.run('web', 'ReconfigVM_Task', xml.spec(...plain, xml.empty('vmProfile'), xml.crypto('Decrypt'))))
        .state,
    ).toBe('success');
    await lab.run('web', 'Destroy_Task');
    expect(lab.kmip('Destroy') + lab.kmip('Revoke')).toBe(0);
    expect(lab.kms.objects.list()).toHaveLength(2);
    expect(lab.mock.vc.files.list(lab.mock.inventory.datastores[0]!)).toEqual([]);
  });
});

describe('places', () => {
  it('a move that is refused leaves encryption as it was, and no key', async () => {
    const hosts = [
      { name: 'esx-01' },
      { name: 'no-crypto', cryptoSupported: false },
      { name: 'no-encrypted-vmotion', encryptedVMotionSupported: false },
    ];
    const lab = await encryptedLab({ inventory: { hosts, vms: [{ name: 'web', host: 'esx-01' }] } });
    const to = (name: string, ...more: string[]) =>
      lab.run('web', 'RelocateVM_Task', xml.spec(`<host type="HostSystem">${lab.ref(name)}</host>`, ...more));
    const where = () => lab.mock.inventory.hostOf(lab.mock.inventory.vm('web')!)!.get('name');

    expect((await to('no-crypto', xml.encrypting())).fault).toBe('NotSupported');
    expect((await to('no-encrypted-vmotion', xml.encrypting())).fault).toBe('MigrationFeatureNotSupported');
    expect((await lab.machine('web')).keyId).toBeUndefined();
    expect([where(), lab.kmip('Create')]).toEqual(['esx-01', 0]);

    await lab.run('web', 'ReconfigVM_Task', xml.spec(xml.encrypting('vmProfile')));
    const { keyId } = await lab.machine('web');
    const recrypt = [xml.encrypting(), xml.crypto('DeepRecrypt', '', 'cryptoSpec')];
    expect((await to('no-encrypted-vmotion', ...recrypt)).fault).toBe('MigrationFeatureNotSupported');
    expect(await lab.machine('web')).toMatchObject({ keyId });
    // Decrypted on the way it may go where nothing is encrypted.
    expect((await to('no-crypto', xml.empty(), xml.crypto('Decrypt', undefined, 'cryptoSpec'))).state).toBe('success');
    expect((await lab.machine('web')).keyId).toBeUndefined();
    expect(where()).toBe('no-crypto');
  });

  it('the files move to another datastore, snapshots with them', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    await snapshot(lab);
    const { keyId } = await lab.machine('web');
    const gets = lab.kmip('Get');
    const move = `<spec><datastore type="Datastore">${datastoreOf(lab, 1)}</datastore></spec>`;
    expect((await lab.run('web', 'RelocateVM_Task', move)).state).toBe('success');
    const web = await lab.machine('web');
    expect(textOf(web.config, 'files', 'vmPathName')).toBe('[datastore2] web/web.vmx');
    for (const disk of web.disks) {
      expect(
        [disk.file, ...disk.parents.map(({ file }) => file)].every((file) => file.startsWith('[datastore2] web/')),
      ).toBe(true);
      expect(disk.keyId).toBe(keyId);
    }
    expect(lab.kmip('Get')).toBe(gets);
    expect(lab.mock.vc.files.list(lab.mock.inventory.datastores[0]!)).toEqual([]);
    expect((await lab.read('web', 'datastore'))?.children.map(({ text }) => text)).toEqual([datastoreOf(lab, 1)]);
    expect(eventTypes(lab).slice(-2)).toEqual(['VmBeingRelocatedEvent', 'VmRelocatedEvent']);
  });

  it('a single disk moves, and is recrypted on the way', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const before = await lab.machine('web');
    const disk = `<disk><diskId>2001</diskId><datastore type="Datastore">${datastoreOf(lab, 1)}</datastore><backing>${xml.crypto('ShallowRecrypt', '')}</backing></disk>`;
    expect((await lab.run('web', 'RelocateVM_Task', `<spec>${disk}</spec>`)).state).toBe('success');
    const after = await lab.machine('web');
    expect(after.disks[0]).toEqual(before.disks[0]);
    expect(after.disks[1]!.file).toMatch(/^\[datastore2\] web\//);
    expect(after.disks[1]!.keyId).not.toBe(before.disks[1]!.keyId);
    expect(after.keyId).toBe(before.keyId);
  });

  it('folders are made, filled, renamed and removed', async () => {
    const lab = await encryptedLab();
    const root = folderOf(lab);
    const { body } = await lab.invoke(root, 'CreateFolder', '<name>team</name>');
    const team = refOf('Folder', /<returnval type="Folder">([^<]+)</.exec(body)![1]!);
    const list = `<list type="VirtualMachine">${lab.ref('web')}</list>`;
    expect((await lab.run(team, 'MoveIntoFolder_Task', list)).state).toBe('success');
    expect((await lab.read('web', 'parent'))?.text).toBe(team.value);
    // Names are unique in a folder only.
    expect((await clone(lab, 'web')).state).toBe('success');
    const other = lab.mock.inventory.findChild(lab.mock.inventory.datacenters[0]!, 'vm')!;
    const copy = lab.mock.inventory.findChild(other, 'web')!;
    expect(
      (await lab.run(team, 'MoveIntoFolder_Task', `<list type="VirtualMachine">${copy.ref.value}</list>`)).fault,
    ).toBe('DuplicateName');
    expect((await lab.run(team, 'Rename_Task', '<newName>crew</newName>')).state).toBe('success');
    expect((await lab.run(team, 'MoveIntoFolder_Task', `<list type="Folder">${root.value}</list>`)).fault).toBe(
      'InvalidFolder',
    );
    const host = `<list type="HostSystem">${lab.ref('esx-01')}</list>`;
    expect((await lab.run(team, 'MoveIntoFolder_Task', host)).fault).toBe('NotSupported');
    expect((await lab.run(team, 'UnregisterAndDestroy_Task')).state).toBe('success');
    expect(lab.mock.vc.files.homes.has('[datastore1] web/web.vmx')).toBe(true);
    expect((await lab.run(root, 'Destroy_Task')).fault).toBe('NotSupported');
  });
});

it('datastores of one name in two datacenters are two', async () => {
  const site = (name: string) => ({
    name,
    clusters: [{ name: `${name}-cluster`, hosts: [{ name: `${name}-host` }] }],
    datastores: [{ name: 'shared' }],
  });
  const lab = await encryptedLab({ inventory: { datacenters: [site('east'), site('west')] } });
  const west = lab.mock.inventory.datacenters[1]!;
  const pool = lab.mock.inventory.clusters[1]!.get('resourcePool')!.value;
  const config = '<config><name>web</name><files><vmPathName>[shared]</vmPathName></files></config>';
  const outcome = await lab.run(
    west.get('vmFolder'),
    'CreateVM_Task',
    `${config}<pool type="ResourcePool">${pool}</pool>`,
  );
  expect(outcome.state).toBe('success');
  const [first, second] = lab.mock.inventory.datastores;
  expect((await lab.read('web', 'datastore'))?.children.map(({ text }) => text)).toEqual([second!.ref.value]);
  expect(lab.mock.vc.files.list(first!)).toEqual([]);
  expect(lab.mock.vc.files.list(second!).map(({ path }) => path)).toContain('[shared] web/web.vmx');
});

it('a host takes a new machine only on a datastore that it sees', async () => {
  const site = (name: string) => ({
    name,
    clusters: [{ name: `${name}-cluster`, hosts: [{ name: `${name}-host` }] }],
    datastores: [{ name: `${name}-store` }],
    vms: name === 'east' ? [{ name: 'web' }] : [],
  });
  const lab = await encryptedLab({ inventory: { datacenters: [site('east'), site('west')] } });
  const folder = lab.mock.inventory.datacenters[1]!.get('vmFolder');
  const pool = `<pool type="ResourcePool">${lab.mock.inventory.clusters[1]!.get('resourcePool')!.value}</pool>`;
  const config = '<config><name>new</name><files><vmPathName>[east-store]</vmPathName></files></config>';
  expect(await lab.run(folder, 'CreateVM_Task', config + pool)).toMatchObject({ fault: 'InvalidDatastore' });
  expect(await clone(lab, 'copy', pool)).toMatchObject({ fault: 'InvalidDatastore' });
  await lab.run('web', 'UnregisterVM');
  const register = `<path>[east-store] web/web.vmx</path><asTemplate>false</asTemplate>${pool}`;
  expect(await lab.run(folder, 'RegisterVM_Task', register)).toMatchObject({ fault: 'InvalidDatastore' });
  expect(lab.mock.inventory.vms).toEqual([]);
});

it('a datastore gets another name, and with it every path on it', async () => {
  const lab = await encryptedLab();
  await snapshot(lab);
  await clone(lab, 'away');
  await lab.run('away', 'UnregisterVM');
  const datastore = lab.mock.inventory.datastores[0]!;
  const rename = await lab.run(datastore.ref, 'Rename_Task', '<newName>gold</newName>');
  expect(rename.state).toBe('success');
  const { config, disks } = await lab.machine('web');
  expect(textOf(config, 'files', 'vmPathName')).toBe('[gold] web/web.vmx');
  expect(textOf(config, 'datastoreUrl', 'name')).toBe('gold');
  expect([disks[0]!.file, ...disks[0]!.parents.map(({ file }) => file)]).toEqual([
    '[gold] web/web-000001.vmdk',
    '[gold] web/web.vmdk',
  ]);
  expect(datastore.get('summary').name).toBe('gold');
  const paths = lab.mock.vc.files.list(datastore).map(({ path }) => path);
  expect(paths).toContain('[gold] away/away.vmx');
  expect(paths.filter((path) => !path.startsWith('[gold] '))).toEqual([]);
  expect((await lab.run('web', 'RevertToCurrentSnapshot_Task')).state).toBe('success');
  const pool = `<pool type="ResourcePool">${poolOf(lab)}</pool>`;
  const register = `<path>[gold] away/away.vmx</path><asTemplate>false</asTemplate>${pool}`;
  expect((await lab.run(folderOf(lab), 'RegisterVM_Task', register)).state).toBe('success');
});

it('an old machine is upgraded, and can then be encrypted', async () => {
  const lab = await encryptedLab({ inventory: { vms: [{ name: 'web', hardwareVersion: 12 }] } });
  const encrypt = () => lab.run('web', 'ReconfigVM_Task', xml.spec(xml.encrypting('vmProfile')));
  expect((await encrypt()).fault).toBe('GenericVmConfigFault');
  expect((await lab.run('web', 'UpgradeVM_Task', '<version>vmx-99</version>')).fault).toBe('InvalidArgument');
  expect((await lab.run('web', 'UpgradeVM_Task', '<version>vmx-13</version>')).state).toBe('success');
  expect((await encrypt()).state).toBe('success');
  expect((await lab.run('web', 'UpgradeVM_Task', '<version>vmx-13</version>')).fault).toBe('AlreadyUpgraded');
  expect((await lab.run('web', 'UpgradeVM_Task')).state).toBe('success');
  // The newest of the 7.0.3 hosts. documented
  expect(textOf((await lab.machine('web')).config, 'version')).toBe('vmx-19');
});

describe('power', () => {
  it('suspend, resume, reset and the states that do not allow them', async () => {
    const lab = await encryptedLab();
    expect((await lab.run('web', 'SuspendVM_Task')).fault).toBe('InvalidPowerState');
    expect((await lab.run('web', 'ResetVM_Task')).fault).toBe('InvalidPowerState');
    await lab.run('web', 'PowerOnVM_Task');
    await lab.run('web', 'SuspendVM_Task');
    expect((await lab.machine('web')).powerState).toBe('suspended');
    expect(await lab.run('web', 'ReconfigVM_Task', encryptAll)).toMatchObject({ fault: 'InvalidPowerState' });
    await lab.run('web', 'PowerOnVM_Task');
    expect((await lab.run('web', 'ResetVM_Task')).state).toBe('success');
    expect((await lab.run('web', 'ShutdownGuest')).fault).toBe('ToolsUnavailable');
    expect(eventTypes(lab).filter((type) => /Resum|Suspend|Reset/.test(type))).toEqual([
      'VmSuspendingEvent',
      'VmSuspendedEvent',
      'VmResumingEvent',
      'VmResettingEvent',
    ]);
  });

  it('a guest with tools shuts down, stands by and reboots', async () => {
    const lab = await encryptedLab({
      inventory: { vms: [{ name: 'web', ipAddress: '192.0.2.7', powerState: 'poweredOn' }] },
    });
    expect((await lab.invoke('web', 'RebootGuest')).status).toBe(200);
    await lab.invoke('web', 'StandbyGuest');
    expect((await lab.machine('web')).powerState).toBe('suspended');
    await lab.run('web', 'PowerOnVM_Task');
    await lab.invoke('web', 'ShutdownGuest');
    expect((await lab.machine('web')).powerState).toBe('poweredOff');
    expect((await lab.run('web', 'ShutdownGuest')).fault).toBe('InvalidPowerState');
  });

  it('an encrypted machine cannot be exported', async () => {
    const lab = await encryptedLab();
    expect((await lab.run('web', 'ExportVm')).fault).toBe('NotImplemented');
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const outcome = await lab.run('web', 'ExportVm');
    expect(outcome).toMatchObject({ fault: 'NotSupported', message: 'The operation is not supported on encrypted VM' });
  });
});
