import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../core/index.ts';
import type { CryptoHost } from '../../../vcenter-mock/crypto/index.ts';
import { keyStatuses } from '../../../vcenter-mock/crypto/key-status.ts';
import type { VimFault } from '../../../vcenter-mock/vim/kernel/fault.ts';
import { createLab, createPki, encryptByPolicy, faultOf, host, type Lab, type Pki, vm } from './lab.ts';
import { startRecordingKms } from './recording-kms.ts';

/** The host's own key, the keys of VMs in its memory, and what becomes of VMs whose keys are not there. */
let pki: Pki;
let lab: Lab;
beforeAll(async () => {
  pki = await createPki('hosts');
});
afterEach(() => lab.stop());

const first = () => lab.inventory.vms()[0]!;
const esx = (index = 0) => lab.inventory.hosts()[index]!;
const hosts = () => lab.crypto.hosts;
const eventIds = () => lab.events.map(({ eventTypeId }) => eventTypeId.replace('com.vmware.vc.', ''));
const thrown = (action: () => void): Promise<VimFault> => faultOf((async () => action())());
const cached = (index = 0) => hosts().caches.of(esx(index).id).names().toSorted();
const key = (keyId: string, provider = 'kms-cluster') => ({ keyId, providerId: { id: provider } });

/** VM key "1", host key "2". */
async function encryptedLab(options: Parameters<typeof createLab>[1] = {}): Promise<void> {
  lab = await createLab(pki, options);
  await lab.crypto.encryption.reconfigure(first(), encryptByPolicy, undefined);
  lab.events.length = 0;
  lab.kms.connections.length = 0;
}

const createOperation = 1;
const missing = (...lost: string[]) => {
  lab.kms.misbehave = ({ uniqueIdentifier }) =>
    uniqueIdentifier !== undefined && lost.includes(uniqueIdentifier)
      ? { refuse: { reason: 1, message: 'no such object' } }
      : undefined;
};

