import { describe, expect, it } from 'vitest';
import { textOf } from '../../../lab/clients/soap.ts';
import { password } from '../lab.ts';
import { type EncryptedLab, encryptAll, encryptedLab, xml } from './encrypted-lab.ts';

const users = [
  { username: 'administrator@vsphere.local', password },
  { username: 'operator@vsphere.local', password: 'not-a-secret-2', role: 'NoCryptoAdmin' },
];
const asOperator = (lab: EncryptedLab) => lab.login('operator@vsphere.local', 'not-a-secret-2');
const missing = ({ error }: { error: Parameters<typeof textOf>[0] }) => textOf(error, 'privilegeId');

/** vcenter.md 4.4. A role without cryptography may do everything else. */
describe('privileges of encryption', () => {
  it('of a machine that exists', async () => {
    const lab = await encryptedLab({ users });
    await asOperator(lab);
    const refused = async (spec: string) => {
      const outcome = await lab.run('web', 'ReconfigVM_Task', spec);
      expect(outcome.fault).toBe('NoPermission');
      return missing(outcome);
    };
    expect(await refused(encryptAll)).toBe('Cryptographer.Encrypt');
    await lab.login();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const { keyId } = await lab.machine('web');
    await asOperator(lab);
    expect(await refused(xml.spec(xml.crypto('ShallowRecrypt', '')))).toBe('Cryptographer.Recrypt');
    const plain = [2000, 2001].map((key) => xml.editDisk(key, xml.empty(), xml.crypto('Decrypt')));
    expect(await refused(xml.spec(...plain, xml.crypto('Decrypt')))).toBe('Cryptographer.Decrypt');
    expect(await refused(xml.spec(xml.addDisk({})))).toBe('Cryptographer.AddDisk');
    expect((await lab.run('web', 'ReconfigVM_Task', '<spec><annotation>x</annotation></spec>')).state).toBe('success');
    expect((await lab.run('web', 'PowerOnVM_Task')).state).toBe('success');
    expect((await lab.machine('web')).keyId).toBe(keyId);
    // A refusal costs no key.
    expect(lab.kms.objects.list()).toHaveLength(2);
  });

  it('of new ones: created, cloned, registered', async () => {
    const lab = await encryptedLab({ users });
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const folder = lab.mock.inventory.datacenters[0]!.get('vmFolder');
    const pool = `<pool type="ResourcePool">${lab.mock.inventory.clusters[0]!.get('resourcePool')!.value}</pool>`;
    await asOperator(lab);
    const config = `<config><name>new</name><files><vmPathName>[datastore1]</vmPathName></files>${xml.encrypting('vmProfile')}</config>`;
    const created = await lab.run(folder, 'CreateVM_Task', `${config}${pool}`);
    expect([created.fault, missing(created)]).toEqual(['NoPermission', 'Cryptographer.EncryptNew']);
    expect(lab.mock.inventory.vm('new')).toBeUndefined();
    const cloned = await lab.run(
      'web',
      'CloneVM_Task',
      `<folder type="Folder">${folder.value}</folder><name>copy</name><spec><location></location><template>false</template><powerOn>false</powerOn></spec>`,
    );
    expect([cloned.fault, missing(cloned)]).toEqual(['NoPermission', 'Cryptographer.Clone']);
    const register = () =>
      lab.run(folder, 'RegisterVM_Task', `<path>[datastore1] web/web.vmx</path><asTemplate>false</asTemplate>${pool}`);
    // Not needed while the host has the key. documented
    await lab.invoke('web', 'UnregisterVM');
    expect((await register()).state).toBe('success');
    await lab.invoke('web', 'UnregisterVM');
    await lab.mock.rebootHost('esx-01');
    const registered = await register();
    expect([registered.fault, missing(registered)]).toEqual(['NoPermission', 'Cryptographer.RegisterVM']);
    expect(lab.mock.inventory.vm('web')).toBeUndefined();
    await lab.login();
    expect((await register()).state).toBe('success');
  });
});

