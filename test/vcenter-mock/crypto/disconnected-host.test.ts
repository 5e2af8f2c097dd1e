import { expect, it } from 'vitest';
import { encryptAll, encryptedLab, xml } from './encrypted-lab.ts';

/** A host that vCenter does not reach changes no VM and takes no key, so none is made for it. */
const notConnected = {
  fault: 'HostNotConnected',
  message: 'The operation is not allowed in the current connection state of the host.',
};

it('a VM is not encrypted there, and the KMS makes no key for it', async () => {
  const lab = await encryptedLab();
  await lab.run('esx-01', 'DisconnectHost_Task');
  expect(await lab.run('web', 'ReconfigVM_Task', encryptAll)).toMatchObject({ state: 'error', ...notConnected });
  expect(lab.kmip('Create')).toBe(0);
  await lab.run('esx-01', 'ReconnectHost_Task');
  expect((await lab.run('web', 'ReconfigVM_Task', encryptAll)).state).toBe('success');
});

it('an encrypted VM is neither decrypted nor changed there, though the host has its key', async () => {
  const lab = await encryptedLab();
  await lab.run('web', 'ReconfigVM_Task', encryptAll);
  const { keyId } = await lab.machine('web');
  await lab.run('esx-01', 'DisconnectHost_Task');
  const decrypt = xml.spec(xml.editDisk(2000, xml.empty()), xml.editDisk(2001, xml.empty()), xml.empty('vmProfile'));
  for (const [method, content] of [
    ['ReconfigVM_Task', decrypt],
    ['ReconfigVM_Task', xml.spec('<annotation>new</annotation>')],
    ['CreateSnapshot_Task', '<name>one</name><memory>false</memory><quiesce>false</quiesce>'],
    ['CryptoUnlock_Task', ''],
  ] as const) {
    expect(await lab.run('web', method, content), method).toMatchObject({ state: 'error', ...notConnected });
  }
  expect(await lab.machine('web')).toMatchObject({ keyId });
});

it('its encryption mode is not changed, and no host key is made', async () => {
  const lab = await encryptedLab();
  await lab.run('esx-01', 'DisconnectHost_Task');
  for (const method of ['PrepareCrypto', 'ConfigureCryptoKey']) {
    expect(await lab.run('esx-01', method), method).toMatchObject(notConnected);
  }
  const own = lab.mock.inventory.host('esx-01')!.get('configManager').cryptoManager!;
  for (const method of ['CryptoManagerHostPrepare', 'CryptoManagerHostDisable']) {
    expect(await lab.run(own, method), method).toMatchObject(notConnected);
  }
  expect(lab.kmip('Create')).toBe(0);
});
