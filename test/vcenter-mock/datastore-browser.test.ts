import { describe, expect, it } from 'vitest';
import { at, children, type Element, parseXml, textOf } from '../../lab/clients/soap.ts';
import { type EncryptedLab, encryptAll, encryptedLab, xml } from './crypto/encrypted-lab.ts';
import { fetchOf, finished } from './lab.ts';

const browserOf = (lab: EncryptedLab, index = 0) => lab.mock.inventory.datastores[index]!.get('browser');
async function search(lab: EncryptedLab, path: string, spec = '', method = 'SearchDatastore_Task') {
  const answer = await lab.invoke(
    browserOf(lab),
    method,
    `<datastorePath>${path}</datastorePath>${spec && `<searchSpec>${spec}</searchSpec>`}`,
  );
  const info = at(parseXml(await finished(lab, answer)), 'Body', 'FetchResponse', 'returnval');
  return { fault: at(info, 'error', 'fault')?.type, result: children(info, 'result')[0] };
}
const paths = (result: Element | undefined) => children(result, 'file').map((file) => textOf(file, 'path'));
const disks = (filter: string) =>
  `<query xsi:type="VmDiskFileQuery">${filter}<details><diskType>false</diskType><capacityKb>true</capacityKb><hardwareVersion>false</hardwareVersion><encryption>true</encryption></details></query>`;

describe('the datastore browser', () => {
  it('shows the files of a machine, and their new names after encryption', async () => {
    const lab = await encryptedLab();
    const top = await search(lab, '[datastore1]');
    expect(paths(top.result)).toEqual(['web']);
    expect(paths((await search(lab, '[datastore1] web')).result)).toEqual([
      'web.vmx',
      'web.nvram',
      'web.vmsd',
      'web.vmdk',
      'web_1.vmdk',
    ]);
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const { result } = await search(lab, '[datastore1] web');
    expect(textOf(result, 'folderPath')).toBe('[datastore1] web/');
    expect(paths(result)).toEqual(['web.vmx', 'web_1.nvram', 'web.vmsd', 'web_2.vmdk', 'web_3.vmdk']);
  });

  it('finds encrypted disks and machines by their state, and tells their key', async () => {
    const lab = await encryptedLab();
    await lab.run(
      'web',
      'ReconfigVM_Task',
      xml.spec(xml.editDisk(2000, xml.encrypting()), xml.encrypting('vmProfile')),
    );
    const { keyId } = await lab.machine('web');
    const encrypted = await search(lab, '[datastore1] web/', disks('<filter><encrypted>true</encrypted></filter>'));
    const [file] = children(encrypted.result, 'file');
    expect(file?.type).toBe('VmDiskFileInfo');
    expect(textOf(file, 'encryption', 'keyId', 'keyId')).toBe(keyId);
    expect(textOf(file, 'capacityKb')).toBe(String(1024 * 1024));
    const plain = await search(lab, '[datastore1] web', disks('<filter><encrypted>false</encrypted></filter>'));
    expect(paths(plain.result)).toEqual(['web_1.vmdk']);
    const config =
      '<query xsi:type="VmConfigFileQuery"><filter><encrypted>true</encrypted></filter><details><configVersion>false</configVersion><encryption>true</encryption></details></query>';
    const vmx = await search(lab, '[datastore1] web', config);
    expect(textOf(children(vmx.result, 'file')[0], 'encryption', 'keyId', 'keyId')).toBe(keyId);
  });

  it('patterns, folders below, and what is not there', async () => {
    const lab = await encryptedLab();
    const found = await search(lab, '[datastore1] web', '<matchPattern>*_?.vmdk</matchPattern>');
    expect(paths(found.result)).toEqual(['web_1.vmdk']);
    const below = await search(
      lab,
      '[datastore1]',
      '<matchPattern>*.VMX</matchPattern>',
      'SearchDatastoreSubFolders_Task',
    );
    expect(children(below.result, 'HostDatastoreBrowserSearchResults').flatMap(paths)).toEqual([]);
    const folded = await search(
      lab,
      '[datastore1]',
      '<searchCaseInsensitive>true</searchCaseInsensitive><matchPattern>*.VMX</matchPattern>',
      'SearchDatastoreSubFolders_Task',
    );
    expect(children(folded.result, 'HostDatastoreBrowserSearchResults').flatMap(paths)).toEqual(['web.vmx']);
    expect((await search(lab, '[datastore1] nowhere')).fault).toBe('FileNotFound');
    expect((await search(lab, '[datastore2]')).fault).toBe('InvalidDatastore');
    expect((await search(lab, 'web')).fault).toBe('InvalidDatastorePath');
  });

  it('every reference to a browser leads to one, with its datastores', async () => {
    const lab = await encryptedLab();
    const host = lab.mock.inventory.host('esx-01')!.get('datastoreBrowser');
    for (const [reference, count] of [
      [browserOf(lab), 1],
      [host, 2],
    ] as const) {
      const { body } = await lab.call(fetchOf(reference.type, reference.value, 'datastore'));
      expect(body.match(/<ManagedObjectReference /g)).toHaveLength(count);
    }
  });
});

