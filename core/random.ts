import { createHash, type Hash, randomBytes } from 'node:crypto';

/** A stream of reproducible random values. Not for keys: key material comes from node:crypto. */
export interface RandomStream {
  /** A number in [0, 1). */
  next(): number;
  /** An integer in [0, bound). */
  integer(bound: number): number;
  /** `length` lower-case hexadecimal digits. */
  hex(length: number): string;
  /** A version 4 UUID in lower case. */
  uuid(): string;
  /** `length` characters of [A-Za-z0-9], the form of OVH's keys and tokens. */
  alphanumeric(length: number): string;
}

/** Seeded random streams, one for each purpose, so that a new use never changes the values of another. */
export interface Random {
  readonly seed: string;
  stream(purpose: string): RandomStream;
  /** A number in [0, 1) that depends on nothing but the seed and the parts. */
  draw(...parts: (string | number)[]): number;
  /** Bytes that depend on nothing but the seed and the parts. */
  bytes(length: number, ...parts: (string | number)[]): Buffer;
  /** How many bytes each stream has given, by purpose. */
  save(): Readonly<Record<string, number>>;
  /** Puts every stream where it was when the state was saved; the seed must be the same. */
  restore(state: Readonly<Record<string, number>>): void;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** How much of a stream is drawn at once: enough to make a single draw cheap. */
const blockBytes = 1_024;

function absorb(hash: Hash, ...parts: (string | number)[]): Hash {
  // Lengths keep ("a", "bc") and ("ab", "c") apart.
  for (const part of parts) hash.update(`${String(part).length}:${part};`);
  return hash;
}

function fraction(bytes: Buffer, offset: number): number {
  return bytes.readUIntBE(offset, 6) / 2 ** 48;
}

class HashStream implements RandomStream {
  readonly #seed: string;
  readonly #purpose: string;
  #block: Buffer = Buffer.alloc(0);
  #offset = 0;
  #counter = 0;

  constructor(seed: string, purpose: string) {
    this.#seed = seed;
    this.#purpose = purpose;
  }

  /** How many bytes were taken. */
  get position(): number {
    return this.#counter * blockBytes - (this.#block.length - this.#offset);
  }

  set position(position: number) {
    if (position === this.position) return;
    this.#counter = Math.floor(position / blockBytes);
    this.#block = Buffer.alloc(0);
    this.#offset = 0;
    this.#take(position % blockBytes);
  }

  #take(count: number): Buffer {
    if (this.#offset + count > this.#block.length) {
      const blocks = [this.#block.subarray(this.#offset)];
      for (let have = blocks[0]!.length; have < count; have += blockBytes) {
        const hash = createHash('shake256', { outputLength: blockBytes });
        blocks.push(absorb(hash, 'stream', this.#seed, this.#purpose, this.#counter++).digest());
      }
      this.#block = Buffer.concat(blocks);
      this.#offset = 0;
    }
    this.#offset += count;
    return this.#block.subarray(this.#offset - count, this.#offset);
  }

  next(): number {
    return fraction(this.#take(6), 0);
  }

  integer(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  hex(length: number): string {
    return this.#take(Math.ceil(length / 2))
      .toString('hex')
      .slice(0, length);
  }

  uuid(): string {
    const bytes = this.#take(16);
    const hex = bytes.toString('hex');
    // RFC 9562 §5.4: version 4; variant 10 in the two highest bits of byte 8.
    const variant = '89ab'[(bytes[8]! >> 4) & 3];
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  alphanumeric(length: number): string {
    let text = '';
    for (let i = 0; i < length; i++) text += alphabet[this.integer(alphabet.length)];
    return text;
  }
}

/** Seeded randomness. Without a seed the operating system gives one; print `seed` so that a run can be repeated. */
export function createRandom(seed: string = randomBytes(8).toString('hex')): Random {
  const streams = new Map<string, HashStream>();
  const streamOf = (purpose: string) => {
    let stream = streams.get(purpose);
    if (!stream) {
      stream = new HashStream(seed, purpose);
      streams.set(purpose, stream);
    }
    return stream;
  };
  return {
    seed,
    stream: streamOf,
    draw: (...parts) => fraction(absorb(createHash('sha256'), 'draw', seed, ...parts).digest(), 0),
    bytes: (length, ...parts) =>
      absorb(createHash('shake256', { outputLength: length }), 'bytes', seed, ...parts).digest(),
    save: () => Object.fromEntries(Array.from(streams, ([purpose, { position }]) => [purpose, position])),
    restore(state) {
      for (const purpose of Object.keys(state)) streamOf(purpose);
      for (const [purpose, stream] of streams) stream.position = state[purpose] ?? 0;
    },
  };
}
