/** The fields that polynomial sharing computes in. KMIP 1.2 §2.2.5 */

/** A finite field, its elements as numbers. */
export interface Field<T> {
  add(left: T, right: T): T;
  subtract(left: T, right: T): T;
  multiply(left: T, right: T): T;
  /** Throws a RangeError for zero. */
  inverse(value: T): T;
}

const xor = (left: number, right: number) => left ^ right;

/** Multiplication of polynomials over GF(2) modulo one of degree 8. */
function multiplyBytes(left: number, right: number, polynomial: number): number {
  let product = 0;
  let shifted = left;
  for (let bits = right; bits > 0; bits >>= 1) {
    if (bits & 1) product ^= shifted;
    shifted <<= 1;
    if (shifted & 0x100) shifted ^= polynomial;
  }
  return product;
}

/** The inverse of each element; zero for zero. */
function inverseTable(polynomial: number): Uint8Array {
  const inverses = new Uint8Array(256);
  for (let left = 1; left < 256; left++) {
    for (let right = left; right < 256 && inverses[left] === 0; right++) {
      if (multiplyBytes(left, right, polynomial) !== 1) continue;
      inverses[left] = right;
      inverses[right] = left;
    }
  }
  return inverses;
}

function byteField(polynomial: number): Field<number> {
  // Made when it is first needed: few servers ever share a key.
  let inverses: Uint8Array | undefined;
  return {
    add: xor,
    subtract: xor,
    multiply: (left, right) => multiplyBytes(left, right, polynomial),
    inverse(value) {
      if (value === 0) throw new RangeError('zero has no inverse');
      inverses ??= inverseTable(polynomial);
      return inverses[value] ?? 0;
    },
  };
}

/** Modulo x^8 + x^4 + x^3 + x^2 + 1: the parts in OASIS TC-SJ-3 make their key in this field, not in that of AES. */
export const gf8 = byteField(0x11d);

/** That of AES (FIPS 197 §4): modulo x^8 + x^4 + x^3 + x + 1. */
const aesField = byteField(0x11b);

/** GF(2^16) is GF(2^8)[y] modulo y^2 + y + m over the field of AES. */
const m = 0x3a;

/** Elements uy + v are numbers with u in the high byte. */
export const gf16: Field<number> = {
  add: xor,
  subtract: xor,
  multiply(left, right) {
    const [r, s, u, v] = [left >> 8, left & 0xff, right >> 8, right & 0xff];
    const squares = aesField.multiply(r, u);
    const lowest = aesField.multiply(s, v);
    // y^2 = y + m
    const high = aesField.multiply(r ^ s, u ^ v) ^ lowest;
    return (high << 8) | (aesField.multiply(squares, m) ^ lowest);
  },
  inverse(value) {
    const [u, v] = [value >> 8, value & 0xff];
    const norm = aesField.multiply(u ^ v, v) ^ aesField.multiply(aesField.multiply(u, u), m);
    const reciprocal = aesField.inverse(norm);
    return (aesField.multiply(u, reciprocal) << 8) | aesField.multiply(u ^ v, reciprocal);
  },
};

/** The integers modulo a prime. */
export function primeField(prime: bigint, inverse: (value: bigint, modulus: bigint) => bigint): Field<bigint> {
  const reduced = (value: bigint) => ((value % prime) + prime) % prime;
  return {
    add: (left, right) => reduced(left + right),
    subtract: (left, right) => reduced(left - right),
    multiply: (left, right) => reduced(left * right),
    inverse: (value) => inverse(value, prime),
  };
}
