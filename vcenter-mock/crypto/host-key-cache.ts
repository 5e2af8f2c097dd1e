import { type CryptoKeyId, keyName, providerKey } from './key-id.ts';

/** A key in somebody's memory: its id, its provider if it names one, its material in base64. */
export type SavedKey = { readonly keyId: string; readonly providerId?: string; readonly material: string };

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

  save(): SavedKey[] {
    return [...this.#keys.values()].map(({ id, material }) => ({
      keyId: id.keyId,
      ...(id.providerId && { providerId: id.providerId.id }),
      material: material.toString('base64'),
    }));
  }

  restore(saved: readonly SavedKey[]): void {
    this.clear();
    for (const { keyId, providerId, material } of saved) {
      const id = providerId === undefined ? { keyId } : providerKey(keyId, providerId);
      this.set(id, Buffer.from(material, 'base64'));
    }
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

export type SavedHostKeys = readonly (readonly [host: string, keys: readonly SavedKey[]])[];

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

  /** What each host holds, by its id; hosts that hold nothing are left out. */
  save(): SavedHostKeys {
    return [...this.#caches].map(([host, keys]) => [host, keys.save()] as const).filter(([, keys]) => keys.length > 0);
  }

  restore(saved: SavedHostKeys): void {
    this.#caches.clear();
    for (const [host, keys] of saved) this.of(host).restore(keys);
  }

  /** A host left the inventory. */
  forget(hostId: string): void {
    this.#caches.delete(hostId);
  }
}
