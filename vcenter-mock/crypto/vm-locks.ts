import type { Runtime } from '../../core/index.ts';
import { VimFault } from '../vim/kernel/fault.ts';
import type { EngineTexts } from './assumed.ts';
import { invalidState, invalidVmState } from './faults.ts';
import type { HostCrypto } from './host-crypto.ts';
import type { CryptoDisk, CryptoHost, CryptoInventory, CryptoVm } from './inventory.ts';
import { type Announce, ProviderFailure } from './key-exchange.ts';
import { type CryptoKeyId, keyName, sameKey } from './key-id.ts';
import type { KeyProviders } from './key-providers.ts';
import { diskKeyMissing, vmKeyMissing } from './lock-faults.ts';

/** Why a key is not on a host, as the events tell it. */
type LockReason = 'KeyMissingOnHost' | 'KeyMissingOnKMS' | 'KMSClusterError';

/** A key that a VM needs and its host does not have. */
interface MissingKey {
  key: CryptoKeyId;
  reason: LockReason;
  /** Set when it is the key of a disk alone. */
  disk: CryptoDisk | undefined;
}

/**
 * Locks and unlocks virtual machines. A VM is locked only when the key of its configuration is neither in its host's memory
 * nor to be had from the KMS: losing the KMS alone locks nothing, and a missing disk key keeps the VM from starting but does
 * not lock it. documented (vcenter.md 10.3)
 */
export class VmLocks {
  readonly #runtime: Runtime;
  readonly #assumed: EngineTexts;
  readonly #inventory: CryptoInventory;
  readonly #providers: KeyProviders;
  readonly #hosts: HostCrypto;
  readonly #announce: Announce;
  /** Ids of the VMs that were locked: a health check must not walk over all of the others. */
  readonly #locked = new Set<string>();

  constructor(parts: {
    runtime: Runtime;
    assumed: EngineTexts;
    inventory: CryptoInventory;
    providers: KeyProviders;
    hosts: HostCrypto;
    announce: Announce;
  }) {
    this.#runtime = parts.runtime;
    this.#assumed = parts.assumed;
    this.#inventory = parts.inventory;
    this.#providers = parts.providers;
    this.#hosts = parts.hosts;
    this.#announce = parts.announce;
  }

