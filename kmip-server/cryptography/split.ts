/** Create Split Key and Join Split Key. KMIP 1.2 §2.2.5, §4.38, §4.39 */
import { checkPrimeSync, randomBytes } from 'node:crypto';
import { SplitKeyMethod } from '../../kmip/index.ts';
import { unsignedBytes, unsignedNumber } from './der.ts';
import { type Field, gf8, gf16, primeField } from './galois-field.ts';
import { cryptographicFailure, invalidField, refuseValue } from './not-supported.ts';
import { modularInverse } from './rsa-numbers.ts';

/** How a key is split: what all parts of it say. */
export interface SplitDescription {
  splitKeyParts: number;
  splitKeyThreshold: number;
  splitKeyMethod: number;
  /** For Polynomial Sharing Prime Field. */
  primeFieldSize?: bigint | undefined;
}

/** One part; its number is the point at which the polynomial was taken. */
export interface KeyPart {
  /** From 1 on. */
  keyPartIdentifier: number;
  keyMaterial: Buffer;
}

const mostParts = 255;

function checkDescription({ splitKeyParts: parts, splitKeyThreshold: threshold }: SplitDescription): void {
  if (parts < 2 || parts > mostParts) invalidField(`A key is split into 2 to ${mostParts} parts, not ${parts}.`);
  if (threshold < 2 || threshold > parts) {
    invalidField(`The Split Key Threshold must be 2 to ${parts} (the Split Key Parts), not ${threshold}.`);
  }
}

/** How a polynomial method cuts bytes into elements of its field. */
interface Sharing<T> {
  field: Field<T>;
  point(identifier: number): T;
  toElements(bytes: Buffer): T[];
  fromElements(elements: readonly T[]): Buffer;
  random(): T;
}

const bytewise: Sharing<number> = {
  field: gf8,
  point: (identifier) => identifier,
  toElements: (bytes) => [...bytes],
  fromElements: (elements) => Buffer.from(elements),
  random: () => randomBytes(1).readUInt8(),
};

const pairwise: Sharing<number> = {
  field: gf16,
  point: (identifier) => identifier,
  toElements(bytes) {
    if (bytes.length % 2 !== 0) invalidField('Polynomial Sharing GF(2^16) splits keys of whole pairs of bytes.');
    return Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readUInt16BE(at * 2));
  },
  fromElements(elements) {
    const bytes = Buffer.alloc(elements.length * 2);
    for (const [at, element] of elements.entries()) bytes.writeUInt16BE(element, at * 2);
    return bytes;
  },
  random: () => randomBytes(2).readUInt16BE(),
};

function byteLength(value: bigint): number {
  return unsignedBytes(value).length;
}

/** Parts are numbers of the field, written with as many bytes as the prime has. */
function primewise(prime: bigint): Sharing<bigint> {
  return {
    field: primeField(prime, modularInverse),
    point: BigInt,
    toElements: (bytes) => [unsignedNumber(bytes)],
    fromElements: ([element = 0n]) => unsignedBytes(element, byteLength(prime)),
    // 16 bytes more than the prime has: the remainder is as good as evenly drawn.
    random: () => unsignedNumber(randomBytes(byteLength(prime) + 16)) % prime,
  };
}

function splitBy<T>(sharing: Sharing<T>, secret: Buffer, description: SplitDescription): KeyPart[] {
  const { field } = sharing;
  const polynomials = sharing
    .toElements(secret)
    .map((element) => [element, ...Array.from({ length: description.splitKeyThreshold - 1 }, sharing.random)]);
  return Array.from({ length: description.splitKeyParts }, (_, place) => {
    const x = sharing.point(place + 1);
    const values = polynomials.map((coefficients) =>
      coefficients.reduceRight((sum, coefficient) => field.add(field.multiply(sum, x), coefficient)),
    );
    return { keyPartIdentifier: place + 1, keyMaterial: sharing.fromElements(values) };
  });
}

/** Lagrange's interpolation at zero. */
function joinBy<T>(sharing: Sharing<T>, parts: readonly KeyPart[]): Buffer {
  const { field } = sharing;
  const points = parts.map(({ keyPartIdentifier }) => sharing.point(keyPartIdentifier));
  const weights = points.map((own, place) =>
    points
      .filter((_, other) => other !== place)
      .map((other) => field.multiply(other, field.inverse(field.subtract(other, own))))
      .reduce((product, factor) => field.multiply(product, factor)),
  );
  const values = parts.map(({ keyMaterial }) => sharing.toElements(keyMaterial));
  const elements = (values[0] ?? []).map((_, at) =>
    weights
      .map((weight, place) => field.multiply(weight, values[place]?.[at] as T))
      .reduce((sum, term) => field.add(sum, term)),
  );
  return sharing.fromElements(elements);
}

function xored(parts: readonly Buffer[]): Buffer {
  const [first = Buffer.alloc(0), ...rest] = parts;
  return rest.reduce((sum, part) => Buffer.from(sum.map((byte, at) => byte ^ (part[at] ?? 0))), first);
}

function splitByXor(secret: Buffer, { splitKeyParts, splitKeyThreshold }: SplitDescription): KeyPart[] {
  if (splitKeyThreshold !== splitKeyParts)
    invalidField('With XOR all parts are needed: threshold and parts are equal.');
  const random = Array.from({ length: splitKeyParts - 1 }, () => randomBytes(secret.length));
  return [...random, xored([secret, ...random])].map((keyMaterial, place) => ({
    keyPartIdentifier: place + 1,
    keyMaterial,
  }));
}

