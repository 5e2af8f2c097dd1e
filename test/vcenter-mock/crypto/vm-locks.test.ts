import { afterEach, beforeAll, expect, it } from 'vitest';
import { ManualClock } from '../../../core/index.ts';
import { createLab, createPki, encryptByPolicy, faultOf, type Lab, type Pki, vm } from './lab.ts';
import { startRecordingKms } from './recording-kms.ts';

let pki: Pki;
let lab: Lab;
beforeAll(async () => {
  pki = await createPki();
});
afterEach(() => lab.stop());

const first = () => lab.inventory.vms()[0]!;
const eventIds = () => lab.events.map(({ eventTypeId }) => eventTypeId);
const cache = () => lab.crypto.hosts.caches.of('host-1');

async function encryptedLab(options: Parameters<typeof createLab>[1] = {}): Promise<void> {
  lab = await createLab(pki, options);
  await lab.crypto.encryption.reconfigure(first(), encryptByPolicy, undefined);
  lab.events.length = 0;
  lab.kms.connections.length = 0;
}

/** The KMS says that it does not have this key. */
function destroy(uniqueIdentifier: string): void {
  lab.kms.misbehave = (asked) =>
    asked.uniqueIdentifier === uniqueIdentifier
      ? { refuse: { reason: 1, message: `no object ${uniqueIdentifier}` } }
      : undefined;
}

it('a restart of the host empties its memory; vCenter fetches and pushes the keys again', async () => {
  await encryptedLab();
  const rebooted = lab.crypto.locks.hostRebooted('host-1', undefined);
  expect(cache().names()).toEqual([]);
  await rebooted;
  expect(cache().names().toSorted()).toEqual(['1/kms-cluster', '2/kms-cluster']);
  // Discover Versions, Get, Get Attributes: the keys are Active already.
  expect(lab.kms.connections.map(({ operations }) => operations)).toEqual([
    [30, 10, 11],
    [30, 10, 11],
  ]);
  expect(first().cryptoState).toBe('unlocked');
  expect(eventIds()).toEqual([]);
});

it('losing the KMS alone locks nothing: the VM still powers on', async () => {
  await encryptedLab();
  await lab.kms.stop();
  await lab.crypto.locks.checkPowerOn(first(), undefined);
  expect(first().cryptoState).toBe('unlocked');
});

it('a key destroyed at the KMS locks the VM when its host restarts, and it cannot be powered on', async () => {
  await encryptedLab();
  destroy('1');
  await lab.crypto.locks.hostRebooted('host-1', undefined);
  expect(first().cryptoState).toBe('locked');
  const locked = [
    'com.vmware.vc.kms.crypto.SendKeyError.KeyMissingOnKMS',
    'com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnKMS',
  ];
  expect(eventIds()).toEqual(locked);
  const fault = await faultOf(lab.crypto.locks.checkPowerOn(first(), undefined));
  expect(fault.fault).toMatchObject({
    _type: 'EncryptionKeyRequired',
    requiredKey: [{ keyId: '1', providerId: { id: 'kms-cluster' } }],
  });
  expect(fault.message).toBe('The operation is not allowed in the current state. Key 1/kms-cluster not found');
  const unlock = await faultOf(lab.crypto.locks.unlock(first(), undefined));
  expect(unlock.fault).toMatchObject({ _type: 'InvalidVmState', vm: { type: 'VirtualMachine', value: 'vm-1' } });
  // Each attempt fails anew; the VM is locked only once.
  expect(eventIds()).toEqual([...locked, locked[0], locked[0]]);
});

it('CryptoUnlock works once the key is available again', async () => {
  await encryptedLab();
  destroy('1');
  await lab.crypto.locks.hostRebooted('host-1', undefined);
  lab.kms.misbehave = undefined;
  await lab.crypto.locks.unlock(first(), undefined);
  expect(first().cryptoState).toBe('unlocked');
  expect(eventIds().at(-1)).toBe('com.vmware.vc.vm.Crypto.VMUnlocked');
  await lab.crypto.locks.checkPowerOn(first(), undefined);
});

it('without the KMS a restart locks the VM, and the health check unlocks it and the host when the KMS is back', async () => {
  const clock = new ManualClock();
  await encryptedLab({ clock });
  const { port } = lab.kms;
  await lab.kms.stop();
  await lab.crypto.locks.hostRebooted('host-1', undefined);
  expect(first().cryptoState).toBe('locked');
  expect(lab.inventory.hosts()[0]!.cryptoState).toBe('incapable');
  expect(eventIds()).toEqual([
    'com.vmware.vc.host.Crypto.ReqEnable.KMSClusterError',
    'com.vmware.vc.kms.crypto.SendKeyError.KMSClusterError',
    'com.vmware.vc.vm.Crypto.VMLocked.KMSClusterError',
  ]);
  await clock.advance(300_000);
  await lab.crypto.healthCheck.settled();
  expect(first().cryptoState).toBe('locked');
  expect(eventIds().at(-1)).toBe('com.vmware.vc.kms.crypto.Unreachable');

  const back = await startRecordingKms(pki.server, { clientCa: pki.ca.certificatePem, port });
  for (const id of ['1', '2']) back.states.set(id, 2);
  lab.kms = back;
  await clock.advance(300_000);
  await lab.crypto.healthCheck.settled();
  expect(first().cryptoState).toBe('unlocked');
  expect(lab.inventory.hosts()[0]!.cryptoState).toBe('safe');
  expect(eventIds().slice(-2)).toEqual(['com.vmware.vc.host.Crypto.Enabled', 'com.vmware.vc.vm.Crypto.VMUnlocked']);
  await back.stop();
});

it('unlocking names a provider that is not configured', async () => {
  await encryptedLab();
  destroy('1');
  await lab.crypto.locks.hostRebooted('host-1', undefined);
  lab.crypto.providers.remove('kms-cluster', 'kms1');
  const fault = await faultOf(lab.crypto.locks.unlock(first(), undefined));
  expect(fault.fault._type).toBe('InvalidState');
  expect(fault.message).toContain('kms-cluster');
});

it('a VM on a host without encryption cannot be unlocked', async () => {
  lab = await createLab(pki, {
    vms: [vm({ hostId: 'host-1', keyId: { keyId: '1', providerId: { id: 'kms-cluster' } } })],
  });
  lab.inventory.hosts()[0]!.cryptoSupported = false;
  const fault = await faultOf(lab.crypto.locks.unlock(first(), undefined));
  expect(fault.fault._type).toBe('NotSupported');
});
