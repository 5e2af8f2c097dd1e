import { describe, expect, it } from 'vitest';
import { children, type Element, textOf } from '../../lab/clients/soap.ts';
import { type EncryptedLab, encryptAll, encryptedLab, refOf, xml } from './crypto/encrypted-lab.ts';

const take = (lab: EncryptedLab, name: string, memory = false) =>
  lab.run(
    'web',
    'CreateSnapshot_Task',
    `<name>${name}</name><description>d</description><memory>${memory}</memory><quiesce>false</quiesce>`,
  );
const snapshot = (value: string) => refOf('VirtualMachineSnapshot', value);
/** `name(child, child)` of a tree. */
function shape(nodes: Element[]): string {
  return nodes
    .map((node) => {
      const below = shape(children(node, 'childSnapshotList'));
      return `${textOf(node, 'name')}${below && `(${below})`}`;
    })
    .join(', ');
}
const tree = async (lab: EncryptedLab) => {
  const info = await lab.read('web', 'snapshot');
  return info && { shape: shape(children(info, 'rootSnapshotList')), current: textOf(info, 'currentSnapshot') };
};
const chain = async (lab: EncryptedLab, disk = 0) => {
  const { disks } = await lab.machine('web');
  return [disks[disk]!.file, ...disks[disk]!.parents.map(({ file }) => file)].map((file) => file.replace(/.*\//, ''));
};

describe('the tree and the files', () => {
  it('each snapshot saves the configuration and gives every disk a difference file', async () => {
    const lab = await encryptedLab();
    const first = await take(lab, 'one');
    expect(first.state).toBe('success');
    await lab.run('web', 'ReconfigVM_Task', xml.spec('<annotation>changed</annotation>'));
    const second = await take(lab, 'two');
    expect(await tree(lab)).toEqual({ shape: 'one(two)', current: second.result });
    expect(await chain(lab)).toEqual(['web-000002.vmdk', 'web-000001.vmdk', 'web.vmdk']);
    expect(await chain(lab, 1)).toEqual(['web_1-000002.vmdk', 'web_1-000001.vmdk', 'web_1.vmdk']);
    const saved = await lab.read(snapshot(first.result), 'config');
    expect(textOf(saved, 'annotation')).toBe('');
    const [disk] = children(children(saved, 'hardware')[0], 'device').filter(({ type }) => type === 'VirtualDisk');
    expect(textOf(disk, 'backing', 'fileName')).toBe('[datastore1] web/web.vmdk');
    expect(textOf(await lab.read(snapshot(first.result), 'childSnapshot'), 'ManagedObjectReference')).toBe(
      second.result,
    );
    const layout = await lab.read('web', 'layoutEx');
    const names = children(layout, 'file').map((file) => textOf(file, 'name'));
    expect(names).toContain('[datastore1] web/web-Snapshot1.vmsn');
    expect(names).toContain('[datastore1] web/web-Snapshot2.vmsn');
    expect(children(layout, 'snapshot')).toHaveLength(2);
  });

  it('revert brings the configuration back and goes on in a new file', async () => {
    const lab = await encryptedLab();
    await take(lab, 'one');
    await take(lab, 'two');
    await lab.run('web', 'ReconfigVM_Task', xml.spec('<annotation>later</annotation>'));
    const one = textOf((await lab.read('web', 'rootSnapshot'))!, 'ManagedObjectReference')!;
    expect((await lab.run(snapshot(one), 'RevertToSnapshot_Task')).state).toBe('success');
    expect(await chain(lab)).toEqual(['web-000003.vmdk', 'web.vmdk']);
    expect((await tree(lab))?.current).toBe(one);
    expect(textOf((await lab.machine('web')).config, 'annotation')).toBe('');
    await take(lab, 'three');
    expect((await tree(lab))?.shape).toBe('one(two, three)');
  });

  it('removal merges the files that nobody needs any more', async () => {
    const lab = await encryptedLab();
    const one = await take(lab, 'one');
    await take(lab, 'two');
    await lab.run(snapshot(one.result), 'RemoveSnapshot_Task', '<removeChildren>false</removeChildren>');
    expect((await tree(lab))?.shape).toBe('two');
    expect(await chain(lab)).toEqual(['web-000002.vmdk', 'web.vmdk']);
    await lab.run('web', 'RemoveAllSnapshots_Task');
    expect(await tree(lab)).toBeUndefined();
    expect(await chain(lab)).toEqual(['web.vmdk']);
    const gone = await lab.run(snapshot(one.result), 'RemoveSnapshot_Task', '<removeChildren>false</removeChildren>');
    expect(gone.fault).toBe('ManagedObjectNotFound');
  });

  it('without consolidation the chain stays until it is asked for', async () => {
    const lab = await encryptedLab();
    await take(lab, 'one');
    await lab.run('web', 'RemoveAllSnapshots_Task', '<consolidate>false</consolidate>');
    expect(await chain(lab)).toEqual(['web-000001.vmdk', 'web.vmdk']);
    expect(textOf(await lab.read('web', 'runtime'), 'consolidationNeeded')).toBe('true');
    await lab.run('web', 'ConsolidateVMDisks_Task');
    expect(await chain(lab)).toEqual(['web.vmdk']);
    expect(textOf(await lab.read('web', 'runtime'), 'consolidationNeeded')).toBe('false');
  });

  it('a snapshot with memory runs on, one without is off', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'PowerOnVM_Task');
    await take(lab, 'cold');
    await take(lab, 'warm', true);
    const [cold] = children((await lab.read('web', 'snapshot'))!, 'rootSnapshotList');
    expect([textOf(cold, 'state'), textOf(cold, 'childSnapshotList', 'state')]).toEqual(['poweredOff', 'poweredOn']);
    await lab.run('web', 'PowerOffVM_Task');
    await lab.run('web', 'RevertToCurrentSnapshot_Task');
    expect((await lab.machine('web')).powerState).toBe('poweredOn');
    await lab.run('web', 'RevertToCurrentSnapshot_Task', '<suppressPowerOn>true</suppressPowerOn>');
    expect((await lab.machine('web')).powerState).toBe('poweredOff');
  });

  it('names are changed, and must be names', async () => {
    const lab = await encryptedLab();
    const one = await take(lab, 'one');
    await lab.run(snapshot(one.result), 'RenameSnapshot', '<name>uno</name>');
    expect((await tree(lab))?.shape).toBe('uno');
    expect((await lab.run(snapshot(one.result), 'RenameSnapshot', '<name></name>')).fault).toBe('InvalidName');
    expect((await take(lab, '')).fault).toBe('InvalidName');
    await lab.run('web', 'RemoveAllSnapshots_Task');
    expect((await lab.run('web', 'RevertToCurrentSnapshot_Task')).fault).toBe('NotFound');
  });
});

