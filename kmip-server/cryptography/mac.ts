/** MAC and MAC Verify. KMIP 1.2 §4.33, §4.34; in parts: 1.3 §4.33. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  BlockCipherMode,
  CryptographicAlgorithm,
  type CryptographicParameters,
  HashingAlgorithm,
} from '../../kmip/index.ts';
import { blockPadding } from './block-padding.ts';
import { encrypt } from './cipher.ts';
import { type DataStream, digestName } from './hash.ts';
import { computing, cryptographicFailure, invalidField, refuseValue } from './not-supported.ts';

/** The key of a MAC; the algorithm that the parameters name goes before that of the key (OASIS CS-AC-M-4). */
export interface MacRequest {
  key: Buffer;
  /** Cryptographic Algorithm of the key. */
  algorithm: number;
  parameters: CryptographicParameters;
}

const hmacHashes = new Map<number, number>([
  [CryptographicAlgorithm.HMAC_MD5, HashingAlgorithm.MD5],
  [CryptographicAlgorithm.HMAC_SHA1, HashingAlgorithm.SHA_1],
  [CryptographicAlgorithm.HMAC_SHA224, HashingAlgorithm.SHA_224],
  [CryptographicAlgorithm.HMAC_SHA256, HashingAlgorithm.SHA_256],
  [CryptographicAlgorithm.HMAC_SHA384, HashingAlgorithm.SHA_384],
  [CryptographicAlgorithm.HMAC_SHA512, HashingAlgorithm.SHA_512],
  [CryptographicAlgorithm.HMAC_SHA3_224, HashingAlgorithm.SHA_3_224],
  [CryptographicAlgorithm.HMAC_SHA3_256, HashingAlgorithm.SHA_3_256],
  [CryptographicAlgorithm.HMAC_SHA3_384, HashingAlgorithm.SHA_3_384],
  [CryptographicAlgorithm.HMAC_SHA3_512, HashingAlgorithm.SHA_3_512],
]);

const blockSizes = new Map<number, number>([
  [CryptographicAlgorithm.AES, 16],
  [CryptographicAlgorithm.Camellia, 16],
  [CryptographicAlgorithm.DES, 8],
  [CryptographicAlgorithm.DES3, 8],
]);

/** An HMAC with a Hashing Algorithm. RFC 2104. Throws as {@link digestName}. */
export function hmac(hashingAlgorithm: number | undefined, key: Uint8Array, data: Uint8Array): Buffer {
  return createHmac(digestName(hashingAlgorithm), key).update(data).digest();
}

function beginHmac(hashingAlgorithm: number, key: Buffer): DataStream {
  const running = createHmac(digestName(hashingAlgorithm), key);
  return { update: (data) => void running.update(data), final: () => running.digest() };
}

/** Doubling in GF(2^128) or GF(2^64). SP 800-38B §6.1 */
function doubled(block: Buffer): Buffer {
  const result = Buffer.alloc(block.length);
  for (let at = 0; at < block.length; at++) result[at] = ((block[at] ?? 0) << 1) | ((block[at + 1] ?? 0) >> 7);
  const last = block.length - 1;
  if ((block[0] ?? 0) & 0x80) result[last] = (result[last] ?? 0) ^ (block.length === 16 ? 0x87 : 0x1b);
  return result;
}

function xored(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, at) => byte ^ (right[at] ?? 0)));
}

/** Takes data in any parts and gives whole blocks on, but keeps back the last one, which may be the last of all. */
function byBlocks(blockSize: number, take: (blocks: Buffer) => void) {
  let held = Buffer.alloc(0);
  return {
    update(data: Uint8Array) {
      const all = Buffer.concat([held, data]);
      const whole = Math.max(0, Math.ceil(all.length / blockSize) - 1) * blockSize;
      if (whole > 0) take(all.subarray(0, whole));
      held = all.subarray(whole);
    },
    rest: () => held,
  };
}

