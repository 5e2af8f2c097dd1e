import type { Runtime } from '../../core/index.ts';
import { fault } from '../vim/kernel/fault.ts';
import type { CryptoAssumed } from './assumed.ts';
import { alreadyExists, runtimeFault } from './faults.ts';
import { HostKeyCaches, KeyStore } from './host-key-cache.ts';
import type { CryptoHost } from './inventory.ts';
import { type Announce, type KeyExchange, ProviderFailure } from './key-exchange.ts';
import { type CryptoKeyId, keyName, type ProviderKeyId, providerKey } from './key-id.ts';
import type { KeyProvider, KeyProviders } from './key-providers.ts';
import { checkNativeHost } from './native-rules.ts';

/** What working with hosts' keys needs. */
export interface HostKeyParts {
  runtime: Runtime;
  assumed: CryptoAssumed;
  providers: KeyProviders;
  exchange: KeyExchange;
  announce: Announce;
}

/** Keys on their way: vCenter's own, those in the hosts' memory, and how they get from the KMS to one and the other. */
export class HostKeys {
  /** Keys that vCenter itself holds, fetched since it started. */
  readonly held = new KeyStore();
  readonly caches = new HostKeyCaches();
  readonly #runtime: Runtime;
  readonly #assumed: CryptoAssumed;
  readonly #providers: KeyProviders;
  readonly #exchange: KeyExchange;
  readonly #announce: Announce;

  constructor({ runtime, assumed, providers, exchange, announce }: HostKeyParts) {
    this.#runtime = runtime;
    this.#assumed = assumed;
    this.#providers = providers;
    this.#exchange = exchange;
    this.#announce = announce;
  }

  /** Sees to it that a key is in the host's memory: pushed from vCenter's, or fetched first. @throws ProviderFailure */
  async bring(host: CryptoHost, key: CryptoKeyId, cause: number | undefined): Promise<void> {
    if (this.caches.of(host.id).has(key)) return;
    const material = await this.obtain(key, cause);
    this.push(host, this.complete(key), material, cause);
  }

  /**
   * As {@link bring}; a key that the host does not have yet must be usable at its KMS. documented (vcenter.md 10.3)
   * @throws ProviderFailure
   */
  async bringUsable(host: CryptoHost, key: CryptoKeyId, cause: number | undefined): Promise<void> {
    if (this.caches.of(host.id).has(key)) return;
    const provider = this.#providers.find(key.providerId?.id);
    if (provider && !provider.native && this.held.has(key)) {
      await this.requireUsable(provider, providerKey(key.keyId, provider.id), cause);
    }
    await this.bring(host, key, cause);
  }

  /** A key that is in memory somewhere must be usable at its KMS. @throws ProviderFailure */
  async requireUsable(provider: KeyProvider, key: ProviderKeyId, cause: number | undefined): Promise<void> {
    try {
      await this.#exchange.requireUsable(provider, key, cause);
    } catch (error) {
      if (error instanceof ProviderFailure) this.foundUnusable(key);
      throw error;
    }
  }

  /**
   * vCenter learned that a key may not be used any more: it hands it to no host from its memory. Which of its dealings with the KMS
   * make it forget a key is assumed; documented is that such a key cannot be had from then on (vcenter.md 10.3).
   */
  foundUnusable(key: CryptoKeyId): void {
    this.held.delete(key);
  }

  /** The material of a key: vCenter's own, or fetched from its provider. @throws ProviderFailure */
  async obtain(key: CryptoKeyId, cause: number | undefined): Promise<Buffer> {
    const own = this.held.get(key);
    if (own) return own;
    const complete = this.complete(key);
    const held = this.held.get(complete);
    if (held) return held;
    const provider = this.#providers.find(complete.providerId.id);
    if (!provider) throw new ProviderFailure(complete.providerId.id, 'get', complete, []);
    const material = await this.#exchange.fetch(provider, complete, cause);
    this.held.set(complete, material);
    return material;
  }

  /**
   * Puts a key into a host's memory.
   * @throws HostNotConnected after the event SendKeyError.HostError; RuntimeFault when the key's native provider excludes the host
   */
  push(host: CryptoHost, key: CryptoKeyId, material: Buffer, cause: number | undefined): void {
    if (host.isConnected === false) {
      this.#announce('com.vmware.vc.host.Crypto.SendKeyError.HostError', { hostId: host.id }, cause);
      throw fault('HostNotConnected', this.#assumed.hostNotConnected);
    }
    checkNativeHost(host, this.#providers.find(key.providerId?.id), this.#assumed);
    this.caches.of(host.id).set(key, material);
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.key.pushed',
      text: `key ${keyName(key)} pushed to host ${host.name}`,
      data: { keyId: key.keyId, provider: key.providerId?.id, host: host.name },
      cause,
    });
  }

  /** vim25 CryptoManagerKmip.AddKey: key material handed in by the client. @throws AlreadyExists */
  addPlain(key: CryptoKeyId, material: Buffer): void {
    if (this.held.has(key)) throw alreadyExists(this.#assumed, key.keyId);
    this.held.set(key, material);
  }

  /**
   * The key with its provider: the default one when it names none.
   * @param scopes whose default, nearest first; otherwise the global one
   * @throws RuntimeFault without a default
   */
  complete(key: CryptoKeyId, scopes: readonly string[] = []): ProviderKeyId {
    const id = key.providerId?.id ?? this.#providers.default(scopes)?.id;
    if (id === undefined) throw runtimeFault(this.#assumed.noDefaultProvider);
    return providerKey(key.keyId, id);
  }
}
