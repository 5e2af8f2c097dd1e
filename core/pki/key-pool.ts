import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** An RSA 2048 key pair as node:crypto keeps it. */
export interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

const generate = promisify(generateKeyPair);

/**
 * RSA 2048 key pairs by role. Making one takes a good part of a second, so a process that starts several labs hands them
 * the same pool: the pairs are reused, the certificates made for them are not. Two roles never share a pair.
 */
export class KeyPool {
  readonly #pairs = new Map<string, Promise<KeyPair>>();

  /**
   * The pair for a role; made in the background by node:crypto when it is asked for first.
   * @param modulusLength bits; less than 2048 makes a key that today's TLS refuses
   */
  get(role: string, modulusLength = 2048): Promise<KeyPair> {
    let pair = this.#pairs.get(role);
    if (!pair) {
      pair = generate('rsa', { modulusLength, publicExponent: 0x10001 });
      this.#pairs.set(role, pair);
    }
    return pair;
  }

  /** A pair that nobody else gets. */
  fresh(): Promise<KeyPair> {
    return generate('rsa', { modulusLength: 2048, publicExponent: 0x10001 });
  }
}