/** Bits of the largest prime that is searched or tested; longer ones would keep the server busy. */
const mostPrimeBits = 2112n;

/** The prime to split a secret of `bits` in when the client names none: the first one above 2^bits. */
function primeAbove(bits: number): bigint {
  let candidate = (1n << BigInt(bits)) + 1n;
  while (!checkPrimeSync(candidate)) candidate += 2n;
  return candidate;
}

function usablePrime(prime: bigint): boolean {
  return prime > 2n && prime >> mostPrimeBits === 0n && checkPrimeSync(prime);
}

/**
 * Splits key material into parts, of which the threshold makes it again. `primeFieldSize` of the answer is the one that
 * was used, if one was. Throws Invalid Field for numbers of parts, methods or primes that make no sense.
 */
export function splitKey(secret: Buffer, description: SplitDescription): { parts: KeyPart[]; primeFieldSize?: bigint } {
  checkDescription(description);
  if (secret.length === 0) invalidField('There is nothing to split.');
  switch (description.splitKeyMethod) {
    case SplitKeyMethod.XOR:
      return { parts: splitByXor(secret, description) };
    case SplitKeyMethod.PolynomialSharingGF2_8:
      return { parts: splitBy(bytewise, secret, description) };
    case SplitKeyMethod.PolynomialSharingGF2_16:
      return { parts: splitBy(pairwise, secret, description) };
    case SplitKeyMethod.PolynomialSharingPrimeField: {
      const bits = secret.length * 8;
      if (bits > Number(mostPrimeBits) - 64) invalidField('The key is too long for Polynomial Sharing Prime Field.');
      const prime = description.primeFieldSize ?? primeAbove(bits);
      if (!usablePrime(prime) || prime >> BigInt(bits) === 0n) {
        invalidField(`The Prime Field Size must be a prime above 2^${bits}.`);
      }
      return { parts: splitBy(primewise(prime), secret, description), primeFieldSize: prime };
    }
    default:
      return refuseValue('SplitKeyMethod', description.splitKeyMethod, 'by this server');
  }
}

/** Different parts of one length, as many as are needed. OASIS TC-SJ-1, TC-SJ-3, TC-SJ-4 expect Cryptographic Failure. */
function checkParts(parts: readonly KeyPart[], { splitKeyThreshold, splitKeyParts }: SplitDescription): void {
  if (splitKeyThreshold < 2) cryptographicFailure('The Split Key Threshold of the parts is below 2.');
  const identifiers = new Set(parts.map(({ keyPartIdentifier }) => keyPartIdentifier));
  if (identifiers.size !== parts.length) cryptographicFailure('One part of the key was given twice.');
  if (parts.some(({ keyPartIdentifier: id }) => id < 1 || id > splitKeyParts)) {
    cryptographicFailure('The Key Part Identifier of a part is not one of the Split Key Parts.');
  }
  if (parts.length < splitKeyThreshold) {
    cryptographicFailure(`${parts.length} parts were given; ${splitKeyThreshold} are needed to make the key again.`);
  }
  const length = parts[0]?.keyMaterial.length;
  if (parts.some(({ keyMaterial }) => keyMaterial.length !== length)) {
    cryptographicFailure('The parts have different lengths: they are not of one key.');
  }
}

/**
 * The secret of a prime field is a number below 2^L, where the prime is above 2^L: without `length` it has the most whole
 * bytes that fit below the prime.
 */
function joinInPrimeField(parts: readonly KeyPart[], prime: bigint | undefined, length: number | undefined): Buffer {
  if (prime === undefined || !usablePrime(prime))
    return invalidField('The parts lack a Prime Field Size that is prime.');
  const number = unsignedNumber(joinBy(primewise(prime), parts));
  const bytes = length ?? Math.floor((prime.toString(2).length - 1) / 8);
  if (byteLength(number) > bytes) return cryptographicFailure('The parts do not make a key of this length.');
  return unsignedBytes(number, bytes);
}

/**
 * Makes the key material again from parts with one description. Where more than the threshold are given, the first ones
 * are taken. `length`: bytes of the key, where they are known (Polynomial Sharing Prime Field alone needs them).
 * Throws Cryptographic Failure for too few parts, equal ones, or parts that do not belong together.
 */
export function joinKey(parts: readonly KeyPart[], description: SplitDescription, length?: number): Buffer {
  checkParts(parts, description);
  const needed = parts.slice(0, description.splitKeyThreshold);
  switch (description.splitKeyMethod) {
    case SplitKeyMethod.XOR:
      if (parts.length !== description.splitKeyParts) cryptographicFailure('With XOR all parts are needed.');
      return xored(parts.map(({ keyMaterial }) => keyMaterial));
    case SplitKeyMethod.PolynomialSharingGF2_8:
      return joinBy(bytewise, needed);
    case SplitKeyMethod.PolynomialSharingGF2_16:
      return joinBy(pairwise, needed);
    case SplitKeyMethod.PolynomialSharingPrimeField:
      return joinInPrimeField(needed, description.primeFieldSize, length);
    default:
      return refuseValue('SplitKeyMethod', description.splitKeyMethod, 'by this server');
  }
}
