/**
 * Encrypt and Decrypt with symmetric keys. KMIP 1.2 §4.29, §4.30; in parts: 1.3 §4.29; with a tag of its own: 1.4 §4.29.
 */
import { type CipherGCM, createCipheriv, createDecipheriv, type DecipherGCM } from 'node:crypto';
import { type CryptographicParameters, KmipError, PaddingMethod, ResultReason } from '../../kmip/index.ts';
import { type BlockPadding, blockPadding } from './block-padding.ts';
import { type ChosenCipher, chooseCipher } from './cipher-choice.ts';
import { encryptionNonce, givenNonce } from './nonce.ts';
import { computing, invalidField, valueName } from './not-supported.ts';

/** What both directions need. */
export interface CipherRequest {
  key: Buffer;
  /** Cryptographic Algorithm of the key. */
  algorithm: number;
  parameters: CryptographicParameters;
  ivCounterNonce?: Buffer | undefined;
  /** Authenticated Encryption Additional Data; only the modes with a tag heed it. */
  additionalData?: Buffer | undefined;
}

export interface DecipherRequest extends CipherRequest {
  /** Authenticated Encryption Tag. In parts it may come with the last one instead. */
  tag?: Buffer | undefined;
}

export interface Encrypted {
  data: Buffer;
  /** The one that the server drew. */
  ivCounterNonce?: Buffer;
  /** Of the modes with a tag. Before KMIP 1.4 no message has a field for it. */
  tag?: Buffer;
}

/** An encryption of data that comes in parts. `update` gives out what is ready, maybe nothing. */
export interface Encryption {
  /** The IV/Counter/Nonce that the server drew; undefined for a client's own. */
  readonly ivCounterNonce: Buffer | undefined;
  update(data: Uint8Array): Buffer;
  final(): { data: Buffer; tag?: Buffer };
}

/** A decryption of data that comes in parts. With a tag, what `update` gives out is not proven before `final`. */
export interface Decryption {
  update(data: Uint8Array): Buffer;
  final(tag?: Buffer): Buffer;
}

const notEncrypted = 'The data could not be encrypted: without padding its length must fit the cipher.';
const notDecrypted = 'The data could not be decrypted: another key, another IV or tag, or damaged data.';

/** KMIP 1.2 §3.6: Tag Length is counted in bytes. OASIS CS-BC-M-GCM-1-14 expects General Failure for one that cannot be. */
function tagLength(chosen: ChosenCipher, wanted: number | undefined): number {
  const length = wanted ?? 16;
  if (chosen.tagLengths?.includes(length)) return length;
  const usable = chosen.tagLengths?.join(', ');
  throw new KmipError(ResultReason.GeneralFailure, `The Tag Length must be one of ${usable} bytes, not ${length}.`);
}

function paddingOf(chosen: ChosenCipher, { paddingMethod }: CryptographicParameters): BlockPadding {
  if (chosen.kind === 'block') return blockPadding(paddingMethod);
  if (paddingMethod !== undefined && paddingMethod !== PaddingMethod.None) {
    invalidField(`${valueName('PaddingMethod', paddingMethod)} cannot be used with a mode that needs no padding.`);
  }
  return blockPadding(undefined);
}

/** OpenSSL's IV: for ChaCha20 a counter in little-endian order stands before the nonce of RFC 8439. */
function openSslNonce(chosen: ChosenCipher, nonce: Buffer, parameters: CryptographicParameters): Buffer {
  if (chosen.name !== 'chacha20' || nonce.length === 16) return nonce;
  if (nonce.length !== 12) invalidField('The IV/Counter/Nonce of ChaCha20 must have 12 or 16 bytes.');
  const counter = Buffer.alloc(4);
  counter.writeInt32LE(parameters.initialCounterValue ?? 0);
  return Buffer.concat([counter, nonce]);
}