/** CBC over blocks from a zero IV; gives the last block so far. */
function cbcChain(request: MacRequest, algorithm: number, blockSize: number) {
  const parameters = { blockCipherMode: BlockCipherMode.CBC };
  let chained: Buffer = Buffer.alloc(blockSize);
  return (blocks: Buffer): Buffer => {
    const { data } = encrypt({ key: request.key, algorithm, parameters, ivCounterNonce: chained }, blocks);
    chained = data.subarray(data.length - blockSize);
    return chained;
  };
}

/** SP 800-38B §6.2 */
function beginCmac(request: MacRequest, algorithm: number, blockSize: number): DataStream {
  const chain = cbcChain(request, algorithm, blockSize);
  const parameters = { blockCipherMode: BlockCipherMode.ECB };
  const zero = encrypt({ key: request.key, algorithm, parameters }, Buffer.alloc(blockSize)).data;
  const whole = doubled(zero);
  const padded = doubled(whole);
  const blocks = byBlocks(blockSize, chain);
  return {
    update: blocks.update,
    final() {
      const rest = blocks.rest();
      if (rest.length === blockSize) return chain(xored(rest, whole));
      const filled = Buffer.alloc(blockSize);
      rest.copy(filled);
      filled[rest.length] = 0x80;
      return chain(xored(filled, padded));
    },
  };
}

/** ISO/IEC 9797-1 algorithm 1: the last block of CBC from a zero IV, over data padded as the parameters say. */
function beginCbcMac(request: MacRequest, algorithm: number, blockSize: number): DataStream {
  const chain = cbcChain(request, algorithm, blockSize);
  const padding = blockPadding(request.parameters.paddingMethod);
  const blocks = byBlocks(blockSize, chain);
  return {
    update: blocks.update,
    final() {
      const rest = blocks.rest();
      const last = Buffer.concat([rest, padding.make(rest.length, blockSize)]);
      if (last.length === 0 || last.length % blockSize !== 0) {
        return cryptographicFailure(`The data of a CBC-MAC without padding must fill blocks of ${blockSize} bytes.`);
      }
      return chain(last);
    },
  };
}

/**
 * Starts a MAC over data in parts: an HMAC where the algorithm is one, else CMAC or CBC-MAC by Block Cipher Mode.
 * Throws Invalid Field or Feature Not Supported for what makes none, Cryptographic Failure for a key that does not fit.
 */
export function beginMac(request: MacRequest): DataStream {
  const { key, parameters } = request;
  const algorithm = parameters.cryptographicAlgorithm ?? request.algorithm;
  const hashingAlgorithm = hmacHashes.get(algorithm);
  if (hashingAlgorithm !== undefined) return beginHmac(hashingAlgorithm, key);
  const blockSize = blockSizes.get(algorithm);
  if (blockSize === undefined) return refuseValue('CryptographicAlgorithm', algorithm, 'to make a MAC');
  switch (parameters.blockCipherMode) {
    case BlockCipherMode.CMAC:
      return beginCmac(request, algorithm, blockSize);
    case BlockCipherMode.CBC_MAC:
      return beginCbcMac(request, algorithm, blockSize);
    case undefined:
      return invalidField(
        'Neither the request nor the key says how to make a MAC: an HMAC algorithm, CMAC or CBC-MAC.',
      );
    default:
      return refuseValue('BlockCipherMode', parameters.blockCipherMode, 'to make a MAC');
  }
}

/** The MAC of whole data. Throws as {@link beginMac}. */
export function mac(request: MacRequest, data: Uint8Array): Buffer {
  const running = beginMac(request);
  running.update(data);
  return computing('The MAC could not be computed.', () => running.final());
}

/** Whether a MAC is the one that was given, compared in constant time. */
export function isSameMac(made: Buffer, given: Buffer): boolean {
  return made.length === given.length && timingSafeEqual(made, given);
}