describe('disks that no machine has', () => {
  const manager = { type: 'VirtualDiskManager', value: 'virtualDiskManager' };
  const create = (lab: EncryptedLab, name: string, more = '') =>
    lab.run(
      manager,
      'CreateVirtualDisk_Task',
      `<name>${name}</name><spec xsi:type="FileBackedVirtualDiskSpec"><diskType>thin</diskType><adapterType>lsiLogic</adapterType><capacityKb>4096</capacityKb>${more}</spec>`,
    );
  const attach = (file: string) => xml.spec(xml.addDisk({ file, create: false }));

  it('are made plain or encrypted, and join a machine as they are', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', xml.spec(xml.encrypting('vmProfile')));
    expect((await create(lab, '[datastore1] web/plain.vmdk', xml.crypto('NoOp'))).result).toBe(
      '[datastore1] web/plain.vmdk',
    );
    expect((await create(lab, '[datastore1] web/secret.vmdk', xml.encrypting())).state).toBe('success');
    expect(await create(lab, '[datastore1] web/secret.vmdk')).toMatchObject({ fault: 'FileAlreadyExists' });
    expect(await create(lab, '[datastore1] web/x.vmdk', xml.crypto('Decrypt'))).toMatchObject({
      fault: 'InvalidArgument',
    });
    await lab.run('web', 'ReconfigVM_Task', attach('[datastore1] web/plain.vmdk'));
    await lab.run('web', 'ReconfigVM_Task', attach('[datastore1] web/secret.vmdk'));
    const { disks: had, keyId } = await lab.machine('web');
    expect(had[2]).toMatchObject({ file: '[datastore1] web/plain.vmdk', keyId: undefined });
    expect(had[3]!.keyId).toMatch(/^[0-9a-f-]{36}$/);
    expect(had[3]!.keyId).not.toBe(keyId);
  });

  it('are copied with their key, moved and deleted; not while a machine has them', async () => {
    const lab = await encryptedLab();
    await create(lab, '[datastore1] a.vmdk', xml.encrypting());
    const names = (source: string, destination: string) =>
      `<sourceName>${source}</sourceName><destName>${destination}</destName>`;
    expect(
      (await lab.run(manager, 'CopyVirtualDisk_Task', names('[datastore1] a.vmdk', '[datastore1] b.vmdk'))).state,
    ).toBe('success');
    await lab.run(manager, 'MoveVirtualDisk_Task', names('[datastore1] b.vmdk', '[datastore1] c.vmdk'));
    const { result } = await search(lab, '[datastore1]', disks('<filter><encrypted>true</encrypted></filter>'));
    expect(paths(result)).toEqual(['a.vmdk', 'c.vmdk']);
    const [a, c] = children(result, 'file').map((file) => textOf(file, 'encryption', 'keyId', 'keyId'));
    expect(a).toBe(c);
    await lab.run(manager, 'DeleteVirtualDisk_Task', '<name>[datastore1] a.vmdk</name>');
    expect(await lab.run(manager, 'DeleteVirtualDisk_Task', '<name>[datastore1] a.vmdk</name>')).toMatchObject({
      fault: 'FileNotFound',
    });
    expect(await lab.run(manager, 'DeleteVirtualDisk_Task', '<name>[datastore1] web/web.vmdk</name>')).toMatchObject({
      fault: 'FileLocked',
    });
  });

  it('a directory is made and removed with what is loose in it', async () => {
    const lab = await encryptedLab();
    const files = { type: 'FileManager', value: 'FileManager' };
    expect((await lab.run(files, 'MakeDirectory', '<name>[datastore1] a/b</name>')).fault).toBe('FileNotFound');
    await lab.invoke(
      files,
      'MakeDirectory',
      '<name>[datastore1] a/b</name><createParentDirectories>true</createParentDirectories>',
    );
    expect(paths((await search(lab, '[datastore1] a')).result)).toEqual(['b']);
    expect((await lab.run(files, 'DeleteDatastoreFile_Task', '<name>[datastore1] a</name>')).state).toBe('success');
    expect((await search(lab, '[datastore1] a')).fault).toBe('FileNotFound');
    expect((await lab.run(files, 'DeleteDatastoreFile_Task', '<name>[datastore1] web</name>')).fault).toBe(
      'FileLocked',
    );
  });
});
