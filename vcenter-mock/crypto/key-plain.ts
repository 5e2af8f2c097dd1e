import { invalidArgument } from './faults.ts';
import type { CryptoKeyId } from './key-id.ts';

/** vim25 CryptoKeyPlain; members are as the client sent them. */
export interface CryptoKeyPlain {
  keyId?: CryptoKeyId;
  algorithm?: string;
  /** base64 */
  keyData?: string;
}

/** Bytes of a key by the algorithm's name, `AES-256` or `AES256`; `AES` alone says nothing about the length. assumed */
const lengths: Readonly<Record<string, readonly number[]>> = {
  AES: [16, 24, 32],
  AES128: [16],
  AES192: [24],
  AES256: [32],
};

/** base64 with its padding; Node.js itself would skip what is none. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Checks a key that a client hands in in plain form and takes its material out.
 * @param path of the parameter, for faults
 * @throws InvalidArgument "in case … key properties are incorrect" (documented); it never tells the material
 */
export function readPlainKey(key: CryptoKeyPlain, path: string): { keyId: CryptoKeyId; material: Buffer } {
  const { keyId, algorithm = '', keyData = '' } = key;
  if (!keyId?.keyId) throw invalidArgument(`${path}.keyId`);
  const allowed = lengths[algorithm.toUpperCase().replace('-', '')];
  if (!allowed) throw invalidArgument(`${path}.algorithm`);
  const text = keyData.replace(/\s/g, '');
  if (text === '' || !base64.test(text)) throw invalidArgument(`${path}.keyData`, 'It is not base64.');
  const material = Buffer.from(text, 'base64');
  if (allowed.includes(material.length)) return { keyId, material };
  throw invalidArgument(
    `${path}.keyData`,
    `It holds ${material.length} bytes; ${algorithm} takes ${allowed.join(', ')}.`,
  );
}
