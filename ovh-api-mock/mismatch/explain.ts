import { createHmac, hash } from 'node:crypto';
import type { SignedCall } from '../signature.ts';
import { asBytes } from './bytes.ts';
import { hypotheses, type MismatchContext, type Parts } from './hypotheses.ts';

/** Bytes that may be hashed to explain one signature: a wrong one must not cost more than a handful of right ones. */
const budget = 4_000_000;

/** What is said when no guess fits. */
export const unexplained =
  'no usual mistake explains it; the application secret is probably another one than that of the application key';

/**
 * Finds out what a client signed in place of what it sent: each usual mistake is tried under every URL that would have counted,
 * until one fits. The answer holds no secret.
 */
export function explainMismatch(signature: string, call: SignedCall, context: MismatchContext): string {
  if (signature === '') return 'the client sends no X-Ovh-Signature';
  const parts: Parts = {
    secret: asBytes(call.applicationSecret),
    consumerKey: asBytes(call.consumerKey),
    method: call.method,
    url: '',
    body: call.body.toString('latin1'),
    timestamp: call.timestamp,
  };
  const hashing = new Hashing(signature);
  for (const { says, change } of hypotheses) {
    for (const origin of context.origins) {
      const right = { ...parts, url: origin + context.target };
      for (const changed of change(right, context)) {
        const fits = hashing.fits(join({ ...right, ...changed }));
        if (fits === undefined) return unexplained;
        if (fits) return `the client ${says}`;
      }
    }
  }
  for (const origin of context.origins) {
    const right = { ...parts, url: origin + context.target };
    for (const { says, digest } of digests) {
      if (digest(join(right), right) === hashing.given) return `the client ${says}`;
    }
  }
  for (const origin of context.origins.slice(0, 4)) {
    const { secret, consumerKey, method, url, body, timestamp } = { ...parts, url: origin + context.target };
    for (const order of permutations([secret, consumerKey, method, url, body, timestamp])) {
      const fits = hashing.fits(order.join('+'));
      if (fits === undefined) return unexplained;
      if (fits)
        return 'the client joins the parts in another order than secret, consumer key, method, URL, body, timestamp';
    }
  }
  return /^\$1\$[0-9a-f]{40}$/.test(signature) ? unexplained : malformed(signature);
}

function malformed(signature: string): string {
  return `X-Ovh-Signature has ${signature.length} characters and is not "$1$" with 40 lower-case hexadecimal digits`;
}

function join({ secret, consumerKey, method, url, body, timestamp }: Parts): string {
  return [secret, consumerKey, method, url, body, timestamp].join('+');
}

/** Compares texts with a signature, as long as the budget lasts. */
class Hashing {
  /** The signature without what is around its digest. */
  readonly given: string;
  #left = budget;

  constructor(signature: string) {
    this.given = signature
      .trim()
      .replace(/^"|"$/g, '')
      .replace(/^\$1\$/, '');
  }

  /** undefined when the budget is used up. */
  fits(text: string): boolean | undefined {
    // A call costs something even for short texts.
    this.#left -= text.length + 200;
    if (this.#left < 0) return undefined;
    return hash('sha1', bytes(text)) === this.given.toLowerCase();
  }
}

/** Other digests than the SHA-1 in hexadecimal. */
const digests: readonly { says: string; digest(text: string, parts: Parts): string }[] = [
  { says: 'writes the SHA-1 in base64, not in hexadecimal', digest: (text) => hash('sha1', bytes(text), 'base64') },
  { says: 'uses SHA-256, not SHA-1', digest: (text) => hash('sha256', bytes(text)) },
  { says: 'uses MD5, not SHA-1', digest: (text) => hash('md5', bytes(text)) },
  {
    says: 'uses HMAC-SHA-1 with the application secret, not the SHA-1 of all parts',
    digest: (text, { secret }) => createHmac('sha1', secret).update(bytes(text)).digest('hex'),
  },
  {
    says: 'uses HMAC-SHA-1 with the application secret over the other parts, not the SHA-1 of all parts',
    digest: (text, { secret }) =>
      createHmac('sha1', secret)
        .update(bytes(text.slice(secret.length + 1)))
        .digest('hex'),
  },
];

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function* permutations(items: readonly string[]): Generator<string[]> {
  if (items.length <= 1) {
    yield [...items];
    return;
  }
  for (const [index, first] of items.entries()) {
    const rest = [...items.slice(0, index), ...items.slice(index + 1)];
    for (const others of permutations(rest)) yield [first, ...others];
  }
}