describe('the key of a host', () => {
  it('that the KMS has lost is replaced when the host restarts: the host stays in encryption mode, the VM unlocked', async () => {
    await encryptedLab();
    missing('2');
    await lab.crypto.locks.hostRebooted('host-1', undefined);
    expect(esx()).toMatchObject({ cryptoState: 'safe', cryptoKeyId: key('3') });
    expect(cached()).toEqual(['1/kms-cluster', '3/kms-cluster']);
    expect(first().cryptoState).toBe('unlocked');
    expect(eventIds()).toEqual(['host.Crypto.HostKey.NewKey.KeyMissingOnKMS', 'crypto.HostKeyUpdatedEvent']);
    expect(lab.events[0]!.message).toBe('Host key is being renewed because key was missing on the key provider.');
  });

  it('that a VM uses as well and the KMS has lost: the host gets another one, the VM is locked', async () => {
    await encryptedLab();
    const recrypt = { crypto: { kind: 'shallowRecrypt', newKeyId: key('2') } as const, disks: [] };
    await lab.crypto.encryption.reconfigure(first(), recrypt, undefined);
    const [status] = await keyStatuses(lab.crypto, lab.inventory, [key('2')], 6, 0);
    expect(status).toMatchObject({ encryptedVMs: [{ value: 'vm-1' }], affectedHosts: [{ value: 'host-1' }] });
    missing('2');
    await lab.crypto.locks.hostRebooted('host-1', undefined);
    expect(esx()).toMatchObject({ cryptoState: 'safe', cryptoKeyId: key('3') });
    expect(first()).toMatchObject({ keyId: key('2'), cryptoState: 'locked' });
    expect(eventIds()).toContain('vm.Crypto.VMLocked.KeyMissingOnKMS');
  });

  it('that is lost and cannot be replaced: the host requires encryption mode, and its VM is locked though its key is there', async () => {
    await encryptedLab();
    lab.kms.misbehave = ({ uniqueIdentifier, operation }) =>
      uniqueIdentifier === '2' || operation === createOperation
        ? { refuse: { reason: 1, message: 'quota' } }
        : undefined;
    await lab.crypto.locks.hostRebooted('host-1', undefined);
    expect(esx().cryptoState).toBe('incapable');
    expect(cached()).toEqual([]);
    expect(first().cryptoState).toBe('locked');
    expect(eventIds()).toContain('host.Crypto.ReqEnable.KeyMissingOnKMS');
    expect(eventIds().at(-1)).toBe('vm.Crypto.VMLocked.KeyMissingOnHost');
    expect(lab.events.at(-1)!.message).toBe('Virtual machine is locked because keys were missing on the host.');
  });

  it('of a provider that fails is replaced by one of the default provider', async () => {
    const other = await startRecordingKms(pki.server, { clientCa: pki.ca.certificatePem });
    await encryptedLab();
    const { providers, trust } = lab.crypto;
    providers.register({
      clusterId: { id: 'other' },
      info: { name: 'kms2', address: '127.0.0.1', port: other.port },
    });
    trust.uploadServerCertificate(providers.get('other'), pki.server.certificatePem, undefined);
    const { certificatePem, privateKeyPem } = pki.client;
    trust.uploadClientCertificate(providers.get('other'), certificatePem, privateKeyPem, undefined);
    providers.setDefault('other');
    await lab.kms.stop();
    await lab.crypto.locks.hostRebooted('host-1', undefined);
    expect(esx()).toMatchObject({ cryptoState: 'safe', cryptoKeyId: key('1', 'other') });
    expect(eventIds()).toEqual([
      'host.Crypto.HostKey.NewKey.KMSClusterError',
      'crypto.HostKeyUpdatedEvent',
      'kms.crypto.SendKeyError.KMSClusterError',
      'vm.Crypto.VMLocked.KMSClusterError',
    ]);
    await other.stop();
  });

  const wordings = {
    '6.7': 'Host key is renewed because key is missing on KMS cluster.',
    '7.0': 'Host key is being renewed because key was missing on the KMS cluster.',
    '7.0u2': 'Host key is being renewed because key was missing on the key provider.',
  } as const;
  for (const [release, text] of Object.entries(wordings)) {
    it(`the event of its renewal in the wording of ${release}`, async () => {
      await encryptedLab({ crypto: { eventWording: release as keyof typeof wordings } });
      missing('2');
      await lab.crypto.locks.hostRebooted('host-1', undefined);
      expect(lab.events[0]!.message).toBe(text);
      // 6.7 does not have the other event. observed
      expect(eventIds().includes('crypto.HostKeyUpdatedEvent')).toBe(release !== '6.7');
    });
  }

  it('in plain form: not from incapable, never another one than the one it has', async () => {
    lab = await createLab(pki);
    const material = Buffer.alloc(32, 7);
    expect((await thrown(() => hosts().enable(esx(), key('a'), material, undefined))).fault._type).toBe('InvalidState');
    hosts().prepare(esx());
    expect(esx().cryptoState).toBe('prepared');
    hosts().enable(esx(), key('a'), material, undefined);
    expect(esx()).toMatchObject({ cryptoState: 'safe', cryptoKeyId: key('a') });
    expect((await thrown(() => hosts().enable(esx(), key('b'), material, undefined))).fault).toMatchObject({
      _type: 'AlreadyExists',
      name: 'a',
    });
    hosts().enable(esx(), key('a'), material, undefined);
    hosts().changeKey(esx(), key('b'), material, undefined);
    expect(esx().cryptoKeyId).toEqual(key('b'));
    expect(eventIds()).toEqual(['host.Crypto.Enabled', 'crypto.HostKeyUpdatedEvent']);
  });

  it('disabled: pending until the restart, then incapable; meanwhile nothing is encrypted there', async () => {
    await encryptedLab();
    hosts().disable(esx());
    expect(esx().cryptoState).toBe('pendingIncapable');
    expect((await thrown(() => hosts().disable(esx()))).fault._type).toBe('InvalidState');
    expect((await faultOf(hosts().configureKey(esx(), undefined, undefined))).fault._type).toBe('NotSupported');
    expect(eventIds()).toEqual(['host.Crypto.HostCryptoDisabled']);
    await hosts().rebooted(esx(), undefined);
    expect(esx().cryptoState).toBe('incapable');
    expect(esx().cryptoKeyId).toBeUndefined();
    expect(lab.kms.connections).toEqual([]);
  });

  it('a key that a client gave is gone with a restart: nobody can give it back', async () => {
    lab = await createLab(pki);
    hosts().prepare(esx());
    hosts().enable(esx(), { keyId: 'plain' }, Buffer.alloc(32, 7), undefined);
    await lab.crypto.locks.hostRebooted('host-1', undefined);
    expect(esx().cryptoState).toBe('incapable');
  });
});