describe('of an encrypted machine', () => {
  it('the differences and the saved configuration have its key', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const { keyId } = await lab.machine('web');
    const one = await take(lab, 'one');
    const web = await lab.machine('web');
    expect(web.disks[0]).toMatchObject({ keyId, parents: [{ keyId }] });
    expect(textOf(await lab.read(snapshot(one.result), 'config'), 'keyId', 'keyId')).toBe(keyId);
  });

  it('encryption, decryption and deep recryption want no snapshots', async () => {
    const lab = await encryptedLab();
    await take(lab, 'plain');
    expect(await lab.run('web', 'ReconfigVM_Task', encryptAll)).toMatchObject({
      fault: 'InvalidVmConfig',
      keys: ['msg.hostd.configSpec.enc.snapshots'],
    });
    await lab.run('web', 'RemoveAllSnapshots_Task', '<consolidate>false</consolidate>');
    expect(await lab.run('web', 'ReconfigVM_Task', encryptAll)).toMatchObject({
      fault: 'InvalidDeviceOperation',
      keys: ['msg.hostd.deviceSpec.enc.diskChain'],
    });
    await lab.run('web', 'ConsolidateVMDisks_Task');
    expect((await lab.run('web', 'ReconfigVM_Task', encryptAll)).state).toBe('success');
    await take(lab, 'encrypted');
    for (const crypto of [xml.crypto('Decrypt'), xml.crypto('DeepRecrypt', '')]) {
      expect(await lab.run('web', 'ReconfigVM_Task', xml.spec(crypto))).toMatchObject({
        fault: 'InvalidVmConfig',
        keys: ['msg.hostd.configSpec.enc.snapshots'],
      });
    }
  });

  it('a shallow recryption takes a single chain of snapshots along, to the lowest file', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const one = await take(lab, 'one');
    await take(lab, 'two');
    const before = await lab.machine('web');
    const recrypt = xml.spec(
      xml.editDisk(2000, '', xml.crypto('ShallowRecrypt', '')),
      xml.editDisk(2001, '', xml.crypto('ShallowRecrypt', '')),
      xml.crypto('ShallowRecrypt', ''),
    );
    await lab.run('web', 'PowerOnVM_Task');
    expect((await lab.run('web', 'ReconfigVM_Task', recrypt)).state).toBe('success');
    const web = await lab.machine('web');
    expect(web.keyId).not.toBe(before.keyId);
    const { keyId } = web;
    for (const disk of web.disks) {
      expect(disk).toMatchObject({ keyId, parents: [{ keyId }, { keyId }] });
      expect(disk.file).toBe(before.disks.find(({ key }) => key === disk.key)?.file);
    }
    const saved = await lab.read(snapshot(one.result), 'config');
    expect(textOf(saved, 'keyId', 'keyId')).toBe(keyId);

    // A second branch makes it a tree.
    await lab.run('web', 'PowerOffVM_Task');
    await lab.run(snapshot(one.result), 'RevertToSnapshot_Task');
    await take(lab, 'three');
    expect(await lab.run('web', 'ReconfigVM_Task', recrypt)).toMatchObject({
      fault: 'InvalidVmConfig',
      keys: ['msg.hostd.configSpec.enc.snapshots'],
    });
  });
});
