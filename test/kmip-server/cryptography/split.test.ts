import { describe, expect, it } from 'vitest';
import { SplitKeyMethod } from '../../../kmip/index.ts';
import { joinKey, splitKey } from '../../../kmip-server/cryptography/split.ts';
import { hasOasisCases, oasisBytes, SKIPPED } from './oasis-case.ts';
import { hex, reasonOf } from './refusal.ts';

const secret = hex('0102030405060708090a0b0c0d0e0f10');
const { XOR, PolynomialSharingGF2_8, PolynomialSharingGF2_16, PolynomialSharingPrimeField } = SplitKeyMethod;

function described(splitKeyMethod: number, splitKeyParts = 5, splitKeyThreshold = 3, primeFieldSize?: bigint) {
  return { splitKeyMethod, splitKeyParts, splitKeyThreshold, primeFieldSize };
}

describe('split and join', () => {
  it.each([
    ['GF(2^8)', PolynomialSharingGF2_8],
    ['GF(2^16)', PolynomialSharingGF2_16],
    ['a prime field', PolynomialSharingPrimeField],
  ])('any three of five parts make the key again: %s', (_name, method) => {
    const { parts, primeFieldSize } = splitKey(secret, described(method));
    expect(parts.map(({ keyPartIdentifier }) => keyPartIdentifier)).toEqual([1, 2, 3, 4, 5]);
    const description = described(method, 5, 3, primeFieldSize);
    for (const [a, b, c] of [
      [0, 1, 2],
      [4, 2, 0],
      [3, 1, 4],
    ] as const) {
      const some = [parts[a], parts[b], parts[c]].filter((part) => part !== undefined);
      expect(joinKey(some, description)).toEqual(secret);
    }
    expect(joinKey(parts, description)).toEqual(secret);
    expect(reasonOf(() => joinKey(parts.slice(0, 2), description))).toBe('Cryptographic Failure');
    expect(
      reasonOf(() =>
        joinKey(
          [0, 1, 1].flatMap((at) => parts[at] ?? []),
          description,
        ),
      ),
    ).toBe('Cryptographic Failure');
  });

  it('keeps the zeros that a key begins with', () => {
    const key = Buffer.alloc(16);
    const { parts, primeFieldSize } = splitKey(key, described(PolynomialSharingPrimeField, 2, 2));
    const description = described(PolynomialSharingPrimeField, 2, 2, primeFieldSize);
    expect(joinKey(parts, description)).toEqual(key);
    expect(joinKey(parts, description, 16)).toEqual(key);
  });

  it('takes the Prime Field Size of a client', () => {
    // 2^521 - 1 is a Mersenne prime.
    const prime = 2n ** 521n - 1n;
    const { parts, primeFieldSize } = splitKey(secret, described(PolynomialSharingPrimeField, 3, 2, prime));
    expect(primeFieldSize).toBe(prime);
    expect(parts[0]?.keyMaterial.length).toBe(66);
    expect(joinKey(parts.slice(1), described(PolynomialSharingPrimeField, 3, 2, prime), 16)).toEqual(secret);
    const small = described(PolynomialSharingPrimeField, 3, 2, 2n ** 127n - 1n);
    expect(reasonOf(() => splitKey(secret, small))).toBe('Invalid Field');
    const composite = described(PolynomialSharingPrimeField, 3, 2, 2n ** 200n);
    expect(reasonOf(() => splitKey(secret, composite))).toBe('Invalid Field');
  });

  it.each([
    ['one part', described(PolynomialSharingGF2_8, 1, 1)],
    ['256 parts', described(PolynomialSharingGF2_8, 256, 3)],
    ['a threshold above the parts', described(PolynomialSharingGF2_8, 3, 4)],
    ['a threshold of one', described(PolynomialSharingGF2_8, 3, 1)],
    ['XOR of some', described(XOR, 4, 3)],
    ['an unknown method', described(0x77)],
  ])('refuses %s', (_name, description) => {
    expect(reasonOf(() => splitKey(secret, description))).toBe('Invalid Field');
  });

  it('refuses an odd number of bytes in GF(2^16)', () => {
    expect(reasonOf(() => splitKey(secret.subarray(1), described(PolynomialSharingGF2_16)))).toBe('Invalid Field');
  });
});

describe('known parts', () => {
  const part = (keyPartIdentifier: number, text: string) => ({ keyPartIdentifier, keyMaterial: hex(text) });

  // The polynomial [ab34, c219, c2e0] of an independent implementation (Campbell, KMIP-SplitKey), with u before v.
  it('GF(2^16)', () => {
    const parts = [part(1, 'cdab'), part(2, 'ab11'), part(3, '5211'), part(4, 'd21a'), part(5, '2b1a')];
    for (const [a, b, c] of [
      [0, 1, 4],
      [1, 2, 3],
      [3, 0, 2],
    ] as const) {
      const some = [parts[a], parts[b], parts[c]].filter((one) => one !== undefined);
      expect(joinKey(some, described(PolynomialSharingGF2_16))).toEqual(hex('34ab'));
    }
  });

  it('a prime field: 42 + 62x + 32x² modulo 101', () => {
    const parts = [part(1, '23'), part(4, '5f'), part(5, '29')];
    expect(joinKey(parts, described(PolynomialSharingPrimeField, 5, 3, 101n), 1)).toEqual(hex('2a'));
  });

  it.skipIf(!hasOasisCases)(`OASIS TC-SJ-3-12: GF(2^8) (${SKIPPED})`, () => {
    const parts = oasisBytes('v1.2/TC_SJ_3_12_Join_Split_Keys.xml', 'KeyMaterial').map((keyMaterial, place) => ({
      keyPartIdentifier: place + 1,
      keyMaterial,
    }));
    const description = described(PolynomialSharingGF2_8, 4, 2);
    const four = parts.slice(0, 4);
    for (const one of four) {
      for (const other of four) {
        if (one !== other) expect(joinKey([one, other], description)).toEqual(parts[4]?.keyMaterial);
      }
    }
    expect(reasonOf(() => joinKey(four.slice(2, 3), description))).toBe('Cryptographic Failure');
  });

  it('XOR by hand, and split into four', () => {
    const parts = [part(1, 'f0f0'), part(2, '0ff0'), part(3, '00ff')];
    expect(joinKey(parts, described(XOR, 3, 3))).toEqual(hex('ffff'));
    const made = splitKey(secret, described(XOR, 4, 4)).parts;
    expect(joinKey(made.toReversed(), described(XOR, 4, 4))).toEqual(secret);
    expect(reasonOf(() => joinKey(made.slice(1), described(XOR, 4, 4)))).toBe('Cryptographic Failure');
    const short = [part(1, 'f0f0'), part(2, '0f'), part(3, '00ff')];
    expect(reasonOf(() => joinKey(short, described(XOR, 3, 3)))).toBe('Cryptographic Failure');
  });
});
