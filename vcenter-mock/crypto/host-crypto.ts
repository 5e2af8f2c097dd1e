import type { Runtime } from '../../core/index.ts';
import { fault } from '../vim/kernel/fault.ts';
import type { CryptoAssumed } from './assumed.ts';
import { invalidState, notSupported, runtimeFault } from './faults.ts';
import { type HostKeyCaches, KeyStore } from './host-key-cache.ts';
import type { CryptoHost, CryptoInventory } from './inventory.ts';
import { type Announce, type KeyExchange, ProviderFailure } from './key-exchange.ts';
import { type CryptoKeyId, keyName, type ProviderKeyId, providerKey } from './key-id.ts';
import type { KeyProvider, KeyProviders } from './key-providers.ts';

/** The hosts' encryption mode and the keys that are pushed to them. */
export class HostCrypto {
  /** Keys that vCenter itself holds, fetched since it started. */
  readonly held = new KeyStore();
  readonly caches: HostKeyCaches;
  /** Hosts that are being brought to `safe`: a second VM on the same host waits instead of making a second host key. */
  readonly #becomingSafe = new Map<string, Promise<void>>();
  readonly #runtime: Runtime;
  readonly #assumed: CryptoAssumed;
  readonly #inventory: CryptoInventory;
  readonly #providers: KeyProviders;
  readonly #exchange: KeyExchange;
  readonly #announce: Announce;

  constructor(parts: {
    runtime: Runtime;
    assumed: CryptoAssumed;
    inventory: CryptoInventory;
    providers: KeyProviders;
    exchange: KeyExchange;
    caches: HostKeyCaches;
    announce: Announce;
  }) {
    this.#runtime = parts.runtime;
    this.#assumed = parts.assumed;
    this.#inventory = parts.inventory;
    this.#providers = parts.providers;
    this.#exchange = parts.exchange;
    this.caches = parts.caches;
    this.#announce = parts.announce;
  }

  /**
   * Brings a host to crypto state `safe` with a key of its own: Create; Get, State, Activate beside the product attributes;
   * the owner attributes. observed (C3 to C6)
   * @param besides something that runs at the same time and must be over before the key is used; it never rejects
   * @throws ProviderFailure; NotSupported for a host without encryption (assumed)
   */
  async makeSafe(
    host: CryptoHost,
    provider: KeyProvider,
    cause: number | undefined,
    besides: Promise<void> = Promise.resolve(),
  ): Promise<void> {
    this.checkSupport(host);
    const other = this.#becomingSafe.get(host.id);
    if (other) {
      await Promise.allSettled([other, besides]);
      const now = this.#inventory.hosts().find(({ id }) => id === host.id);
      if (now && this.isSafe(now)) return;
    }
    const mine = this.#giveKey(host, provider, cause, besides);
    this.#becomingSafe.set(host.id, mine);
    try {
      await mine;
    } finally {
      if (this.#becomingSafe.get(host.id) === mine) this.#becomingSafe.delete(host.id);
    }
  }

  async #giveKey(
    host: CryptoHost,
    provider: KeyProvider,
    cause: number | undefined,
    besides: Promise<void>,
  ): Promise<void> {
    let key: ProviderKeyId;
    try {
      key = await this.#exchange.create(provider, cause);
    } finally {
      await besides;
    }
    const [fetched] = await Promise.allSettled([
      this.#exchange.fetch(provider, key, cause),
      this.#exchange.describeProduct(provider, key, cause),
    ]);
    if (fetched.status === 'rejected') {
      this.#exchange.leaveBehind(key, cause);
      throw fetched.reason;
    }
    this.held.set(key, fetched.value);
    this.#enable(host, key, cause);
    const owner = { identifier: host.uuid, component: 'ESXi Server', name: host.name } as const;
    await this.#exchange.describeOwner(provider, key, owner, cause);
  }

  /** @throws NotSupported (assumed) */
  checkSupport(host: CryptoHost): void {
    if (!host.cryptoSupported) throw notSupported(`Host "${host.name}" does not support encryption.`);
  }

  /** True when the host is in encryption mode and holds its key. */
  isSafe(host: CryptoHost): boolean {
    return (
      host.cryptoState === 'safe' && host.cryptoKeyId !== undefined && this.caches.of(host.id).has(host.cryptoKeyId)
    );
  }

