import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** An RSA 2048 key pair as node:crypto keeps it. */
export interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

const generate = promisify(generateKeyPair);

/** PEM of pairs that were saved before: it costs less to save them again. */
const texts = new WeakMap<KeyPair, string>();

/**
 * RSA 2048 key pairs by role. Making one takes a good part of a second, so a process that starts several labs hands them
 * the same pool: the pairs are reused, the certificates made for them are not. Two roles never share a pair.
 */
export class KeyPool {
  readonly #pairs = new Map<string, Promise<KeyPair>>();
  readonly #made = new Map<string, KeyPair>();
  readonly #source: KeyPool | undefined;

  /** @param source gives the pairs that this pool does not have */
  constructor(source?: KeyPool) {
    this.#source = source;
  }

  /**
   * The pair for a role; made in the background by node:crypto when it is asked for first.
   * @param modulusLength bits; less than 2048 makes a key that today's TLS refuses
   */
  get(role: string, modulusLength = 2048): Promise<KeyPair> {
    let pair = this.#pairs.get(role);
    if (!pair) {
      pair = this.#source?.get(role, modulusLength) ?? generate('rsa', { modulusLength, publicExponent: 0x10001 });
      this.#pairs.set(role, pair);
      // A failure is its caller's.
      pair.then(
        (made) => void this.#made.set(role, made),
        () => {},
      );
    }
    return pair;
  }

  /** A pair that nobody else gets. */
  fresh(): Promise<KeyPair> {
    return generate('rsa', { modulusLength: 2048, publicExponent: 0x10001 });
  }

  /** The private keys (PEM) of all roles that were asked for. */
  save(): Readonly<Record<string, string>> {
    return Object.fromEntries(Array.from(this.#made, ([role, pair]) => [role, textOf(pair)]));
  }

  /** Takes saved pairs for their roles; roles that have a pair keep it. Throws what node:crypto says of a key that is none. */
  restore(state: Readonly<Record<string, string>>): void {
    for (const [role, pem] of Object.entries(state)) {
      if (this.#pairs.has(role)) continue;
      const privateKey = createPrivateKey(pem);
      const pair = { privateKey, publicKey: createPublicKey(privateKey) };
      this.#made.set(role, pair);
      this.#pairs.set(role, Promise.resolve(pair));
    }
  }
}

function textOf(pair: KeyPair): string {
  let text = texts.get(pair);
  if (text === undefined) {
    text = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    texts.set(pair, text);
  }
  return text;
}
