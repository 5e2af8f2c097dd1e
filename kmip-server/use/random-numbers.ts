import { createHash, randomBytes } from 'node:crypto';

/**
 * RNG Retrieve and RNG Seed. KMIP 1.2 §4.35, §4.36. The numbers are the operating system's; what clients seed is mixed in,
 * so that it can only add to them.
 */
export class RandomNumbers {
  #seed = Buffer.alloc(0);
  #drawn = 0n;

  seed(data: Uint8Array): void {
    this.#seed = createHash('sha512').update(this.#seed).update(data).digest();
  }

  draw(count: number): Buffer {
    const bytes = randomBytes(count);
    if (this.#seed.length === 0) return bytes;
    const mask = createHash('shake256', { outputLength: count })
      .update(this.#seed)
      .update(String(++this.#drawn))
      .digest();
    for (const [at, byte] of mask.entries()) bytes[at] = (bytes[at] ?? 0) ^ byte;
    return bytes;
  }

  save(): SavedRandomNumbers {
    return { seed: this.#seed.toString('base64'), drawn: String(this.#drawn) };
  }

  restore({ seed, drawn }: SavedRandomNumbers): void {
    this.#seed = Buffer.from(seed, 'base64');
    this.#drawn = BigInt(drawn);
  }
}

/** What clients have mixed in; base64. */
export type SavedRandomNumbers = { readonly seed: string; readonly drawn: string };
