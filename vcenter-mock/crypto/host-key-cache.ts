import { type CryptoKeyId, keyName } from './key-id.ts';

/** Key material by key name. Kept private: nothing but `get` hands it out, and nothing ever prints it. */
export class KeyStore {
  readonly #keys = new Map<string, { id: CryptoKeyId; material: Buffer }>();

  has(key: CryptoKeyId): boolean {
    return this.#keys.has(keyName(key));
  }

  get(key: CryptoKeyId): Buffer | undefined {
    return this.#keys.get(keyName(key))?.material;
  }

  set(key: CryptoKeyId, material: Buffer): void {
    this.#keys.set(keyName(key), { id: key, material });
  }

  /** @returns whether it was there */
  delete(key: CryptoKeyId): boolean {
    return this.#keys.delete(keyName(key));
  }

  clear(): void {
    this.#keys.clear();
  }

  /** Names `<keyId>/<providerId>` of the keys it holds. */
  names(): string[] {
    return [...this.#keys.keys()];
  }

  /** The ids of the keys it holds. */
  ids(): CryptoKeyId[] {
    return [...this.#keys.values()].map(({ id }) => id);
  }
}

/** The keys that hosts hold in memory until they are rebooted. documented (vcenter.md 10.3) */
export class HostKeyCaches {
  readonly #caches = new Map<string, KeyStore>();

  of(hostId: string): KeyStore {
    let cache = this.#caches.get(hostId);
    if (!cache) {
      cache = new KeyStore();
      this.#caches.set(hostId, cache);
    }
    return cache;
  }

  /** A host left the inventory. */
  forget(hostId: string): void {
    this.#caches.delete(hostId);
  }
}
