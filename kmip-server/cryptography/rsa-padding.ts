/**
 * The encodings of PKCS#1 (RFC 8017) that node:crypto lacks or fixes: OAEP and PSS whose mask hash differs from the hash, PSS
 * over a digest that the client made, DigestInfo. Hashes are Hashing Algorithm codes.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { HashingAlgorithm } from '../../kmip/index.ts';
import { digestLength, digestOf } from './hash.ts';
import { cryptographicFailure, refuseValue } from './not-supported.ts';

/** RFC 8017 §B.2.1 */
function maskOf(seed: Buffer, length: number, hash: number): Buffer {
  const parts: Buffer[] = [];
  const counter = Buffer.alloc(4);
  for (let made = 0, index = 0; made < length; index++) {
    counter.writeUInt32BE(index);
    const part = digestOf(hash, Buffer.concat([seed, counter]));
    parts.push(part);
    made += part.length;
  }
  return Buffer.concat(parts).subarray(0, length);
}

function masked(data: Buffer, seed: Buffer, hash: number): Buffer {
  const mask = maskOf(seed, data.length, hash);
  return Buffer.from(data.map((byte, at) => byte ^ (mask[at] ?? 0)));
}

/** The parameters of OAEP; `label` is KMIP's P Source. */
export interface OaepParameters {
  hash: number;
  maskHash: number;
  label: Buffer;
}

/** RFC 8017 §7.1.1 step 2. `length` is that of the modulus in bytes. Throws Cryptographic Failure for too much data. */
export function oaepEncode(data: Uint8Array, length: number, { hash, maskHash, label }: OaepParameters): Buffer {
  const labelHash = digestOf(hash, label);
  const space = length - 2 * labelHash.length - 2;
  if (data.length > space)
    cryptographicFailure(`With this key OAEP takes at most ${Math.max(0, space)} bytes of data.`);
  const block = Buffer.concat([labelHash, Buffer.alloc(space - data.length), Buffer.of(1), data]);
  const seed = randomBytes(labelHash.length);
  const maskedBlock = masked(block, seed, maskHash);
  return Buffer.concat([Buffer.of(0), masked(seed, maskedBlock, maskHash), maskedBlock]);
}

/** RFC 8017 §7.1.2 step 3. Throws one Cryptographic Failure for whatever is wrong, so that nothing can be probed. */
export function oaepDecode(encoded: Buffer, { hash, maskHash, label }: OaepParameters): Buffer {
  const labelHash = digestOf(hash, label);
  const wrong = 'The data could not be decrypted: another key, other OAEP parameters or damaged data.';
  if (encoded.length < 2 * labelHash.length + 2) cryptographicFailure(wrong);
  const maskedSeed = encoded.subarray(1, 1 + labelHash.length);
  const maskedBlock = encoded.subarray(1 + labelHash.length);
  const block = masked(maskedBlock, masked(maskedSeed, maskedBlock, maskHash), maskHash);
  const sameLabel = timingSafeEqual(block.subarray(0, labelHash.length), labelHash);
  const separator = block.findIndex((byte, at) => at >= labelHash.length && byte !== 0);
  if (encoded[0] !== 0 || !sameLabel || block[separator] !== 1) cryptographicFailure(wrong);
  return block.subarray(separator + 1);
}

/** The parameters of PSS. Undefined Salt Length: made as long as the hash (assumed); read from the signature. */
export interface PssParameters {
  hash: number;
  maskHash: number;
  saltLength: number | undefined;
}

const pssPrefix = Buffer.alloc(8);
const pssTrailer = 0xbc;