  /**
   * vim25 HostSystem.ConfigureCryptoKey: the given key; without one the host's own, that of another host of its cluster, or
   * a new one of the default provider. documented
   * @throws ProviderFailure, RuntimeFault, NotSupported
   */
  async configureKey(host: CryptoHost, keyId: CryptoKeyId | undefined, cause: number | undefined): Promise<void> {
    this.checkSupport(host);
    const reused = keyId ?? host.cryptoKeyId ?? this.#clusterKey(host);
    if (reused) {
      await this.bring(host, reused, cause);
      this.#enable(host, this.#complete(reused), cause);
      return;
    }
    const provider = this.#providers.default(host.defaultScopes);
    if (!provider) throw runtimeFault(this.#assumed.noDefaultProvider);
    await this.makeSafe(host, provider, cause);
  }

  /** vim25 HostSystem.PrepareCrypto: only from incapable. documented */
  prepare(host: CryptoHost): void {
    this.checkSupport(host);
    if (host.cryptoState !== 'incapable') throw invalidState(`Host "${host.name}" is ${host.cryptoState}.`);
    this.#inventory.updateHost(host.id, { cryptoState: 'prepared', cryptoKeyId: null });
  }

  /** vim25 HostSystem.EnableCrypto: a key in plain form; not from incapable. documented */
  enable(host: CryptoHost, keyId: CryptoKeyId, material: Buffer, cause: number | undefined): void {
    if (host.cryptoState === 'incapable') throw invalidState(`Host "${host.name}" is incapable.`);
    this.push(host, keyId, material, cause);
    this.#inventory.updateHost(host.id, { cryptoState: 'safe', cryptoKeyId: keyId });
    this.#announce('com.vmware.vc.host.Crypto.Enabled', { hostId: host.id }, cause);
  }

  /** vim25 CryptoManagerHostDisable: safe becomes pendingIncapable, incapable and prepared become incapable. documented */
  disable(host: CryptoHost): void {
    const pending = host.cryptoState === 'safe' || host.cryptoState === 'pendingIncapable';
    const cryptoState = pending ? 'pendingIncapable' : 'incapable';
    this.#inventory.updateHost(host.id, { cryptoState, cryptoKeyId: host.cryptoKeyId ?? null });
  }

  /** Sees to it that a key is in the host's memory: pushed from vCenter's, or fetched first. @throws ProviderFailure */
  async bring(host: CryptoHost, key: CryptoKeyId, cause: number | undefined): Promise<void> {
    if (this.caches.of(host.id).has(key)) return;
    const complete = this.#complete(key);
    let material = this.held.get(complete);
    if (!material) {
      const provider = this.#providers.get(complete.providerId.id);
      material = await this.#exchange.fetch(provider, complete, cause);
      this.held.set(complete, material);
    }
    this.push(host, complete, material, cause);
  }

  /** Puts a key into a host's memory. */
  push(host: CryptoHost, key: CryptoKeyId, material: Buffer, cause: number | undefined): void {
    this.caches.of(host.id).set(key, material);
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.key.pushed',
      text: `key ${keyName(key)} pushed to host ${host.name}`,
      data: { keyId: key.keyId, provider: key.providerId?.id, host: host.name },
      cause,
    });
  }

  /** vim25 CryptoManagerKmip.AddKey: key material handed in by the client, base64. */
  addPlain(key: CryptoKeyId, keyData: string): void {
    if (this.held.has(key)) throw fault('AlreadyExists', `Key ${keyName(key)} already exists.`, { name: key.keyId });
    this.held.set(key, Buffer.from(keyData, 'base64'));
  }

  /**
   * A host restarted: its memory is empty. vCenter fetches the host key again; a key that the KMS lost is replaced, and
   * without the KMS the host is no longer safe. documented (vcenter.md 10.3, 10.4, 12.1)
   */
  async rebooted(host: CryptoHost, cause: number | undefined): Promise<void> {
    this.caches.of(host.id).clear();
    const key = host.cryptoKeyId;
    if (key?.providerId === undefined) return;
    this.held.delete(key);
    await this.restore(host, providerKey(key.keyId, key.providerId.id), cause);
  }

  /** Gives a host its key back. @returns false when the provider cannot deliver */
  async restore(host: CryptoHost, key: ProviderKeyId, cause: number | undefined): Promise<boolean> {
    const provider = this.#providers.find(key.providerId.id);
    try {
      if (!provider) throw new ProviderFailure(key.providerId.id, 'get', key, []);
      const material = await this.#exchange.fetch(provider, key, cause);
      this.held.set(key, material);
      this.push(host, key, material, cause);
      if (host.cryptoState !== 'safe') this.#enable(host, key, cause);
      return true;
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      const missing = error.isKeyMissing;
      const id = missing
        ? 'com.vmware.vc.host.Crypto.ReqEnable.KeyMissingOnKMS'
        : 'com.vmware.vc.host.Crypto.ReqEnable.KMSClusterError';
      if (host.cryptoState !== 'incapable') {
        this.#inventory.updateHost(host.id, { cryptoState: 'incapable', cryptoKeyId: key });
        this.#announce(id, { hostId: host.id }, cause);
      }
      return false;
    }
  }

  /** The key of another safe host of the same cluster. */
  #clusterKey(host: CryptoHost): CryptoKeyId | undefined {
    if (host.clusterId === undefined) return undefined;
    const others = this.#inventory.hosts().filter((other) => other.clusterId === host.clusterId && this.isSafe(other));
    return others[0]?.cryptoKeyId;
  }

  #enable(host: CryptoHost, key: ProviderKeyId, cause: number | undefined): void {
    const material = this.held.get(key);
    if (material && !this.caches.of(host.id).has(key)) this.push(host, key, material, cause);
    this.#inventory.updateHost(host.id, { cryptoState: 'safe', cryptoKeyId: key });
    this.#announce('com.vmware.vc.host.Crypto.Enabled', { hostId: host.id }, cause);
  }

  #complete(key: CryptoKeyId): ProviderKeyId {
    const id = key.providerId?.id ?? this.#providers.default()?.id;
    if (id === undefined) throw runtimeFault(this.#assumed.noDefaultProvider);
    return providerKey(key.keyId, id);
  }
}
