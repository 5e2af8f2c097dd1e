import { createPrivateKey, type KeyObject } from 'node:crypto';
import { KeyrigError } from '../errors.ts';

/**
 * Reads an unencrypted private key (PKCS#8, PKCS#1 or SEC1, PEM).
 * Throws ERR_PKI_KEY: with a text that names the password when the key is protected by one, because neither vCenter nor
 * the guide's KMS download can use such a key; the key itself never appears in the error.
 */
export function readPrivateKey(pem: string): KeyObject {
  if (isEncryptedKey(pem)) {
    throw new KeyrigError('ERR_PKI_KEY', 'The private key is protected by a password. Provide it without one.', {
      details: { encrypted: true },
    });
  }
  try {
    return createPrivateKey(pem);
  } catch {
    // The cause is dropped on purpose: OpenSSL's texts help nobody here, and nothing of the key may leak.
    throw new KeyrigError('ERR_PKI_KEY', 'The private key is not a readable PEM key.', {
      details: { encrypted: false },
    });
  }
}

/** True for both PEM forms of an encrypted key: PKCS#8 (RFC 5958) and the older Proc-Type header (RFC 1421). */
export function isEncryptedKey(pem: string): boolean {
  return /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type:\s*4,\s*ENCRYPTED/m.test(pem);
}
