/** Encryption of what a store keeps, under a key that is kept elsewhere. */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { KeyrigError } from '../../core/index.ts';

/** The size of a key-encryption key. */
export const keyBytes = 32;

// NIST SP 800-38D §8.2.2: random 96-bit nonces are good for 2^32 encryptions under one key.
const nonceBytes = 12;
const tagBytes = 16;

/** AES-256-GCM under the key-encryption key. */
export class KeyEncryption {
  readonly #key: KeyObject;

  /** @param key 32 bytes; copied */
  constructor(key: Uint8Array) {
    if (key.length !== keyBytes) {
      throw new KeyrigError('ERR_OPTION', `The key-encryption key has ${key.length} bytes instead of ${keyBytes}.`);
    }
    this.#key = createSecretKey(key);
  }

  /** Nonce, ciphertext, tag. It can be opened with the same `associated` text only. */
  seal(plain: Uint8Array, associated: string): Buffer {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: tagBytes });
    cipher.setAAD(Buffer.from(associated));
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  /** Undefined when it was sealed under another key or with another text, or was changed. */
  open(sealed: Uint8Array, associated: string): Buffer | undefined {
    if (sealed.length < nonceBytes + tagBytes) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(associated));
    decipher.setAuthTag(sealed.subarray(-tagBytes));
    // GCM gives all bytes at once; they are not used before the tag is checked.
    const plain = decipher.update(sealed.subarray(nonceBytes, -tagBytes));
    try {
      decipher.final();
    } catch {
      plain.fill(0);
      return undefined;
    }
    return plain;
  }

  /** A value that a store keeps to tell its own key from another. */
  makeKeyCheck(): Buffer {
    return this.seal(Buffer.alloc(0), keyCheckText);
  }

  /** Whether the value was made with this key. */
  fits(keyCheck: Uint8Array): boolean {
    return this.open(keyCheck, keyCheckText) !== undefined;
  }
}

const keyCheckText = 'key check';
