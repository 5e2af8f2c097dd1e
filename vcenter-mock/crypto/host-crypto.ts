import { fault, VimFault } from '../vim/kernel/fault.ts';
import type { CryptoAssumed } from './assumed.ts';
import { alreadyExists, invalidState, notSupported, runtimeFault } from './faults.ts';
import { type HostKeyParts, HostKeys } from './host-keys.ts';
import type { CryptoHost, CryptoInventory } from './inventory.ts';
import { type Announce, type KeyExchange, ProviderFailure } from './key-exchange.ts';
import { type CryptoKeyId, type ProviderKeyId, providerKey, sameKey } from './key-id.ts';
import type { KeyProvider, KeyProviders } from './key-providers.ts';
import { checkNativeHost } from './native-rules.ts';

/** The hosts' encryption mode: their own keys, made, sent, replaced. */
export class HostCrypto extends HostKeys {
  /** Hosts that are being brought to `safe`: a second VM on the same host waits instead of making a second host key. */
  readonly #becomingSafe = new Map<string, Promise<void>>();
  readonly #assumed: CryptoAssumed;
  readonly #inventory: CryptoInventory;
  readonly #providers: KeyProviders;
  readonly #exchange: KeyExchange;
  readonly #announce: Announce;

  constructor(parts: HostKeyParts & { inventory: CryptoInventory }) {
    super(parts);
    this.#assumed = parts.assumed;
    this.#inventory = parts.inventory;
    this.#providers = parts.providers;
    this.#exchange = parts.exchange;
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
    this.checkSupport(host, cause);
    checkNativeHost(host, provider, this.#assumed);
    const other = this.#becomingSafe.get(host.id);
    if (other) {
      await Promise.allSettled([other, besides]);
      const now = this.#inventory.host(host.id);
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
      if (!provider.native) this.#exchange.leaveBehind(key, cause);
      throw fetched.reason;
    }
    this.held.set(key, fetched.value);
    this.push(host, key, fetched.value, cause);
    this.#enable(host, key, cause);
    const owner = { identifier: host.uuid, component: 'ESXi Server', name: host.name } as const;
    await this.#exchange.describeOwner(provider, key, owner, cause);
  }

  /**
   * What a host needs before it may hold keys.
   * @throws NotSupported: it cannot encrypt, or its encryption was disabled and it awaits its restart (assumed)
   */
  checkSupport(host: CryptoHost, cause?: number): void {
    if (!host.cryptoSupported) throw notSupported(`Host "${host.name}" does not support encryption.`);
    if (host.cryptoState !== 'pendingIncapable') return;
    this.#announce('com.vmware.vc.host.Crypto.HostCryptoDisabled', { hostId: host.id }, cause);
    throw notSupported(`Encryption is disabled on host "${host.name}".`);
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
   * @param keyProvider where a new key comes from, and whose keys alone may be used again; default: the host's default
   * @throws ProviderFailure, RuntimeFault, NotSupported
   */
  async configureKey(
    host: CryptoHost,
    keyId: CryptoKeyId | undefined,
    cause: number | undefined,
    keyProvider?: string,
  ): Promise<void> {
    this.checkSupport(host, cause);
    if (keyId === undefined && host.cryptoKeyId && keyProvider === undefined) {
      return this.#restoreOrRenew(host, this.complete(host.cryptoKeyId), cause);
    }
    const reused = keyId ?? this.#clusterKey(host, keyProvider);
    if (reused) {
      // One that a client gave vCenter in plain form is of no provider.
      const key = this.held.has(reused) ? reused : this.complete(reused, host.defaultScopes);
      const material = await this.obtain(key, cause);
      this.push(host, key, material, cause);
      return this.#enable(host, key, cause);
    }
    const provider = keyProvider ? this.#providers.get(keyProvider) : this.#providers.default(host.defaultScopes);
    if (!provider) throw runtimeFault(this.#assumed.noDefaultProvider);
    await this.makeSafe(host, provider, cause);
  }

  /** Whether the host or another one of its cluster is in encryption mode. */
  isClusterEnabled(host: CryptoHost): boolean {
    return [host, ...this.#othersOf(host)].some((one) => this.isSafe(one));
  }

  /**
   * What was encrypted on a host of a cluster can run on the others: "vCenter Server sends the KEK to each host in the cluster", and
   * brings those into encryption mode that are not where the user may do so; the others go without. documented (vSphere Security 6.5,
   * 6.7). What stands in the way of a host leaves that host out.
   * @param mayEnable asked for each host that is not in encryption mode
   */
  async share(
    keys: readonly CryptoKeyId[],
    hostId: string,
    mayEnable: (host: CryptoHost) => boolean,
    cause: number | undefined,
  ): Promise<void> {
    const origin = this.#inventory.host(hostId);
    if (!origin || keys.length === 0) return;
    for (const { id } of this.#othersOf(origin)) {
      try {
        const other = await this.#enabled(id, mayEnable, cause);
        for (const key of keys) {
          const material = this.held.get(key);
          if (other && material && !this.caches.of(id).has(key)) this.push(other, key, material, cause);
        }
      } catch (error) {
        if (!(error instanceof ProviderFailure) && !(error instanceof VimFault)) throw error;
      }
    }
  }

  /** The host in encryption mode, which it is brought into where it may be. Facts are read anew: the hosts before may have taken long. */
  async #enabled(
    id: string,
    mayEnable: (host: CryptoHost) => boolean,
    cause: number | undefined,
  ): Promise<CryptoHost | undefined> {
    const host = this.#inventory.host(id);
    if (!host || host.isConnected === false) return undefined;
    if (this.isSafe(host)) return host;
    if (!host.cryptoSupported || host.cryptoState === 'pendingIncapable' || !mayEnable(host)) return undefined;
    await this.configureKey(host, undefined, cause);
    return this.#inventory.host(id);
  }

  #othersOf(host: CryptoHost): CryptoHost[] {
    if (host.clusterId === undefined) return [];
    return this.#inventory.hosts().filter((other) => other.clusterId === host.clusterId && other.id !== host.id);
  }

  /** vim25 HostSystem.PrepareCrypto: only from incapable. documented */
  prepare(host: CryptoHost, cause?: number): void {
    this.checkSupport(host, cause);
    if (host.cryptoState !== 'incapable')
      throw invalidState(this.#assumed, `Host "${host.name}" is ${host.cryptoState}.`);
    this.#inventory.updateHost(host.id, { cryptoState: 'prepared', cryptoKeyId: null });
  }

  /**
   * vim25 HostSystem.EnableCrypto: a key in plain form.
   * @throws InvalidState (incapable), AlreadyExists (safe with another key). documented
   */
  enable(host: CryptoHost, keyId: CryptoKeyId, material: Buffer, cause: number | undefined): void {
    this.checkSupport(host, cause);
    if (host.cryptoState === 'incapable') throw invalidState(this.#assumed, `Host "${host.name}" is incapable.`);
    if (host.cryptoState === 'safe' && !sameKey(host.cryptoKeyId, keyId)) {
      throw fault('AlreadyExists', `Host "${host.name}" has another key already.`, { name: host.cryptoKeyId?.keyId });
    }
    this.push(host, keyId, material, cause);
    this.#enable(host, keyId, cause);
  }

  /** vim25 CryptoManagerHost.ChangeKey_Task: another host key. @throws InvalidState (not safe). documented */
  changeKey(host: CryptoHost, keyId: CryptoKeyId, material: Buffer, cause: number | undefined): void {
    this.checkSupport(host, cause);
    this.requireSafe(host);
    this.push(host, keyId, material, cause);
    this.#enable(host, keyId, cause);
  }

  /**
   * vim25 CryptoManagerHostDisable: safe becomes pendingIncapable, incapable and prepared become incapable; the restart does
   * the rest. @throws InvalidState (disabled already). documented
   */
  disable(host: CryptoHost): void {
    if (host.cryptoState === 'pendingIncapable')
      throw invalidState(this.#assumed, `Encryption is disabled on host "${host.name}".`);
    const cryptoState = host.cryptoState === 'safe' ? 'pendingIncapable' : 'incapable';
    this.#inventory.updateHost(host.id, { cryptoState, cryptoKeyId: host.cryptoKeyId ?? null });
  }

  /** vim25 AddKey on a host. @throws InvalidState (not safe), AlreadyExists. documented */
  addToHost(host: CryptoHost, keyId: CryptoKeyId, material: Buffer, cause: number | undefined): void {
    this.requireSafe(host);
    if (this.caches.of(host.id).has(keyId)) throw alreadyExists(this.#assumed, keyId.keyId);
    this.push(host, keyId, material, cause);
  }

  /** @throws InvalidState. documented for adding keys to a host */
  requireSafe(host: CryptoHost): void {
    if (!this.isSafe(host)) throw invalidState(this.#assumed, `Host "${host.name}" is not in encryption mode.`);
  }

  /**
   * A host restarted: its memory is empty, and what was disabled is off. vCenter fetches the host key again; a key that the
   * KMS lost is replaced, and without the KMS the host is no longer safe. documented (vcenter.md 10.3, 10.4, 12.1)
   */
  async rebooted(host: CryptoHost, cause: number | undefined): Promise<void> {
    this.caches.of(host.id).clear();
    if (host.cryptoState === 'pendingIncapable') {
      this.#inventory.updateHost(host.id, { cryptoState: 'incapable', cryptoKeyId: null });
      return;
    }
    const key = host.cryptoKeyId;
    if (key?.providerId === undefined) {
      // A key that a client gave, or none: nobody can give it back.
      if (host.cryptoState !== 'incapable') {
        this.#inventory.updateHost(host.id, { cryptoState: 'incapable', cryptoKeyId: null });
      }
      return;
    }
    this.held.delete(key);
    await this.restore(host, cause);
  }

  /**
   * Gives a host its key back, or a new one when the old one is lost.
   * @returns false when no provider can deliver; the event ReqEnable.* has told so, once
   */
  async restore(host: CryptoHost, cause: number | undefined): Promise<boolean> {
    const key = host.cryptoKeyId;
    if (!key) return false;
    try {
      await this.#restoreOrRenew(host, this.complete(key), cause);
      return true;
    } catch (reason) {
      const error = this.#asFailure(reason, key);
      if (!error) throw reason;
      if (host.cryptoState !== 'incapable') {
        this.#inventory.updateHost(host.id, { cryptoState: 'incapable', cryptoKeyId: key });
        this.requiresEnabling(host, error, cause);
      }
      return false;
    }
  }

  /** A native provider that excludes the host by now delivers as little as one that is away. */
  #asFailure(reason: unknown, key: CryptoKeyId): ProviderFailure | undefined {
    if (reason instanceof ProviderFailure) return reason;
    const provider = this.#providers.find(key.providerId?.id);
    return reason instanceof VimFault && provider?.native && key.providerId
      ? new ProviderFailure(provider.id, 'get', providerKey(key.keyId, provider.id), [])
      : undefined;
  }

  /** Says that a host has to be in encryption mode and why it is not. */
  requiresEnabling(host: CryptoHost, failure: ProviderFailure, cause: number | undefined): void {
    const id = failure.isKeyMissing
      ? 'com.vmware.vc.host.Crypto.ReqEnable.KeyMissingOnKMS'
      : 'com.vmware.vc.host.Crypto.ReqEnable.KMSClusterError';
    this.#announce(id, { hostId: host.id }, cause);
  }

  /** @throws ProviderFailure: the one that stood in the way of the host's own key */
  async #restoreOrRenew(host: CryptoHost, key: ProviderKeyId, cause: number | undefined): Promise<void> {
    if (this.isSafe(host)) return;
    try {
      const material = await this.obtain(key, cause);
      this.push(host, key, material, cause);
      this.#enable(host, key, cause);
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      await this.#renew(host, key, error, cause);
    }
  }

  /**
   * The host key protects nothing that lasts, so a lost one is replaced: by the same provider when that has lost it, by the
   * default provider when that is another one and the old one fails. The conditions of the second case are assumed.
   */
  async #renew(host: CryptoHost, lost: ProviderKeyId, failure: ProviderFailure, cause: number | undefined) {
    const other = this.#providers.default(host.defaultScopes);
    const provider = failure.isKeyMissing ? this.#providers.find(lost.providerId.id) : other;
    if (!provider || (!failure.isKeyMissing && provider.id === lost.providerId.id)) throw failure;
    const reason = failure.isKeyMissing ? 'KeyMissingOnKMS' : 'KMSClusterError';
    this.#announce(`com.vmware.vc.host.Crypto.HostKey.NewKey.${reason}`, { hostId: host.id }, cause);
    try {
      await this.makeSafe(host, provider, cause);
    } catch (error) {
      throw error instanceof ProviderFailure ? failure : error;
    }
  }

  /** The key of another safe host of the same cluster; one that a client gave that host in plain form nobody else can have. */
  #clusterKey(host: CryptoHost, provider: string | undefined): CryptoKeyId | undefined {
    const keys = this.#othersOf(host)
      .filter((other) => this.isSafe(other))
      .map(({ cryptoKeyId }) => cryptoKeyId);
    return keys.find((key) => key?.providerId && (provider === undefined || key.providerId.id === provider));
  }

  /** The host has its key: it is safe from now on, or it goes on with another key. */
  #enable(host: CryptoHost, key: CryptoKeyId, cause: number | undefined): void {
    const { cryptoKeyId, cryptoState } = this.#inventory.host(host.id) ?? host;
    this.#inventory.updateHost(host.id, { cryptoState: 'safe', cryptoKeyId: key });
    const subject = { hostId: host.id };
    if (cryptoKeyId && !sameKey(cryptoKeyId, key)) {
      this.#announce('com.vmware.vc.crypto.HostKeyUpdatedEvent', subject, cause);
    }
    if (cryptoState !== 'safe') this.#announce('com.vmware.vc.host.Crypto.Enabled', subject, cause);
  }
}
