import { describe, expect, it } from 'vitest';
import { grant } from '../grant.ts';
import { password, username } from '../lab.ts';
import { type EncryptedLab, encryptAll, encryptedLab, xml } from './encrypted-lab.ts';

/**
 * Which hosts of a cluster get the key of what is encrypted. documented (vSphere Security, "Encryption Process Flow" and "Host
 * Encryption Mode"): each host in the cluster; a host without encryption mode is brought into it by who may register hosts, unless no
 * host of the cluster has it, and goes without otherwise.
 */
const inventory = {
  hosts: [{ name: 'esx-01' }, { name: 'esx-02' }],
  vms: ['web', 'db'].map((name) => ({ name, host: 'esx-01', disks: [{ capacityGb: 1 }] })),
};
const encryptFiles = xml.spec(xml.encrypting('vmProfile'), xml.crypto('Encrypt', ''));
const encrypt = (lab: EncryptedLab, name: string) => lab.run(name, 'ReconfigVM_Task', encryptFiles);
const hasKeyOf = async (lab: EncryptedLab, host: string, vm: string) => {
  const keyId = (await lab.machine(vm)).keyId ?? '';
  return lab.mock.encryption.hosts.caches.of(lab.ref(host)).has({ keyId, providerId: { id: 'kms' } });
};
const stateOf = (lab: EncryptedLab, host: string) => lab.mock.inventory.host(host)!.get('runtime').cryptoState;
const dialled = (lab: EncryptedLab) => lab.runtime.journal.entries({ event: 'vcenter.kmip.dialled' }).length;
const migrate = (lab: EncryptedLab, vm: string, host: string) =>
  lab.run(vm, 'MigrateVM_Task', `<host type="HostSystem">${lab.ref(host)}</host><priority>defaultPriority</priority>`);

describe('the key of a VM that is encrypted', () => {
  it('goes to its host alone while no other is in encryption mode', async () => {
    const lab = await encryptedLab({ inventory });
    expect((await encrypt(lab, 'web')).state).toBe('success');
    expect(await hasKeyOf(lab, 'esx-01', 'web')).toBe(true);
    expect(await hasKeyOf(lab, 'esx-02', 'web')).toBe(false);
    expect(stateOf(lab, 'esx-02')).toBe('incapable');
  });

  it('goes to every host once one is: the others are brought into encryption mode, without a key of their own', async () => {
    const lab = await encryptedLab({ inventory });
    await encrypt(lab, 'web');
    const creates = lab.kmip('Create');
    await encrypt(lab, 'db');
    expect(lab.kmip('Create')).toBe(creates + 1);
    expect(stateOf(lab, 'esx-02')).toBe('safe');
    expect(await hasKeyOf(lab, 'esx-02', 'db')).toBe(true);
    // Only what was encrypted: the other VM's key comes when it is needed.
    expect(await hasKeyOf(lab, 'esx-02', 'web')).toBe(false);
    const before = dialled(lab);
    lab.mock.encryption.hosts.held.clear();
    expect((await migrate(lab, 'db', 'esx-02')).state).toBe('success');
    expect(dialled(lab)).toBe(before);
  });

  it('a new key of a recryption goes to them as well', async () => {
    const lab = await encryptedLab({ inventory });
    for (const name of ['web', 'db']) await encrypt(lab, name);
    const { keyId } = await lab.machine('db');
    await lab.run('db', 'ReconfigVM_Task', xml.spec(xml.crypto('ShallowRecrypt', '')));
    expect((await lab.machine('db')).keyId).not.toBe(keyId);
    expect(await hasKeyOf(lab, 'esx-02', 'db')).toBe(true);
  });

  it('leaves out a host that the user may not register: the VM is encrypted all the same', async () => {
    const users = [
      { username, password },
      { username: 'op', password: 'op', role: 'NoAccess' as const },
    ];
    const lab = await encryptedLab({ inventory, users });
    await encrypt(lab, 'web');
    await grant(lab, 'op', [
      'System.View',
      'System.Read',
      'Cryptographer.Encrypt',
      'VirtualMachine.Config.Settings',
      'StorageProfile.View',
    ]);
    await lab.login('op', 'op');
    expect(await encrypt(lab, 'db')).toMatchObject({ state: 'success' });
    expect(stateOf(lab, 'esx-02')).toBe('incapable');
    expect(await hasKeyOf(lab, 'esx-01', 'db')).toBe(true);
  });

  it('leaves out hosts that are not there, or cannot encrypt, without a word', async () => {
    const lab = await encryptedLab({
      inventory: { ...inventory, hosts: [...inventory.hosts, { name: 'old', cryptoSupported: false }] },
    });
    await encrypt(lab, 'web');
    await lab.run('esx-02', 'DisconnectHost_Task');
    expect((await encrypt(lab, 'db')).state).toBe('success');
    for (const name of ['esx-02', 'old']) {
      expect(stateOf(lab, name)).not.toBe('safe');
      expect(await hasKeyOf(lab, name, 'db')).toBe(false);
    }
    const events = lab.mock.events.all.map((event) => String(Reflect.get(event, 'eventTypeId') ?? event._type));
    expect(events).not.toContain('com.vmware.vc.host.Crypto.SendKeyError.HostError');
  });

  it('stays within the cluster', async () => {
    const lab = await encryptedLab({
      inventory: {
        datacenters: [
          {
            name: 'dc',
            clusters: [
              { name: 'one', hosts: [{ name: 'esx-01' }] },
              { name: 'two', hosts: [{ name: 'esx-02' }] },
            ],
            vms: inventory.vms,
          },
        ],
      },
    });
    for (const name of ['web', 'db']) await encrypt(lab, name);
    expect(stateOf(lab, 'esx-02')).toBe('incapable');
  });
});

it('with disks as the UI encrypts them: one key everywhere', async () => {
  const lab = await encryptedLab();
  const cluster = lab.mock.inventory.clusters[0]!.ref;
  await lab.invoke(cluster, 'SetCryptoMode', '<cryptoMode>forceEnable</cryptoMode>');
  await lab.run('web', 'ReconfigVM_Task', encryptAll);
  expect(await hasKeyOf(lab, 'esx-02', 'web')).toBe(true);
  await lab.kms.stop();
  await lab.run('web', 'PowerOnVM_Task');
  expect((await migrate(lab, 'web', 'esx-02')).state).toBe('success');
});