describe('a key of the VM is not on its host', () => {
  /** The VM's files have key 1, its disk key 7. */
  async function withDiskKey(): Promise<void> {
    await encryptedLab();
    first().disks[0]!.keyId = key('7');
    lab.kms.states.set('7', 2);
  }

  it('the disk key alone: the VM is not locked, but it does not start', async () => {
    await withDiskKey();
    missing('7');
    await lab.crypto.locks.hostRebooted('host-1', undefined);
    expect(first().cryptoState).toBe('unlocked');
    expect(eventIds()).toEqual(['kms.crypto.SendKeyError.KeyMissingOnKMS']);
    const fault = await faultOf(lab.crypto.locks.checkPowerOn(first(), undefined));
    expect(fault.fault).toMatchObject({
      _type: 'GenericVmConfigFault',
      faultMessage: [{ key: 'msg.disk.encrypted' }],
    });
    expect(fault.message).toBe(
      'The disk [/vmfs/volumes/datastore1/test01/test01_1.vmdk] is encrypted and a required key was not found.',
    );
    lab.kms.misbehave = undefined;
    await lab.crypto.locks.checkPowerOn(first(), undefined);
    expect(cached()).toContain('7/kms-cluster');
  });

  it('the key of its files: EncryptionKeyRequired names it', async () => {
    await withDiskKey();
    missing('1');
    await lab.crypto.locks.hostRebooted('host-1', undefined);
    const fault = await faultOf(lab.crypto.locks.checkPowerOn(first(), undefined));
    expect(fault.fault).toMatchObject({ _type: 'EncryptionKeyRequired', requiredKey: [key('1')] });
    expect(fault.fault.faultMessage?.map((message) => message.key)).toEqual([
      'msg.hostd.vmState.locked',
      'msg.hostd.vmState.lockedProviderId',
      'msg.hostd.vmState.lockedKeyId',
    ]);
  });

  const states = { Deactivated: 3, Compromised: 4, Destroyed: 5, 'Destroyed Compromised': 6 };
  for (const [name, state] of Object.entries(states)) {
    it(`${name} at the KMS: the VM starts as long as its host has the key, not afterwards`, async () => {
      await encryptedLab();
      lab.kms.states.set('1', state);
      await lab.crypto.locks.checkPowerOn(first(), undefined);
      expect(lab.kms.connections).toEqual([]);
      await lab.crypto.locks.hostRebooted('host-1', undefined);
      expect(first().cryptoState).toBe('locked');
      const fault = await faultOf(lab.crypto.locks.checkPowerOn(first(), undefined));
      expect(fault.fault._type).toBe('EncryptionKeyRequired');
      const reasons = lab.runtime.journal.entries({ event: 'vcenter.kmip.failed' });
      expect(JSON.stringify([reasons, lab.runtime.journal.entries({ event: 'vcenter.vm.locked' })])).toContain(
        'KeyMissingOnKMS',
      );
    });
  }

  it('Deactivated, and vCenter has learned it: no other host is given the key from memory', async () => {
    await encryptedLab({ hosts: [host(), host({ id: 'host-2', name: 'esx-2' })] });
    const move = () => lab.crypto.vmotion.migrate(first(), esx(0), esx(1), undefined);
    lab.kms.states.set('1', 3);
    await keyStatuses(lab.crypto, lab.inventory, [key('1')], 1, 0);
    const fault = await faultOf(move());
    expect(fault.message).toBe('The operation is not allowed in the current state. Key 1/kms-cluster not found');
    expect(eventIds().at(-1)).toBe('kms.crypto.SendKeyError.KeyMissingOnKMS');
    // Its own host goes on with it.
    await lab.crypto.locks.checkPowerOn(first(), undefined);
    lab.kms.states.set('1', 2);
    expect(await move()).toMatchObject({ encrypted: true });
  });

  it('a disconnected host is sent nothing: an event tells so', async () => {
    await encryptedLab();
    hosts().caches.of('host-1').clear();
    esx().isConnected = false;
    await faultOf(lab.crypto.locks.checkPowerOn(first(), undefined));
    expect(eventIds()).toEqual(['host.Crypto.SendKeyError.HostError', 'vm.Crypto.VMLocked.KeyMissingOnHost']);
    expect(lab.events[0]!.message).toBe('Failed to send keys to host because of host error.');
    esx().isConnected = true;
    await lab.crypto.locks.hostConnected('host-1', undefined);
    expect(first().cryptoState).toBe('unlocked');
    expect(cached()).toEqual(['1/kms-cluster', '2/kms-cluster']);
  });
});

