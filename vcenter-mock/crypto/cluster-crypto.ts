import { VimFault } from '../vim/kernel/fault.ts';
import type { HostCrypto } from './host-crypto.ts';
import type { CryptoHost, CryptoInventory } from './inventory.ts';
import { ProviderFailure } from './key-exchange.ts';

/** Clusters in mode forceEnable: "put each host into the crypto safe state immediately" (documented). */
export class ClusterCrypto {
  readonly #inventory: CryptoInventory;
  readonly #hosts: HostCrypto;
  /** Hosts of which it was told that they require encryption mode. */
  readonly #told = new Set<string>();

  constructor(parts: { inventory: CryptoInventory; hosts: HostCrypto }) {
    this.#inventory = parts.inventory;
    this.#hosts = parts.hosts;
  }

  /**
   * Brings every host of such a cluster into encryption mode that can be; of the others an event tells, once. Called when the
   * mode is set, a host comes, and after a health check that found a provider.
   */
  async enforce(cause: number | undefined): Promise<void> {
    const lacking = this.#inventory.hosts().filter((host) => this.#lacksMode(host));
    for (const { id } of lacking) {
      // Read anew: the hosts before may have taken long.
      const host = this.#inventory.host(id);
      if (host && this.#lacksMode(host)) await this.#enable(host, cause);
    }
  }

  /** Ids of the hosts of which it was told. */
  save(): string[] {
    return [...this.#told];
  }

  restore(told: readonly string[]): void {
    this.#told.clear();
    for (const id of told) this.#told.add(id);
  }

  #lacksMode(host: CryptoHost): boolean {
    if (!host.forced || !host.cryptoSupported || host.isConnected === false) return false;
    return host.cryptoState !== 'pendingIncapable' && !this.#hosts.isSafe(host);
  }

  async #enable(host: CryptoHost, cause: number | undefined): Promise<void> {
    const { keyId, providerId } = host.forced ?? {};
    try {
      await this.#hosts.configureKey(host, keyId, cause, providerId?.id);
      this.#told.delete(host.id);
    } catch (error) {
      if (!(error instanceof ProviderFailure) && !(error instanceof VimFault)) throw error;
      if (this.#told.has(host.id)) return;
      this.#told.add(host.id);
      // Without any provider the provider is "not available" too.
      const failure = error instanceof ProviderFailure ? error : new ProviderFailure('', 'generate', undefined, []);
      this.#hosts.requiresEnabling(host, failure, cause);
    }
  }
}