it('the event of an encryption tells every change in the form of a real one', async () => {
  const lab = await encryptedLab({ inventory: { vms: [{ name: 'web', host: 'esx-01.lab.test' }] } });
  await lab.run('web', 'ReconfigVM_Task', xml.spec(xml.editDisk(2000, xml.encrypting()), xml.encrypting('vmProfile')));
  const event = lab.mock.events.all.findLast(({ _type }) => _type === 'VmReconfiguredEvent')!;
  const { keyId, extra } = await lab.machine('web');
  const url = lab.mock.inventory.datastores[0]!.get('info').url;
  const key = `(keyId = "${keyId}", providerId = (id = "kms"))`;
  const [before, after] = event.fullFormattedMessage!.split(' Added:  \n \n');
  const lines = before!.split('; \n\n');
  expect(lines[0]).toBe(
    `Reconfigured web on esx-01.lab.test in Datacenter.  \n \nModified:  \n \nconfig.hardware.device(2000).backing.fileName: "${url}web/web.vmdk" -> "${url}web/web_1.vmdk"`,
  );
  expect(lines[1]).toMatch(/^config\.hardware\.device\(2000\)\.backing\.contentId: "[0-9a-f]{32}" -> "[0-9a-f]{32}"$/);
  expect(lines.slice(2)).toEqual([
    `config.hardware.device(2000).backing.keyId: <unset> -> ${key}`,
    'config.hardware.device(2000).iofilter: () -> ("VMW_vmwarevmcrypt_1.0.0")',
    'config.extraConfig("nvram").value: "web.nvram" -> "web_1.nvram"',
    `config.keyId: <unset> -> ${key}`,
    'config.migrateEncryption: "opportunistic" -> "required"',
    '',
  ]);
  expect(after).toBe(
    `config.extraConfig("encryption.bundle"): (key = "encryption.bundle", value = "${extra.get('encryption.bundle')}"); \n\n Deleted:  \n \n`,
  );
});

describe('what a release asks for', () => {
  const filesOnly = xml.spec(xml.crypto('Encrypt', ''));

  it('8.0: the files alone need an encryption policy or a virtual TPM', async () => {
    const lab = await encryptedLab({ version: '8.0' });
    expect(await lab.run('web', 'ReconfigVM_Task', filesOnly)).toMatchObject({
      fault: 'InvalidVmConfig',
      keys: ['com.vmware.vim.vpxd.encryption.encryptForbiddenWithoutEncryptedProfile'],
    });
    const vtpm =
      '<deviceChange><operation>add</operation><device xsi:type="VirtualTPM"><key>-1</key></device></deviceChange>';
    expect((await lab.run('web', 'ReconfigVM_Task', xml.spec(vtpm, xml.crypto('Encrypt', '')))).state).toBe('success');
  });

  it('7.0: they do not', async () => {
    const lab = await encryptedLab({ version: '7.0' });
    expect((await lab.run('web', 'ReconfigVM_Task', filesOnly)).state).toBe('success');
  });
});

/** vcenter.md 10.3: the guides of 6.5 and 6.7 say so, later ones do not. */
it.each([
  ['6.7', 'error', 'EncryptionKeyRequired'],
  ['7.0', 'success', undefined],
] as const)('%s: deleting a locked machine ends in %s; it can be unregistered', async (version, state, type) => {
  const lab = await encryptedLab({ version });
  await lab.run('web', 'ReconfigVM_Task', encryptAll);
  await lab.kms.stop();
  await lab.mock.rebootHost('esx-01');
  expect((await lab.machine('web')).cryptoState).toBe('locked');
  const deleted = await lab.run('web', 'Destroy_Task');
  expect([deleted.state, deleted.fault]).toEqual([state, type]);
  if (state === 'error') expect((await lab.invoke('web', 'UnregisterVM')).status).toBe(200);
  expect(lab.mock.inventory.vm('web')).toBeUndefined();
});

it('a machine is not unregistered while it is being encrypted', async () => {
  const lab = await encryptedLab();
  const encrypting = lab.run('web', 'ReconfigVM_Task', encryptAll);
  while (lab.kmip('Create') === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(await lab.run('web', 'UnregisterVM')).toMatchObject({ fault: 'TaskInProgress' });
  expect((await encrypting).state).toBe('success');
  expect((await lab.invoke('web', 'UnregisterVM')).status).toBe(200);
});

describe('a key that the KMS has lost', () => {
  it('is replaced while the host has it; a locked machine refuses', async () => {
    const lab = await encryptedLab();
    await lab.run('web', 'ReconfigVM_Task', encryptAll);
    const { keyId: old } = await lab.machine('web');
    await lab.kms.stop();
    const recrypt = xml.spec(
      ...[2000, 2001].map((key) => xml.editDisk(key, '', xml.crypto('ShallowRecrypt', ''))),
      xml.crypto('ShallowRecrypt', ''),
    );
    // Without a KMS there is no new key, and the machine keeps the old one.
    expect(await lab.run('web', 'ReconfigVM_Task', recrypt)).toMatchObject({
      fault: 'RuntimeFault',
      message: 'Cannot generate key',
    });
    expect((await lab.machine('web')).keyId).toBe(old);
    await lab.mock.rebootHost('esx-01');
    expect((await lab.machine('web')).cryptoState).toBe('locked');
    await lab.kms.start();
    expect(await lab.run('web', 'ReconfigVM_Task', recrypt)).toMatchObject({ fault: 'EncryptionKeyRequired' });
    await lab.run('web', 'CryptoUnlock_Task');
    expect((await lab.run('web', 'ReconfigVM_Task', recrypt)).state).toBe('success');
    expect((await lab.machine('web')).keyId).not.toBe(old);
  });
});