describe('a cluster in mode forceEnable', () => {
  const forced = (more: Partial<CryptoHost> = {}) => host({ forced: {}, ...more });
  const second = (more: Partial<CryptoHost> = {}) => forced({ id: 'host-2', name: 'esx-02', uuid: '2', ...more });

  it('brings all its hosts into encryption mode, with one key', async () => {
    lab = await createLab(pki, { hosts: [forced(), second(), host({ id: 'host-3', name: 'alone' })] });
    await lab.crypto.clusters.enforce(undefined);
    expect(lab.inventory.hosts().map(({ cryptoState }) => cryptoState)).toEqual(['safe', 'safe', 'incapable']);
    expect([esx(0).cryptoKeyId, esx(1).cryptoKeyId]).toEqual([key('1'), key('1')]);
    expect(lab.kms.states.size).toBe(1);
  });

  it('with a key of its policy, or of the provider of its policy', async () => {
    lab = await createLab(pki, { hosts: [forced({ forced: { keyId: key('9') } })] });
    await lab.crypto.clusters.enforce(undefined);
    expect(esx().cryptoKeyId).toEqual(key('9'));
    await lab.stop();
    lab = await createLab(pki, { hosts: [forced({ forced: { providerId: { id: 'kms-cluster' } } })] });
    lab.crypto.providers.setDefault(undefined);
    await lab.crypto.clusters.enforce(undefined);
    expect(esx().cryptoKeyId).toEqual(key('1'));
  });

  it('without the KMS its hosts require it, told once; the health check catches up', async () => {
    const clock = new ManualClock();
    lab = await createLab(pki, { clock, hosts: [forced(), second({ cryptoSupported: false })] });
    const { port } = lab.kms;
    await lab.kms.stop();
    await lab.crypto.clusters.enforce(undefined);
    await lab.crypto.clusters.enforce(undefined);
    const required = 'host.Crypto.ReqEnable.KMSClusterError';
    expect(eventIds().filter((id) => id === required)).toHaveLength(1);
    const back = await startRecordingKms(pki.server, { clientCa: pki.ca.certificatePem, port });
    await clock.advance(300_000);
    await lab.crypto.healthCheck.settled();
    expect(lab.inventory.hosts().map(({ cryptoState }) => cryptoState)).toEqual(['safe', 'incapable']);
    await back.stop();
  });
});

it('a VM that was registered on a host gets its keys there, and the host its mode', async () => {
  lab = await createLab(pki, { vms: [vm({ keyId: key('5') })] });
  lab.kms.states.set('5', 2);
  await lab.crypto.locks.registered(first(), undefined);
  expect(esx().cryptoState).toBe('safe');
  expect(cached()).toContain('5/kms-cluster');
  expect(eventIds()).toEqual(['host.Crypto.Enabled']);
});
