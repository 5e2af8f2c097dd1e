import { createHash, type Hash } from 'node:crypto';
import { type CryptographicParameters, HashingAlgorithm } from '../../kmip/index.ts';
import { invalidField, refuseValue } from './not-supported.ts';

/** The Hashing Algorithms, with node:crypto's names. */
export const digestNames: ReadonlyMap<number, string> = new Map([
  [HashingAlgorithm.MD5, 'md5'],
  [HashingAlgorithm.SHA_1, 'sha1'],
  [HashingAlgorithm.SHA_224, 'sha224'],
  [HashingAlgorithm.SHA_256, 'sha256'],
  [HashingAlgorithm.SHA_384, 'sha384'],
  [HashingAlgorithm.SHA_512, 'sha512'],
  [HashingAlgorithm.RIPEMD_160, 'ripemd160'],
  [HashingAlgorithm.SHA_512_224, 'sha512-224'],
  [HashingAlgorithm.SHA_512_256, 'sha512-256'],
  [HashingAlgorithm.SHA_3_224, 'sha3-224'],
  [HashingAlgorithm.SHA_3_256, 'sha3-256'],
  [HashingAlgorithm.SHA_3_384, 'sha3-384'],
  [HashingAlgorithm.SHA_3_512, 'sha3-512'],
]);

/**
 * OpenSSL's name of a Hashing Algorithm (KMIP 1.4 §3.6).
 * Throws Invalid Field when there is none, Feature Not Supported for MD2, MD4, Tiger and Whirlpool.
 */
export function digestName(hashingAlgorithm: number | undefined): string {
  if (hashingAlgorithm === undefined) return invalidField('The Cryptographic Parameters lack a Hashing Algorithm.');
  return digestNames.get(hashingAlgorithm) ?? refuseValue('HashingAlgorithm', hashingAlgorithm, 'by this server');
}

/** Bytes of the digest. */
export function digestLength(hashingAlgorithm: number | undefined): number {
  return digestOf(hashingAlgorithm, Buffer.alloc(0)).length;
}

/** The digest of bytes. */
export function digestOf(hashingAlgorithm: number | undefined, data: Uint8Array): Buffer {
  return createHash(digestName(hashingAlgorithm)).update(data).digest();
}

/** A computation over data that comes in parts. Each `update` may be of any length; `final` ends it. */
export interface DataStream {
  update(data: Uint8Array): void;
  final(): Buffer;
}

/** Starts a hash over data in parts. KMIP 1.3 §4.37. Throws as {@link digestName}. */
export function beginHash(parameters: CryptographicParameters): DataStream {
  const running: Hash = createHash(digestName(parameters.hashingAlgorithm));
  return { update: (data) => void running.update(data), final: () => running.digest() };
}

/** The Hash operation on whole data. KMIP 1.2 §4.37. Throws as {@link digestName}. */
export function hash(parameters: CryptographicParameters, data: Uint8Array): Buffer {
  return digestOf(parameters.hashingAlgorithm, data);
}
