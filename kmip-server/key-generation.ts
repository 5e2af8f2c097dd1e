import { randomFillSync } from 'node:crypto';
import { CryptographicAlgorithm, enumName, KmipError, ResultReason } from '../kmip/index.ts';

interface Generator {
  /** Bits a client may ask for. */
  lengths: readonly number[];
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

const hmacLengths = [128, 160, 192, 224, 256, 384, 512];
const hmac: Generator = { lengths: hmacLengths, bytes: random };
const upTo256: Generator = { lengths: [128, 192, 256], bytes: random };

/** Symmetric algorithms that Create makes keys for. */
const generators = new Map<number, Generator>([
  [CryptographicAlgorithm.AES, upTo256],
  [CryptographicAlgorithm.Camellia, upTo256],
  // Two or three DES keys: 112 and 168 bits without parity (KMIP 1.1 §3.5), 16 and 24 bytes with it.
  [
    CryptographicAlgorithm.DES3,
    { lengths: [112, 128, 168, 192], bytes: (bits) => withOddParity(randomBytes(bits <= 128 ? 16 : 24)) },
  ],
  [CryptographicAlgorithm.HMAC_SHA1, hmac],
  [CryptographicAlgorithm.HMAC_SHA224, hmac],
  [CryptographicAlgorithm.HMAC_SHA256, hmac],
  [CryptographicAlgorithm.HMAC_SHA384, hmac],
  [CryptographicAlgorithm.HMAC_SHA512, hmac],
]);

/** Makes key material with the operating system's randomness. Throws Invalid Field for what cannot be made. */
export function generateKey(algorithm: number, bits: number): Buffer {
  const name = enumName('CryptographicAlgorithm', algorithm) ?? `algorithm ${algorithm}`;
  const generator = generators.get(algorithm);
  if (!generator) throw new KmipError(ResultReason.InvalidField, `Create cannot make a symmetric key for ${name}.`);
  if (!generator.lengths.includes(bits)) {
    const lengths = generator.lengths.join(', ');
    throw new KmipError(ResultReason.InvalidField, `${name} keys have a length of ${lengths} bits, not ${bits}.`);
  }
  return generator.bytes(bits);
}
