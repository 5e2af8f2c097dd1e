import type { RandomStream } from '../core/index.ts';

const rotate = (value: number, bits: number) => (value << bits) | (value >>> (32 - bits));
const hex8 = (value: number) => (value >>> 0).toString(16).padStart(8, '0');

/**
 * Version 4 UUIDs (RFC 9562 §5.4) from a small generator (xoshiro128++) that the stream seeds: a draw of the stream for
 * each would cost as much as the rest of Create. Identifiers are no secret, so they need no stronger one.
 */
export function uuidSource(stream: RandomStream): () => string {
  const seed = stream.hex(32);
  // A state of zeros would never leave zero.
  let [a, b, c, d] = [0, 8, 16, 24].map((at) => Number.parseInt(seed.slice(at, at + 8), 16) | 1) as [
    number,
    number,
    number,
    number,
  ];
  const next = () => {
    const result = (rotate((a + d) | 0, 7) + a) | 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
  return () => {
    const first = hex8(next());
    // Version 4, and the two highest bits of the variant are 10.
    const second = hex8((next() & ~0xf000) | 0x4000);
    const third = hex8((next() & 0x3fff_ffff) | 0x8000_0000);
    return `${first}-${second.slice(0, 4)}-${second.slice(4)}-${third.slice(0, 4)}-${third.slice(4)}${hex8(next())}`;
  };
}
