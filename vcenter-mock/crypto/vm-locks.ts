import type { Runtime } from '../../core/index.ts';
import { invalidState, invalidVmState } from './faults.ts';
import type { HostCrypto } from './host-crypto.ts';
import type { CryptoHost, CryptoInventory, CryptoVm } from './inventory.ts';
import { type Announce, ProviderFailure } from './key-exchange.ts';
import { type CryptoKeyId, keyName, providerKey } from './key-id.ts';
import type { KeyProviders } from './key-providers.ts';

/** Why a VM is locked, as the events tell it. */
type LockReason = 'KeyMissingOnKMS' | 'KMSClusterError';

/**
 * Locks and unlocks virtual machines. A VM is locked only when a key of it is neither in its host's memory nor to be had from
 * the KMS: losing the KMS alone locks nothing. documented (vcenter.md 10.3)
 */
export class VmLocks {
  readonly #runtime: Runtime;
  readonly #inventory: CryptoInventory;
  readonly #providers: KeyProviders;
  readonly #hosts: HostCrypto;
  readonly #announce: Announce;

  constructor(parts: {
    runtime: Runtime;
    inventory: CryptoInventory;
    providers: KeyProviders;
    hosts: HostCrypto;
    announce: Announce;
  }) {
    this.#runtime = parts.runtime;
    this.#inventory = parts.inventory;
    this.#providers = parts.providers;
    this.#hosts = parts.hosts;
    this.#announce = parts.announce;
  }

  /**
   * Before a VM is powered on: its keys must be on the host, or be fetched now.
   * @throws InvalidState "… Key <keyId>/<provider> not found" (reported by users)
   */
  async checkPowerOn(vm: CryptoVm, cause: number | undefined): Promise<void> {
    const missing = await this.#bringKeys(vm, cause);
    if (missing) throw invalidState(`Key ${keyName(missing)} not found`);
  }

  /**
   * A host restarted: vCenter fetches the host key and the keys of the encrypted VMs registered on it again.
   * VMs whose key does not come are locked.
   */
  async hostRebooted(hostId: string, cause: number | undefined): Promise<void> {
    const host = this.#host(hostId);
    const vms = this.#inventory.vms().filter((vm) => vm.hostId === hostId && keysOf(vm).length > 0);
    // documented: the keys come from the KMS again, not from vCenter's memory.
    for (const key of vms.flatMap(keysOf)) this.#hosts.held.delete(key);
    await this.#hosts.rebooted(host, cause);
    for (const vm of vms) await this.#bringKeys(vm, cause);
  }

  /**
   * vim25 VirtualMachine.CryptoUnlock_Task.
   * @throws NotSupported (host without encryption), InvalidState (the provider is not configured), InvalidVmState (a key is
   *   still missing). documented
   */
  async unlock(vm: CryptoVm, cause: number | undefined): Promise<void> {
    this.#hosts.checkSupport(this.#host(vm.hostId));
    for (const key of keysOf(vm)) {
      if (this.#providers.find(key.providerId?.id)) continue;
      throw invalidState(`Key provider ${key.providerId?.id ?? ''} is not configured.`);
    }
    const missing = await this.#bringKeys(vm, cause);
    if (missing) throw invalidVmState(vm.id, `Key ${keyName(missing)} not found`);
  }

  /** Unlocks what can be unlocked on a host. */
  async unlockOn(hostId: string, cause: number | undefined): Promise<void> {
    for (const vm of this.#inventory.vms()) {
      if (vm.hostId === hostId && vm.cryptoState === 'locked') await this.#bringKeys(vm, cause);
    }
  }

  /** After a provider answered again: hosts get their keys back and its locked VMs are unlocked. */
  async recover(providerId: string, cause: number | undefined): Promise<void> {
    for (const host of this.#inventory.hosts()) {
      const key = host.cryptoKeyId;
      if (key?.providerId?.id !== providerId || this.#hosts.isSafe(host)) continue;
      await this.#hosts.restore(host, providerKey(key.keyId, providerId), cause);
    }
    for (const vm of this.#inventory.vms()) {
      if (vm.cryptoState !== 'locked' || !keysOf(vm).some((key) => key.providerId?.id === providerId)) continue;
      await this.#bringKeys(vm, cause);
    }
  }

  /**
   * Brings all keys of a VM to its host and keeps its lock state in step.
   * @returns the first key that could not be had
   */
  async #bringKeys(vm: CryptoVm, cause: number | undefined): Promise<CryptoKeyId | undefined> {
    const host = this.#host(vm.hostId);
    for (const key of keysOf(vm)) {
      try {
        if (this.#hosts.caches.of(host.id).has(key)) continue;
        if (!this.#providers.find(key.providerId?.id))
          throw new ProviderFailure(key.providerId?.id ?? '', 'get', undefined, []);
        await this.#hosts.bring(host, key, cause);
      } catch (error) {
        if (!(error instanceof ProviderFailure)) throw error;
        this.#lock(vm, key, error.isKeyMissing ? 'KeyMissingOnKMS' : 'KMSClusterError', cause);
        return key;
      }
    }
    if (vm.cryptoState === 'locked') this.#unlocked(vm, cause);
    return undefined;
  }

  #lock(vm: CryptoVm, key: CryptoKeyId, reason: LockReason, cause: number | undefined): void {
    if (vm.cryptoState === 'locked') return;
    const entry = this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.vm.locked',
      level: 'warn',
      text: `${vm.name} is locked: key ${keyName(key)} is neither on its host nor to be had from the key provider`,
      data: { vm: vm.name, keyId: key.keyId, provider: key.providerId?.id, reason },
      cause,
    });
    this.#inventory.updateVm(vm.id, { cryptoState: 'locked' });
    this.#announce(`com.vmware.vc.vm.Crypto.VMLocked.${reason}`, { vmId: vm.id, hostId: vm.hostId }, entry.seq);
  }

  #unlocked(vm: CryptoVm, cause: number | undefined): void {
    const entry = this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.vm.unlocked',
      text: `${vm.name} is unlocked`,
      data: { vm: vm.name },
      cause,
    });
    this.#inventory.updateVm(vm.id, { cryptoState: 'unlocked' });
    this.#announce('com.vmware.vc.vm.Crypto.VMUnlocked', { vmId: vm.id, hostId: vm.hostId }, entry.seq);
  }

  #host(id: string): CryptoHost {
    const host = this.#inventory.hosts().find((candidate) => candidate.id === id);
    if (!host) throw new TypeError(`there is no host ${id}`);
    return host;
  }
}

/** The keys of a VM and its disks, each once. */
export function keysOf(vm: CryptoVm): CryptoKeyId[] {
  const keys = new Map<string, CryptoKeyId>();
  for (const key of [vm.keyId, ...vm.disks.map((disk) => disk.keyId)]) if (key) keys.set(keyName(key), key);
  return [...keys.values()];
}