/** Starts an encryption in parts. Throws as {@link encrypt} for everything but the data. */
export function beginEncryption(request: CipherRequest): Encryption {
  const { parameters, additionalData } = request;
  const chosen = chooseCipher(request.key, request.algorithm, parameters);
  const padding = paddingOf(chosen, parameters);
  const chosenNonce = chosen.nonce && encryptionNonce(parameters, request.ivCounterNonce, chosen.nonce);
  const nonce = chosenNonce ? openSslNonce(chosen, chosenNonce.nonce, parameters) : (chosen.fixedNonce ?? null);
  const authTagLength = chosen.tagLengths && tagLength(chosen, parameters.tagLength);
  const start = (length?: number) => {
    const cipher = createCipheriv(chosen.name as 'aes-256-gcm', chosen.key, nonce as Buffer, {
      ...(authTagLength !== undefined && { authTagLength }),
    });
    cipher.setAutoPadding(false);
    if (additionalData && authTagLength !== undefined) {
      cipher.setAAD(additionalData, length === undefined ? undefined : { plaintextLength: length });
    }
    return cipher;
  };
  const ivCounterNonce = chosenNonce?.drawn ? chosenNonce.nonce : undefined;
  const finish = (cipher: CipherGCM, data: Buffer) => ({
    data,
    ...(authTagLength !== undefined && { tag: cipher.getAuthTag() }),
  });

  if (chosen.kind === 'whole' || chosen.kind === 'ccm') {
    const parts: Uint8Array[] = [];
    return {
      ivCounterNonce,
      update(data) {
        parts.push(Buffer.from(data));
        return Buffer.alloc(0);
      },
      final: () =>
        computing(notEncrypted, () => {
          const all = Buffer.concat(parts);
          const cipher = start(chosen.kind === 'ccm' ? all.length : undefined);
          return finish(cipher, Buffer.concat([cipher.update(all), cipher.final()]));
        }),
    };
  }

  const cipher = computing(notEncrypted, () => start());
  let length = 0;
  return {
    ivCounterNonce,
    update(data) {
      length += data.length;
      return computing(notEncrypted, () => cipher.update(data));
    },
    final: () =>
      computing(notEncrypted, () => {
        const last = cipher.update(padding.make(length, chosen.blockSize));
        return finish(cipher, Buffer.concat([last, cipher.final()]));
      }),
  };
}

/** Starts a decryption in parts. Throws as {@link decrypt} for everything but the data. */
export function beginDecryption(request: DecipherRequest): Decryption {
  const { parameters, additionalData } = request;
  const chosen = chooseCipher(request.key, request.algorithm, parameters);
  const padding = paddingOf(chosen, parameters);
  const nonce = chosen.nonce
    ? openSslNonce(chosen, givenNonce(parameters, request.ivCounterNonce, chosen.nonce), parameters)
    : (chosen.fixedNonce ?? null);
  const authTagLength = chosen.tagLengths && tagLength(chosen, parameters.tagLength ?? request.tag?.length);
  const start = (tag?: Buffer, length?: number) => {
    const decipher = createDecipheriv(chosen.name as 'aes-256-gcm', chosen.key, nonce as Buffer, {
      ...(authTagLength !== undefined && { authTagLength }),
    });
    decipher.setAutoPadding(false);
    if (length !== undefined) setTag(decipher, tag);
    if (additionalData && authTagLength !== undefined) {
      decipher.setAAD(additionalData, length === undefined ? undefined : { plaintextLength: length });
    }
    return decipher;
  };
  const setTag = (decipher: DecipherGCM, tag: Buffer | undefined) => {
    if (tag === undefined) {
      throw new KmipError(ResultReason.InvalidMessage, 'The Authenticated Encryption Tag is missing.');
    }
    if (tag.length !== authTagLength) invalidField(`The tag has ${tag.length} bytes, not ${authTagLength}.`);
    decipher.setAuthTag(tag);
  };

  if (chosen.kind === 'whole' || chosen.kind === 'ccm') {
    const parts: Uint8Array[] = [];
    return {
      update(data) {
        parts.push(Buffer.from(data));
        return Buffer.alloc(0);
      },
      final: (tag = request.tag) =>
        computing(notDecrypted, () => {
          const all = Buffer.concat(parts);
          const decipher = start(tag, chosen.kind === 'ccm' ? all.length : undefined);
          return Buffer.concat([decipher.update(all), decipher.final()]);
        }),
    };
  }

  const decipher = computing(notDecrypted, () => start());
  // The last block is held back: its padding is known only at the end.
  let held = Buffer.alloc(0);
  return {
    update(data) {
      const open = computing(notDecrypted, () => decipher.update(data));
      if (chosen.kind !== 'block') return open;
      const all = Buffer.concat([held, open]);
      const ready = Math.max(0, all.length - chosen.blockSize);
      held = all.subarray(ready);
      return all.subarray(0, ready);
    },
    final: (tag = request.tag) =>
      computing(notDecrypted, () => {
        if (authTagLength !== undefined) setTag(decipher, tag);
        const last = Buffer.concat([held, decipher.final()]);
        return padding.strip(last, chosen.blockSize);
      }),
  };
}

/**
 * Encrypts whole data. Throws Invalid Field for parameters that make no sense, Feature Not Supported for what node:crypto
 * lacks, Invalid Message when an IV is needed and missing, General Failure for a Tag Length that cannot be, Cryptographic
 * Failure for a key or data of the wrong length.
 */
export function encrypt(request: CipherRequest, data: Uint8Array): Encrypted {
  const encryption = beginEncryption(request);
  const first = encryption.update(data);
  const last = encryption.final();
  const { ivCounterNonce } = encryption;
  return { ...last, data: Buffer.concat([first, last.data]), ...(ivCounterNonce && { ivCounterNonce }) };
}

/** Decrypts whole data. Throws as {@link encrypt}; Cryptographic Failure also for a wrong tag or padding. */
export function decrypt(request: DecipherRequest, data: Uint8Array): Buffer {
  const decryption = beginDecryption(request);
  const first = decryption.update(data);
  return Buffer.concat([first, decryption.final()]);
}
