import { randomFillSync } from 'node:crypto';
import {
  CryptographicAlgorithm,
  enumName,
  KeyFormatType,
  KmipError,
  type ManagedObject,
  ObjectType,
  ResultReason,
} from '../../kmip/index.ts';

/** Bits that a key may have: certain lengths, or every whole byte from the first to the last. */
type Lengths = readonly number[] | { least: number; most: number };

interface Generator {
  lengths: Lengths;
  bytes(bits: number): Buffer;
}

/** Drawn ahead: one call of the operating system for many keys, because each call costs more than the key. */
const pool = Buffer.allocUnsafeSlow(4096);
let poolUsed = pool.length;

/** Bytes from the operating system's randomness, each handed out once. */
function randomBytes(count: number): Buffer {
  if (poolUsed + count > pool.length) {
    randomFillSync(pool);
    poolUsed = 0;
  }
  const end = poolUsed + count;
  // A copy on memory of its own, which can be overwritten when the key is destroyed.
  const bytes = Buffer.from(pool.subarray(poolUsed, end));
  pool.fill(0, poolUsed, end);
  poolUsed = end;
  return bytes;
}

const random = (bits: number) => randomBytes(bits / 8);

/** FIPS 46-3: the lowest bit of each byte makes its parity odd. */
function withOddParity(key: Buffer): Buffer {
  for (const [index, byte] of key.entries()) {
    let ones = 0;
    for (let bits = byte >> 1; bits > 0; bits >>= 1) ones += bits & 1;
    key[index] = (byte & 0xfe) | (ones % 2 === 0 ? 1 : 0);
  }
  return key;
}

const exactly = (...lengths: number[]): Generator => ({ lengths, bytes: random });
const between = (least: number, most: number): Generator => ({ lengths: { least, most }, bytes: random });
// RFC 2104 §3: any length; the bounds are assumed.
const hmac = between(64, 4096);
const upTo256 = exactly(128, 192, 256);

/**
 * Symmetric algorithms that Create makes keys for. A key is chance and needs no cipher, so keys of ciphers that the server
 * cannot use itself are made, too (OASIS SKFF-O-1: SKIPJACK). Lengths are those of the ciphers' own definitions.
 */
const generators = new Map<number, Generator>([
  [CryptographicAlgorithm.AES, upTo256],
  [CryptographicAlgorithm.Camellia, upTo256],
  [CryptographicAlgorithm.Twofish, upTo256],
  // DES keys have 7 bits of key in each byte: lengths without parity (KMIP 1.1 §3.5) and with it.
  [CryptographicAlgorithm.DES, { lengths: [56, 64], bytes: () => withOddParity(randomBytes(8)) }],
  [
    CryptographicAlgorithm.DES3,
    { lengths: [112, 128, 168, 192], bytes: (bits) => withOddParity(randomBytes(bits <= 128 ? 16 : 24)) },
  ],
  [CryptographicAlgorithm.IDEA, exactly(128)],
  [CryptographicAlgorithm.SKIPJACK, exactly(80)],
  [CryptographicAlgorithm.Blowfish, between(32, 448)],
  [CryptographicAlgorithm.CAST5, between(40, 128)],
  [CryptographicAlgorithm.MARS, between(128, 448)],
  [CryptographicAlgorithm.RC2, between(8, 1024)],
  [CryptographicAlgorithm.RC4, between(40, 2048)],
  [CryptographicAlgorithm.RC5, between(8, 2040)],
  [CryptographicAlgorithm.OneTimePad, between(8, 32_768)],
  [CryptographicAlgorithm.ChaCha20, exactly(128, 256)],
  [CryptographicAlgorithm.Poly1305, exactly(256)],
  [CryptographicAlgorithm.ChaCha20Poly1305, exactly(256)],
  [CryptographicAlgorithm.HMAC_MD5, hmac],
  [CryptographicAlgorithm.HMAC_SHA1, hmac],
  [CryptographicAlgorithm.HMAC_SHA224, hmac],
  [CryptographicAlgorithm.HMAC_SHA256, hmac],
  [CryptographicAlgorithm.HMAC_SHA384, hmac],
  [CryptographicAlgorithm.HMAC_SHA512, hmac],
  [CryptographicAlgorithm.HMAC_SHA3_224, hmac],
  [CryptographicAlgorithm.HMAC_SHA3_256, hmac],
  [CryptographicAlgorithm.HMAC_SHA3_384, hmac],
  [CryptographicAlgorithm.HMAC_SHA3_512, hmac],
]);

function mayHave(lengths: Lengths, bits: number): boolean {
  if (!('least' in lengths)) return lengths.includes(bits);
  return bits >= lengths.least && bits <= lengths.most && bits % 8 === 0;
}

function lengthsText(lengths: Lengths): string {
  return 'least' in lengths ? `${lengths.least} to ${lengths.most} bits, in whole bytes` : `${lengths.join(', ')} bits`;
}

/** Makes key material with the operating system's randomness. Throws Invalid Field for what cannot be made. */
export function generateKey(algorithm: number, bits: number): Buffer {
  const name = enumName('CryptographicAlgorithm', algorithm) ?? `algorithm ${algorithm}`;
  const generator = generators.get(algorithm);
  if (!generator)
    throw new KmipError(ResultReason.InvalidField, `${name} has no symmetric keys that the server could make.`);
  if (!mayHave(generator.lengths, bits)) {
    const lengths = lengthsText(generator.lengths);
    throw new KmipError(ResultReason.InvalidField, `${name} keys have a length of ${lengths}, not ${bits}.`);
  }
  return generator.bytes(bits);
}

/** A new symmetric key as it is stored. Throws as {@link generateKey}. */
export function newSymmetricKey(algorithm: number, bits: number): ManagedObject {
  return symmetricKey(generateKey(algorithm, bits), algorithm, bits);
}

/** A symmetric key of given bytes, which it keeps. */
export function symmetricKey(keyMaterial: Buffer, algorithm: number, bits: number): ManagedObject {
  return {
    objectType: ObjectType.SymmetricKey,
    keyBlock: {
      keyFormatType: KeyFormatType.Raw,
      keyValue: { keyMaterial, attributes: [] },
      cryptographicAlgorithm: algorithm,
      cryptographicLength: bits,
    },
  };
}
