/** New key pairs for Create Key Pair and Re-key Key Pair. KMIP 1.1 §4.2 */
import { generateKeyPair as generate, generateKeyPairSync as generateSync, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { CryptographicAlgorithm } from '../../kmip/index.ts';
import { curveBits, curveName, curveOfLength } from './curves.ts';
import { computing, cryptographicFailure, invalidField, refuseValue } from './not-supported.ts';

/** What a client asks for. */
export interface KeyPairRequest {
  algorithm: number;
  /** Cryptographic Length in bits; for keys on a curve the curve says it. */
  length?: number | undefined;
  /** Cryptographic Domain Parameters: bits of DSA's q, and the curve. */
  qlength?: number | undefined;
  recommendedCurve?: number | undefined;
}

export interface GeneratedKeyPair {
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** Cryptographic Length in bits. */
  length: number;
}

type Wanted =
  | { type: 'rsa'; length: number; options: { modulusLength: number; publicExponent: number } }
  | { type: 'dsa'; length: number; options: { modulusLength: number; divisorLength: number } }
  | { type: 'dh'; length: number; options: { group: string } }
  | { type: 'ec'; length: number; options: { namedCurve: string } };

const rsaLengths = [1024, 1536, 2048, 3072, 4096];
// FIPS 186-4 §4.2: lengths of p with those of q.
const dsaLengths = new Map([
  [1024, [160]],
  [2048, [224, 256]],
  [3072, [256]],
]);
// RFC 2409 §6.2, RFC 3526
const dhGroups = new Map([
  [1024, 'modp2'],
  [1536, 'modp5'],
  [2048, 'modp14'],
  [3072, 'modp15'],
  [4096, 'modp16'],
  [6144, 'modp17'],
  [8192, 'modp18'],
]);

function wrongLength(name: string, lengths: Iterable<number>, length: number | undefined): never {
  const usable = [...lengths].join(', ');
  if (length === undefined) return invalidField(`${name} keys need a Cryptographic Length: ${usable} bits.`);
  return invalidField(`${name} keys have a length of ${usable} bits, not ${length}.`);
}

function dsa(length: number | undefined, qlength: number | undefined): Wanted {
  const divisors = dsaLengths.get(length ?? 0);
  if (length === undefined || !divisors) return wrongLength('DSA', dsaLengths.keys(), length);
  const divisorLength = qlength ?? divisors.at(-1) ?? 0;
  if (!divisors.includes(divisorLength)) {
    invalidField(`With ${length} bits the Qlength of DSA is ${divisors.join(' or ')}, not ${divisorLength}.`);
  }
  return { type: 'dsa', length, options: { modulusLength: length, divisorLength } };
}

function ec({ length, recommendedCurve }: KeyPairRequest): Wanted {
  if (recommendedCurve === undefined && length === undefined) {
    return invalidField('Keys on a curve need a Recommended Curve or a Cryptographic Length.');
  }
  const namedCurve = curveName(recommendedCurve ?? curveOfLength(length ?? 0));
  const bits = curveBits(namedCurve);
  if (length !== undefined && length !== bits) {
    invalidField(`Keys on the Recommended Curve have a length of ${bits} bits, not ${length}.`);
  }
  return { type: 'ec', length: bits, options: { namedCurve } };
}

function wantedOf(request: KeyPairRequest): Wanted {
  const { algorithm, length, qlength } = request;
  switch (algorithm) {
    case CryptographicAlgorithm.RSA:
      if (length === undefined || !rsaLengths.includes(length)) return wrongLength('RSA', rsaLengths, length);
      return { type: 'rsa', length, options: { modulusLength: length, publicExponent: 0x10001 } };
    case CryptographicAlgorithm.DSA:
      return dsa(length, qlength);
    case CryptographicAlgorithm.DH: {
      const group = dhGroups.get(length ?? 0);
      if (length === undefined || group === undefined) return wrongLength('DH', dhGroups.keys(), length);
      return { type: 'dh', length, options: { group } };
    }
    case CryptographicAlgorithm.ECDSA:
    case CryptographicAlgorithm.ECDH:
    case CryptographicAlgorithm.EC:
      return ec(request);
    default:
      return refuseValue('CryptographicAlgorithm', algorithm, 'to make a key pair');
  }
}

const failed = 'The key pair could not be made.';

interface Pair {
  privateKey: KeyObject;
  publicKey: KeyObject;
}
// The overloads of node:crypto want a literal type each; `Wanted` pairs each type with its options.
const inBackground = promisify(generate) as unknown as (type: string, options: object) => Promise<Pair>;
const atOnce = generateSync as unknown as (type: string, options: object) => Pair;

/**
 * Makes a key pair in the background. Rejects with Invalid Field for lengths and curves that cannot be, Feature Not
 * Supported for algorithms that node:crypto lacks, Cryptographic Failure.
 */
export async function generateKeyPair(request: KeyPairRequest): Promise<GeneratedKeyPair> {
  const { type, options, length } = wantedOf(request);
  try {
    return { ...(await inBackground(type, options)), length };
  } catch {
    return cryptographicFailure(failed);
  }
}

/** The same, at once: RSA and DSA keys keep the process busy for up to seconds. Throws. */
export function generateKeyPairSync(request: KeyPairRequest): GeneratedKeyPair {
  const { type, options, length } = wantedOf(request);
  return { ...computing(failed, () => atOnce(type, options)), length };
}
