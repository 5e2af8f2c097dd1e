import { BlockCipherMode, CryptographicAlgorithm, type CryptographicParameters } from '../../kmip/index.ts';
import type { NonceLength } from './nonce.ts';
import { cryptographicFailure, invalidField, refuseValue, valueName } from './not-supported.ts';

/**
 * `stream`: takes data in any parts and gives as much out. `block`: whole blocks, padded at the end. `aead`: a stream
 * with a tag. `whole`: all data is needed before anything can be computed; `ccm` the same, with a tag.
 */
export type CipherKind = 'stream' | 'block' | 'aead' | 'whole' | 'ccm';

/** A cipher of OpenSSL with the key as OpenSSL wants it. */
export interface ChosenCipher {
  name: string;
  key: Buffer;
  kind: CipherKind;
  blockSize: number;
  /** Undefined: the mode takes none. */
  nonce?: NonceLength;
  /** Initial value that the mode itself prescribes. */
  fixedNonce?: Buffer;
  /** Bytes that a tag may have. */
  tagLengths?: readonly number[];
}

const exactly = (bytes: number): NonceLength => ({ least: bytes, most: bytes, usual: bytes });

// SP 800-38D §5.2.1.2; SP 800-38C §A.1
const gcmTags = [4, 8, 12, 13, 14, 15, 16];
const ccmTags = [4, 6, 8, 10, 12, 14, 16];

type Mode = Pick<ChosenCipher, 'kind' | 'nonce' | 'fixedNonce' | 'tagLengths'> & { suffix: string };

function plainModes(blockSize: number): [number, Mode][] {
  const nonce = exactly(blockSize);
  return [
    [BlockCipherMode.ECB, { suffix: 'ecb', kind: 'block' }],
    [BlockCipherMode.CBC, { suffix: 'cbc', kind: 'block', nonce }],
    [BlockCipherMode.CFB, { suffix: 'cfb', kind: 'stream', nonce }],
    [BlockCipherMode.OFB, { suffix: 'ofb', kind: 'stream', nonce }],
  ];
}

const ctr: [number, Mode] = [BlockCipherMode.CTR, { suffix: 'ctr', kind: 'stream', nonce: exactly(16) }];

const aesModes = new Map<number, Mode>([
  ...plainModes(16),
  ctr,
  [
    BlockCipherMode.GCM,
    { suffix: 'gcm', kind: 'aead', nonce: { least: 1, most: 128, usual: 12 }, tagLengths: gcmTags },
  ],
  [BlockCipherMode.CCM, { suffix: 'ccm', kind: 'ccm', nonce: { least: 7, most: 13, usual: 12 }, tagLengths: ccmTags }],
  [BlockCipherMode.XTS, { suffix: 'xts', kind: 'whole', nonce: exactly(16) }],
  // RFC 3394 §2.2.3.1, RFC 5649 §3
  [BlockCipherMode.NISTKeyWrap, { suffix: 'wrap', kind: 'whole', fixedNonce: Buffer.alloc(8, 0xa6) }],
  [
    BlockCipherMode.AESKeyWrapPadding,
    { suffix: 'wrap-pad', kind: 'whole', fixedNonce: Buffer.from('a65959a6', 'hex') },
  ],
]);
const camelliaModes = new Map<number, Mode>([...plainModes(16), ctr]);
const desModes = new Map<number, Mode>(plainModes(8));

/** The Block Cipher Modes of each algorithm that has them. */
export const blockCipherModes: ReadonlyMap<number, readonly number[]> = new Map([
  [CryptographicAlgorithm.AES, [...aesModes.keys()]],
  [CryptographicAlgorithm.Camellia, [...camelliaModes.keys()]],
  [CryptographicAlgorithm.DES3, [...desModes.keys()]],
  [CryptographicAlgorithm.DES, [...desModes.keys()]],
]);

function modeOf(modes: ReadonlyMap<number, Mode>, parameters: CryptographicParameters, algorithm: number): Mode {
  const { blockCipherMode } = parameters;
  // KMIP 1.2 §4.29: an operation whose algorithm needs parameters fails when neither request nor key has them.
  if (blockCipherMode === undefined) return invalidField('Neither the request nor the key names a Block Cipher Mode.');
  const found = modes.get(blockCipherMode);
  return (
    found ?? refuseValue('BlockCipherMode', blockCipherMode, `with ${valueName('CryptographicAlgorithm', algorithm)}`)
  );
}

function checkKey(key: Buffer, lengths: readonly number[], algorithm: number): void {
  if (lengths.includes(key.length)) return;
  const name = valueName('CryptographicAlgorithm', algorithm);
  cryptographicFailure(`A key of ${key.length * 8} bits does not fit ${name}.`);
}

function ofFamily(
  prefix: string,
  modes: ReadonlyMap<number, Mode>,
  key: Buffer,
  parameters: CryptographicParameters,
  algorithm: number,
): ChosenCipher {
  const { suffix, ...mode } = modeOf(modes, parameters, algorithm);
  // XTS takes two keys (IEEE 1619); OpenSSL has none with twice 192 bits.
  const isDouble = suffix === 'xts';
  checkKey(key, isDouble ? [32, 64] : [16, 24, 32], algorithm);
  const bits = (key.length * 8) / (isDouble ? 2 : 1);
  const isWrap = suffix.startsWith('wrap');
  return { name: `${isWrap ? 'id-' : ''}${prefix}${isWrap ? '' : '-'}${bits}-${suffix}`, key, blockSize: 16, ...mode };
}

/** Single DES and two-key 3DES are 3DES with equal keys (SP 800-67 §3). */
function tripled(key: Buffer): Buffer {
  if (key.length === 24) return key;
  return Buffer.concat(key.length === 16 ? [key, key.subarray(0, 8)] : [key, key, key]);
}

function ofDes(key: Buffer, parameters: CryptographicParameters, algorithm: number): ChosenCipher {
  const { suffix, ...mode } = modeOf(desModes, parameters, algorithm);
  checkKey(key, algorithm === CryptographicAlgorithm.DES ? [8] : [16, 24], algorithm);
  return { name: `des-ede3-${suffix}`, key: tripled(key), blockSize: 8, ...mode };
}

/**
 * The cipher for a key. The algorithm that the parameters name goes before that of the key.
 * Throws Invalid Field for parameters that do not fit, Feature Not Supported for what node:crypto lacks, Cryptographic
 * Failure for a key of the wrong length.
 */
export function chooseCipher(key: Buffer, keyAlgorithm: number, parameters: CryptographicParameters): ChosenCipher {
  const algorithm = parameters.cryptographicAlgorithm ?? keyAlgorithm;
  switch (algorithm) {
    case CryptographicAlgorithm.AES:
      return ofFamily('aes', aesModes, key, parameters, algorithm);
    case CryptographicAlgorithm.Camellia:
      return ofFamily('camellia', camelliaModes, key, parameters, algorithm);
    case CryptographicAlgorithm.DES:
    case CryptographicAlgorithm.DES3:
      return ofDes(key, parameters, algorithm);
    case CryptographicAlgorithm.ChaCha20:
      checkKey(key, [32], algorithm);
      return { name: 'chacha20', key, kind: 'stream', blockSize: 1, nonce: { least: 12, most: 16, usual: 12 } };
    case CryptographicAlgorithm.ChaCha20Poly1305:
      checkKey(key, [32], algorithm);
      return { name: 'chacha20-poly1305', key, kind: 'aead', blockSize: 1, nonce: exactly(12), tagLengths: [16] };
    default:
      return refuseValue('CryptographicAlgorithm', algorithm, 'to encrypt data');
  }
}