  /**
   * Before a VM is powered on: its keys must be on the host, or be fetched now.
   * @throws EncryptionKeyRequired "… Key <keyId>/<provider> not found"; for a disk's key alone GenericVmConfigFault "The disk
   *   [...] is encrypted and a required key was not found."
   */
  async checkPowerOn(vm: CryptoVm, cause: number | undefined): Promise<void> {
    const missing = await this.#bringKeys(vm, cause, new Set());
    if (!missing) return;
    throw missing.disk ? diskKeyMissing(missing.disk.fileName) : vmKeyMissing(this.#assumed, missing.key);
  }

  /** A VM was registered: its keys come to its host, or it is locked. documented (vcenter.md 10.3) */
  async registered(vm: CryptoVm, cause: number | undefined): Promise<void> {
    await this.#bringKeys(vm, cause);
  }

  /**
   * A host restarted: vCenter fetches the host key and the keys of the encrypted VMs registered on it again.
   * VMs whose key does not come are locked.
   */
  async hostRebooted(hostId: string, cause: number | undefined): Promise<void> {
    const vms = this.#encryptedOn(hostId);
    // documented: the keys come from the KMS again, not from vCenter's memory.
    for (const key of vms.flatMap(allKeysOfVm)) this.#hosts.held.delete(key);
    await this.#hosts.rebooted(this.#host(hostId), cause);
    await this.#sendKeys(vms, cause);
  }

  /** A host is connected again: it gets what it lacks. Its memory lived on meanwhile, so usually that is nothing. */
  async hostConnected(hostId: string, cause: number | undefined): Promise<void> {
    const host = this.#host(hostId);
    if (host.cryptoKeyId && !this.#hosts.isSafe(host)) await this.#hosts.restore(host, cause);
    await this.#sendKeys(this.#encryptedOn(hostId), cause);
  }

  async #sendKeys(vms: readonly CryptoVm[], cause: number | undefined): Promise<void> {
    const told = new Set<LockReason>();
    for (const vm of vms) await this.#bringKeys(vm, cause, told);
  }

  /**
   * vim25 VirtualMachine.CryptoUnlock_Task.
   * @throws NotSupported (host without encryption), InvalidState (the provider is not configured), InvalidVmState (a key is
   *   still missing). documented
   */
  async unlock(vm: CryptoVm, cause: number | undefined): Promise<void> {
    this.#hosts.checkSupport(this.#host(vm.hostId), cause);
    for (const key of keysOf(vm)) {
      if (this.#hosts.held.has(key) || this.#providers.find(key.providerId?.id)) continue;
      throw invalidState(this.#assumed, `Key provider ${key.providerId?.id ?? ''} is not configured.`);
    }
    const missing = await this.#bringKeys(vm, cause, new Set());
    if (!missing) return;
    throw invalidVmState(this.#assumed, vm.id, `Key ${keyName(missing.key)} not found`);
  }

  /** Unlocks what can be unlocked on a host. */
  async unlockOn(hostId: string, cause: number | undefined): Promise<void> {
    for (const vm of this.#encryptedOn(hostId)) await this.#bringKeys(vm, cause);
  }

  /** After a provider answered again: hosts get their keys back and its locked VMs are unlocked. */
  async recover(providerId: string, cause: number | undefined): Promise<void> {
    for (const host of this.#inventory.hosts()) {
      if (host.isConnected === false || host.cryptoKeyId?.providerId?.id !== providerId) continue;
      if (!this.#hosts.isSafe(host)) await this.#hosts.restore(host, cause);
    }
    for (const id of this.#locked) {
      const vm = this.#inventory.vm(id);
      if (vm?.cryptoState !== 'locked') this.#locked.delete(id);
      else if (!keysOf(vm).some((key) => key.providerId?.id === providerId)) continue;
      else if (this.#host(vm.hostId).isConnected !== false) await this.#bringKeys(vm, cause);
    }
  }

  /**
   * Brings all keys of a VM to its host and keeps its lock state in step.
   * @param told reasons of failures to send keys that events have told; without it none is told
   * @returns the first key that is not there
   */
  async #bringKeys(vm: CryptoVm, cause: number | undefined, told?: Set<LockReason>): Promise<MissingKey | undefined> {
    for (const key of keysOf(vm)) {
      const reason = await this.#bringKey(vm.hostId, key, cause);
      if (!reason) continue;
      if (told && !told.has(reason)) this.#announceSendError(vm.hostId, reason, cause);
      told?.add(reason);
      const isHomeKey = vm.keyId === undefined || sameKey(vm.keyId, key);
      if (isHomeKey) this.#lock(vm, key, reason, cause);
      else if (vm.cryptoState === 'locked') this.#unlocked(vm, cause);
      const disk = isHomeKey ? undefined : vm.disks.find((one) => chainKeys(one).some((own) => sameKey(own, key)));
      return { key, reason, disk };
    }
    if (vm.cryptoState === 'locked') this.#unlocked(vm, cause);
    return undefined;
  }

  /** @returns why the key is not in the host's memory */
  async #bringKey(hostId: string, key: CryptoKeyId, cause: number | undefined): Promise<LockReason | undefined> {
    if (this.#hosts.caches.of(hostId).has(key)) return undefined;
    try {
      await this.#hosts.obtain(key, cause);
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      return error.isKeyMissing ? 'KeyMissingOnKMS' : 'KMSClusterError';
    }
    try {
      const host = this.#host(hostId);
      if (!this.#hosts.isSafe(host)) await this.#hosts.configureKey(host, undefined, cause);
      await this.#hosts.bring(this.#host(hostId), key, cause);
      return undefined;
    } catch (error) {
      // vCenter has the key, but the host cannot take it: not in encryption mode, or not connected.
      if (error instanceof ProviderFailure || error instanceof VimFault) return 'KeyMissingOnHost';
      throw error;
    }
  }

  #announceSendError(hostId: string, reason: LockReason, cause: number | undefined): void {
    // What the host itself stood in the way of was told when it happened.
    if (reason === 'KeyMissingOnHost') return;
    this.#announce(`com.vmware.vc.kms.crypto.SendKeyError.${reason}`, { hostId }, cause);
  }

  #encryptedOn(hostId: string): CryptoVm[] {
    return this.#inventory.vms().filter((vm) => vm.hostId === hostId && keysOf(vm).length > 0);
  }

  #lock(vm: CryptoVm, key: CryptoKeyId, reason: LockReason, cause: number | undefined): void {
    this.#locked.add(vm.id);
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
    this.#locked.delete(vm.id);
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

  /** Ids of the VMs that were locked. */
  save(): string[] {
    return [...this.#locked];
  }

  restore(locked: readonly string[]): void {
    this.#locked.clear();
    for (const id of locked) this.#locked.add(id);
  }

  #host(id: string): CryptoHost {
    const host = this.#inventory.host(id);
    if (!host) throw new TypeError(`there is no host ${id}`);
    return host;
  }
}

/** The keys that a VM needs to run: its own and those of its disks, each once. */
export function keysOf(vm: CryptoVm): CryptoKeyId[] {
  return distinct([vm.keyId, ...vm.disks.flatMap(chainKeys)]);
}

/** The keys that a VM cannot do without: those that it needs to run, and those that one of its snapshots brings back. */
export function allKeysOfVm(vm: CryptoVm): CryptoKeyId[] {
  return distinct([...keysOf(vm), ...(vm.snapshotKeys ?? [])]);
}

function distinct(keys: readonly (CryptoKeyId | undefined)[]): CryptoKeyId[] {
  const found = new Map<string, CryptoKeyId>();
  for (const key of keys) if (key) found.set(keyName(key), key);
  return [...found.values()];
}

/** The keys of a disk and of the files below it. */
function chainKeys({ keyId, parents = [] }: CryptoDisk): (CryptoKeyId | undefined)[] {
  return [keyId, ...parents.map((parent) => parent.keyId)];
}