/** RFC 8017 §9.1.1. `bits` is the length of the modulus. Throws Cryptographic Failure when the key is too short. */
export function pssEncode(digest: Buffer, bits: number, { hash, maskHash, saltLength }: PssParameters): Buffer {
  const length = Math.ceil((bits - 1) / 8);
  const saltBytes = saltLength ?? digest.length;
  const space = length - digest.length - saltBytes - 2;
  if (saltBytes < 0 || space < 0) cryptographicFailure(`A Salt Length of ${saltBytes} bytes does not fit the key.`);
  const salt = randomBytes(saltBytes);
  const proof = digestOf(hash, Buffer.concat([pssPrefix, digest, salt]));
  const maskedBlock = masked(Buffer.concat([Buffer.alloc(space), Buffer.of(1), salt]), proof, maskHash);
  // The bits above those of the modulus less one are zero.
  maskedBlock[0] = (maskedBlock[0] ?? 0) & (0xff >> (8 * length - (bits - 1)));
  return Buffer.concat([maskedBlock, proof, Buffer.of(pssTrailer)]);
}

/** RFC 8017 §9.1.2: whether an encoded message proves the digest. */
export function pssMatches(
  encoded: Buffer,
  digest: Buffer,
  bits: number,
  { hash, maskHash, saltLength }: PssParameters,
): boolean {
  const length = Math.ceil((bits - 1) / 8);
  // A modulus of 8n+1 bits: the encoded message is one byte shorter than the signature.
  const message = encoded.subarray(encoded.length - length);
  const hashBytes = digestLength(hash);
  if (digest.length !== hashBytes || length < hashBytes + 2 || message.at(-1) !== pssTrailer) return false;
  const maskedBlock = message.subarray(0, length - hashBytes - 1);
  const proof = message.subarray(length - hashBytes - 1, length - 1);
  const usedBits = 0xff >> (8 * length - (bits - 1));
  if ((maskedBlock[0] ?? 0) & ~usedBits) return false;
  const block = masked(maskedBlock, proof, maskHash);
  block[0] = (block[0] ?? 0) & usedBits;
  const separator = block.findIndex((byte) => byte !== 0);
  if (block[separator] !== 1) return false;
  const salt = block.subarray(separator + 1);
  if (saltLength !== undefined && salt.length !== saltLength) return false;
  return digestOf(hash, Buffer.concat([pssPrefix, digest, salt])).equals(proof);
}

/** DER up to the digest, RFC 8017 §9.2 note 1; the SHA-3 ones follow the same form with the identifiers of NIST. */
const digestInfos = new Map<number, string>([
  [HashingAlgorithm.MD5, '3020300c06082a864886f70d020505000410'],
  [HashingAlgorithm.SHA_1, '3021300906052b0e03021a05000414'],
  [HashingAlgorithm.RIPEMD_160, '3021300906052b2403020105000414'],
  [HashingAlgorithm.SHA_224, '302d300d06096086480165030402040500041c'],
  [HashingAlgorithm.SHA_256, '3031300d060960864801650304020105000420'],
  [HashingAlgorithm.SHA_384, '3041300d060960864801650304020205000430'],
  [HashingAlgorithm.SHA_512, '3051300d060960864801650304020305000440'],
  [HashingAlgorithm.SHA_512_224, '302d300d06096086480165030402050500041c'],
  [HashingAlgorithm.SHA_512_256, '3031300d060960864801650304020605000420'],
  [HashingAlgorithm.SHA_3_224, '302d300d06096086480165030402070500041c'],
  [HashingAlgorithm.SHA_3_256, '3031300d060960864801650304020805000420'],
  [HashingAlgorithm.SHA_3_384, '3041300d060960864801650304020905000430'],
  [HashingAlgorithm.SHA_3_512, '3051300d060960864801650304020a05000440'],
]);

/** The DigestInfo that PKCS#1 v1.5 signs. RFC 8017 §9.2 */
export function digestInfo(hash: number, digest: Buffer): Buffer {
  const prefix = digestInfos.get(hash) ?? refuseValue('HashingAlgorithm', hash, 'to sign');
  return Buffer.concat([Buffer.from(prefix, 'hex'), digest]);
}
