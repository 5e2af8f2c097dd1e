import { hkdfSync, randomBytes } from 'node:crypto';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A native provider's key derivation key is of 256 bits. assumed: the size is not published */
const derivationKeyBytes = 32;

/** What a backup of a native key provider holds. */
export interface NativeConfig {
  readonly provider: string;
  readonly keyId: string;
  readonly derivationKey: Buffer;
  readonly tpmRequired: boolean;
  /** ISO 8601, when the backup was made. */
  readonly exportTime: string;
}

/** The keys as they are saved; the derivation key in base64. */
export type SavedNativeKeys = {
  readonly keyId: string;
  readonly tpmRequired: boolean;
  readonly hasBackup: boolean;
  readonly derivationKey: string;
};

/**
 * The keys of a native key provider: vCenter makes a key derivation key and derives every other key from it, by the key's id
 * (documented; how it derives is not published: HKDF-SHA-256 here). So a provider that is restored from its backup has all of
 * its keys again. The derivation key is readable in a backup alone.
 */
export class NativeKeys {
  /** Id of the derivation key: KmipClusterInfo.keyId. */
  keyId: string;
  readonly tpmRequired: boolean;
  /** documented: a provider is not usable before it is backed up. */
  hasBackup: boolean;
  readonly #derivationKey: Buffer;

  constructor(parts: { keyId: string; tpmRequired: boolean; derivationKey?: Buffer; hasBackup?: boolean }) {
    this.keyId = parts.keyId;
    this.tpmRequired = parts.tpmRequired;
    this.hasBackup = parts.hasBackup ?? false;
    this.#derivationKey = parts.derivationKey ?? randomBytes(derivationKeyBytes);
  }

  /** The 32 bytes of the key with that id; undefined when no native provider makes ids of this form. */
  derive(keyId: string): Buffer | undefined {
    if (!uuid.test(keyId)) return undefined;
    return Buffer.from(hkdfSync('sha256', this.#derivationKey, '', `keyrig key ${keyId.toLowerCase()}`, 32));
  }

  save(): SavedNativeKeys {
    const { keyId, tpmRequired, hasBackup } = this;
    return { keyId, tpmRequired, hasBackup, derivationKey: this.#derivationKey.toString('base64') };
  }

  static from({ derivationKey, ...saved }: SavedNativeKeys): NativeKeys {
    return new NativeKeys({ ...saved, derivationKey: Buffer.from(derivationKey, 'base64') });
  }

  /** Everything that it takes to make the provider again. */
  config(provider: string, exportTime: string): NativeConfig {
    return {
      provider,
      keyId: this.keyId,
      derivationKey: this.#derivationKey,
      tpmRequired: this.tpmRequired,
      exportTime,
    };
  }
}

/** Whether a text may name a derivation key: a UUID. documented */
export function isNativeKeyId(text: string): boolean {
  return uuid.test(text);
}

/** Whether bytes may be a derivation key. */
export function isDerivationKey(bytes: Uint8Array): boolean {
  return bytes.length === derivationKeyBytes;
}
