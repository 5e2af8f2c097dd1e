import { randomBytes } from 'node:crypto';
import { BlockCipherMode, type CryptographicParameters, KmipError, ResultReason } from '../../kmip/index.ts';
import { invalidField } from './not-supported.ts';

/** Bytes that an IV, counter block or nonce may have. */
export interface NonceLength {
  least: number;
  most: number;
  /** When the server draws it and the client names no IV Length. */
  usual: number;
}

/** Bits, as the standard counts IV Length, Counter Length and the fields of a GCM nonce. KMIP 1.2 §3.6 */
function wholeBytes(bits: number, field: string): number {
  if (bits < 0 || bits % 8 !== 0) invalidField(`${field} is counted in bits and must be a multiple of 8, not ${bits}.`);
  return bits / 8;
}

/**
 * The counter block of CTR: the client's 16 bytes, or its nonce followed by a counter of Counter Length bits that begins
 * at Initial Counter Value (1 when absent, as in RFC 3686).
 */
function counterBlock(nonce: Buffer, parameters: CryptographicParameters, blockSize: number): Buffer {
  if (nonce.length === blockSize) return nonce;
  const counterBytes = wholeBytes(parameters.counterLength ?? (blockSize - nonce.length) * 8, 'Counter Length');
  if (nonce.length + counterBytes !== blockSize) {
    invalidField(`The nonce and the counter must fill a block of ${blockSize} bytes.`);
  }
  const counter = Buffer.alloc(counterBytes);
  let rest = BigInt(parameters.initialCounterValue ?? 1);
  for (let at = counterBytes - 1; at >= 0; at--) {
    counter[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (rest !== 0n) invalidField(`The Initial Counter Value does not fit a counter of ${counterBytes * 8} bits.`);
  return Buffer.concat([nonce, counter]);
}

/** The bytes that the server draws: all but the counter for CTR; for GCM the fields, where they are described. */
function drawnLength(parameters: CryptographicParameters, mode: number | undefined, length: NonceLength): number {
  const { ivLength, fixedFieldLength, invocationFieldLength, counterLength } = parameters;
  if (mode === BlockCipherMode.CTR && counterLength !== undefined) {
    return length.most - wholeBytes(counterLength, 'Counter Length');
  }
  if (ivLength !== undefined) return wholeBytes(ivLength, 'IV Length');
  if (fixedFieldLength !== undefined && invocationFieldLength !== undefined) {
    return (
      wholeBytes(fixedFieldLength, 'Fixed Field Length') + wholeBytes(invocationFieldLength, 'Invocation Field Length')
    );
  }
  return length.usual;
}

/**
 * The IV, counter block or nonce of an encryption: the client's, or with Random IV one that the server draws.
 * KMIP 1.2 §4.29. A client that gives only the Fixed Field of a GCM nonce gets the rest drawn (assumed).
 * Throws Invalid Message when it is missing (OASIS CS-BC-M-11), Invalid Field when its length is wrong.
 */
export function encryptionNonce(
  parameters: CryptographicParameters,
  given: Buffer | undefined,
  length: NonceLength,
): { nonce: Buffer; drawn: boolean } {
  const mode = parameters.blockCipherMode;
  const { fixedFieldLength, invocationFieldLength } = parameters;
  if (parameters.randomIv !== true) return { nonce: givenNonce(parameters, given, length), drawn: false };
  const isFixedField =
    given !== undefined &&
    mode === BlockCipherMode.GCM &&
    invocationFieldLength !== undefined &&
    given.length * 8 === fixedFieldLength;
  if (given !== undefined && !isFixedField) return { nonce: givenNonce(parameters, given, length), drawn: false };
  const fixedField = given ?? Buffer.alloc(0);
  const wanted = drawnLength(parameters, mode, length);
  if (wanted <= fixedField.length || wanted > 256) invalidField('The IV Length is not usable.');
  const drawn = Buffer.concat([fixedField, randomBytes(wanted - fixedField.length)]);
  return { nonce: givenNonce(parameters, drawn, length), drawn: true };
}

/** The IV, counter block or nonce that a client gave. Throws as {@link encryptionNonce}. */
export function givenNonce(
  parameters: CryptographicParameters,
  given: Buffer | undefined,
  { least, most }: NonceLength,
): Buffer {
  if (given === undefined || given.length === 0) {
    throw new KmipError(ResultReason.InvalidMessage, 'The IV/Counter/Nonce is missing.');
  }
  const nonce = parameters.blockCipherMode === BlockCipherMode.CTR ? counterBlock(given, parameters, most) : given;
  if (nonce.length < least || nonce.length > most) {
    const wanted = least === most ? `${least}` : `${least} to ${most}`;
    invalidField(`The IV/Counter/Nonce must have ${wanted} bytes, not ${nonce.length}.`);
  }
  return nonce;
}
