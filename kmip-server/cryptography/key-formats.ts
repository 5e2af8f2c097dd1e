/** Keys in the formats of Key Blocks, read into one neutral form and written out in another. KMIP 1.1 §2.1.3, §4.11 */
import { createPrivateKey, createPublicKey, ECDH, type KeyObject } from 'node:crypto';
import {
  asBuffer,
  CryptographicAlgorithm,
  isTransparentFormat,
  type KeyBlock,
  KeyCompressionType,
  KeyFormatType,
  KmipError,
  makeTransparentKey,
  ObjectType,
  ResultReason,
  readTransparentKey,
  type StructureItem,
} from '../../kmip/index.ts';
import { curveBits, recommendedCurve } from './curves.ts';
import { hasTooManyIterations } from './iterations.ts';
import { invalidField, valueName } from './not-supported.ts';
import { packPkcs12, unpackPkcs12 } from './pkcs12.ts';
import { discreteNumbers, ecPoint, ecPublicInfo, readTransparent, writeTransparent } from './transparent-keys.ts';

/** A key apart from its format: the bytes of a symmetric one (or of secret data), or node:crypto's object. */
export type NeutralKey = { kind: 'bytes'; bytes: Buffer } | { kind: 'private' | 'public'; key: KeyObject };

export interface ReadKeyOptions {
  /** Of an encrypted PKCS#8 or a PKCS#12 file. */
  password?: string | undefined;
}

export interface WriteKeyOptions {
  /** Of an EC public key. */
  keyCompressionType?: number | undefined;
  /** For PKCS#12, which needs one. */
  password?: string | undefined;
  /** For PKCS#12: DER, the key's own certificate first. */
  certificates?: readonly Buffer[] | undefined;
  /** For PKCS#12: the attribute PKCS#12 Friendly Name. */
  friendlyName?: string | undefined;
}

function formatNotSupported(message: string): never {
  throw new KmipError(ResultReason.KeyFormatTypeNotSupported, message);
}

function needPassword(password: string | undefined): string {
  return password ?? invalidField('A key in PKCS#12 needs a password: link it with a PKCS#12 Password Link.');
}

/** The tag of EncryptedPrivateKeyInfo's first field (RFC 5208 §6); a plain PrivateKeyInfo begins with a version. */
function isEncrypted(pkcs8: Buffer): boolean {
  const lengthBytes = (pkcs8[1] ?? 0) < 0x80 ? 0 : (pkcs8[1] ?? 0) & 0x7f;
  return pkcs8[2 + lengthBytes] === 0x30;
}

function readPkcs8(bytes: Buffer, password: string | undefined): KeyObject {
  if (password === undefined && isEncrypted(bytes)) {
    return invalidField('The PKCS#8 key is protected by a password; the server cannot look into it.');
  }
  if (hasTooManyIterations(bytes)) return invalidField('The PKCS#8 key asks for too many iterations.');
  return createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8', passphrase: password });
}

function readBytes(format: number, bytes: Buffer, isPrivate: boolean, password: string | undefined): NeutralKey {
  switch (format) {
    case KeyFormatType.PKCS_1:
      return isPrivate
        ? { kind: 'private', key: createPrivateKey({ key: bytes, format: 'der', type: 'pkcs1' }) }
        : { kind: 'public', key: createPublicKey({ key: bytes, format: 'der', type: 'pkcs1' }) };
    case KeyFormatType.PKCS_8:
      return { kind: 'private', key: readPkcs8(bytes, password) };
    case KeyFormatType.ECPrivateKey:
      return { kind: 'private', key: createPrivateKey({ key: bytes, format: 'der', type: 'sec1' }) };
    case KeyFormatType.X_509:
      return { kind: 'public', key: createPublicKey({ key: bytes, format: 'der', type: 'spki' }) };
    case KeyFormatType.PKCS_12:
      return { kind: 'private', key: unpackPkcs12(bytes, needPassword(password)).privateKey };
    default:
      return formatNotSupported(`This server cannot read keys in ${valueName('KeyFormatType', format)}.`);
  }
}

function readMaterial(
  objectType: number,
  format: number,
  material: Buffer | StructureItem,
  password?: string,
): NeutralKey {
  if (format === KeyFormatType.TransparentSymmetricKey && !(material instanceof Uint8Array)) {
    return { kind: 'bytes', bytes: asBuffer(readTransparentKey(format, material).key) };
  }
  if (isTransparentFormat(format) && format !== KeyFormatType.TransparentSymmetricKey) {
    if (material instanceof Uint8Array) return invalidField('A transparent key must be a structure.');
    const key = readTransparent(format, material);
    return { kind: key.type === 'private' ? 'private' : 'public', key };
  }
  if (!(material instanceof Uint8Array)) return invalidField('The Key Material must be a Byte String.');
  if (format === KeyFormatType.Raw || format === KeyFormatType.Opaque)
    return { kind: 'bytes', bytes: asBuffer(material) };
  return readBytes(format, asBuffer(material), objectType === ObjectType.PrivateKey, password);
}

/**
 * Reads an unwrapped Key Block. Throws Key Value Not Present when the key is elsewhere, Key Format Type Not Supported,
 * Invalid Field when the Key Material is not what its format says, Cryptographic Failure for a wrong PKCS#12 password.
 */
export function readKey(objectType: number, keyBlock: KeyBlock, { password }: ReadKeyOptions = {}): NeutralKey {
  const { keyFormatType, keyValue } = keyBlock;
  if (keyValue === undefined) throw new KmipError(ResultReason.KeyValueNotPresent, 'The server does not have the key.');
  if ('wrapped' in keyValue) return invalidField('The key is wrapped; the server cannot look into it.');
  try {
    return readMaterial(objectType, keyFormatType, keyValue.keyMaterial, password);
  } catch (error) {
    if (error instanceof KmipError) throw error;
    // The cause is dropped: nothing of the key may leak.
    return invalidField(`The Key Material is not a key in ${valueName('KeyFormatType', keyFormatType)}.`);
  }
}

/** What attributes say of a key. */
export interface KeyFacts {
  /** Undefined for bytes: only the client knows. EC for every key on a curve; before KMIP 1.2 that is ECDSA. */
  cryptographicAlgorithm: number | undefined;
  /** Bits. */
  cryptographicLength: number;
  recommendedCurve: number | undefined;
}

function discreteFacts(cryptographicAlgorithm: number, key: KeyObject): KeyFacts {
  const [p = 0n] = discreteNumbers(key).domain;
  return { cryptographicAlgorithm, cryptographicLength: p.toString(2).length, recommendedCurve: undefined };
}

/** Works out Cryptographic Algorithm, Cryptographic Length and Recommended Curve. Throws Invalid Field for other kinds of key. */
export function keyFacts(neutral: NeutralKey): KeyFacts {
  if (neutral.kind === 'bytes') {
    const cryptographicLength = neutral.bytes.length * 8;
    return { cryptographicAlgorithm: undefined, cryptographicLength, recommendedCurve: undefined };
  }
  const { key } = neutral;
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return {
        cryptographicAlgorithm: CryptographicAlgorithm.RSA,
        cryptographicLength: modulusLength,
        recommendedCurve: undefined,
      };
    case 'ec':
      return {
        cryptographicAlgorithm: CryptographicAlgorithm.EC,
        cryptographicLength: curveBits(namedCurve),
        recommendedCurve: recommendedCurve(namedCurve),
      };
    case 'dsa':
      return discreteFacts(CryptographicAlgorithm.DSA, key);
    case 'dh':
      return discreteFacts(CryptographicAlgorithm.DH, key);
    default:
      return invalidField('KMIP has no Cryptographic Algorithm for this kind of key.');
  }
}

/** The public key of a private one. */
export function publicKeyOf(key: KeyObject): KeyObject {
  return key.type === 'public' ? key : createPublicKey(key);
}

const compressions = new Map<number, 'uncompressed' | 'compressed' | 'hybrid'>([
  [KeyCompressionType.ECPublicKeyTypeUncompressed, 'uncompressed'],
  [KeyCompressionType.ECPublicKeyTypeX9_62CompressedPrime, 'compressed'],
  [KeyCompressionType.ECPublicKeyTypeX9_62CompressedChar2, 'compressed'],
  [KeyCompressionType.ECPublicKeyTypeX9_62Hybrid, 'hybrid'],
]);

/** Curves over fields of characteristic 2, by OpenSSL's names. */
const binaryCurve = /^sect|^c2/;

/** The point of an EC public key in a Key Compression Type. X9.62 §4.3.6; KMIP 1.1 §9.1.3.2.2 */
function compressedPoint(key: KeyObject, compression: number): Buffer {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const form = compressions.get(compression);
  const refused = new KmipError(
    ResultReason.KeyCompressionTypeNotSupported,
    `The key cannot be given as ${valueName('KeyCompressionType', compression)}.`,
  );
  if (key.type !== 'public' || curve === undefined || form === undefined) throw refused;
  const isBinary = binaryCurve.test(curve);
  if (compression === KeyCompressionType.ECPublicKeyTypeX9_62CompressedPrime && isBinary) throw refused;
  if (compression === KeyCompressionType.ECPublicKeyTypeX9_62CompressedChar2 && !isBinary) throw refused;
  return ECDH.convertKey(ecPoint(key), curve, undefined, undefined, form) as Buffer;
}

type TypedFormats = Readonly<Record<string, readonly number[]>>;
const F = KeyFormatType;
const privateFormats: TypedFormats = {
  rsa: [F.PKCS_1, F.PKCS_8, F.TransparentRSAPrivateKey, F.PKCS_12],
  ec: [
    F.ECPrivateKey,
    F.PKCS_8,
    F.TransparentECPrivateKey,
    F.TransparentECDSAPrivateKey,
    F.TransparentECDHPrivateKey,
    F.TransparentECMQVPrivateKey,
    F.PKCS_12,
  ],
  dsa: [F.PKCS_8, F.TransparentDSAPrivateKey, F.PKCS_12],
  dh: [F.PKCS_8, F.TransparentDHPrivateKey],
};
const publicFormats: TypedFormats = {
  rsa: [F.PKCS_1, F.X_509, F.TransparentRSAPublicKey],
  ec: [
    F.X_509,
    F.TransparentECPublicKey,
    F.TransparentECDSAPublicKey,
    F.TransparentECDHPublicKey,
    F.TransparentECMQVPublicKey,
  ],
  dsa: [F.X_509, F.TransparentDSAPublicKey],
  dh: [F.X_509, F.TransparentDHPublicKey],
};

/** The formats that asymmetric keys can be written in, by node:crypto's name of the key type, the usual one first. */
export const asymmetricFormats = { private: privateFormats, public: publicFormats } as const;

/** The formats that a key can be written in, the usual one first. */
export function formatsOf(neutral: NeutralKey): readonly number[] {
  if (neutral.kind === 'bytes') return [F.Raw, F.TransparentSymmetricKey];
  return asymmetricFormats[neutral.kind][neutral.key.asymmetricKeyType ?? ''] ?? [];
}

/**
 * Writes a key as the Key Material of a format. A key that was registered in that very format is better given back as it
 * came, byte for byte.
 * Throws Key Format Type Not Supported when the key has no such form, Key Compression Type Not Supported, and Invalid
 * Field for PKCS#12 without a password.
 */
export function writeKeyMaterial(
  neutral: NeutralKey,
  format: number,
  { keyCompressionType, password, certificates = [], friendlyName }: WriteKeyOptions = {},
): Buffer | StructureItem {
  if (!formatsOf(neutral).includes(format)) {
    formatNotSupported(`The key cannot be given as ${valueName('KeyFormatType', format)}.`);
  }
  if (neutral.kind === 'bytes') {
    return format === F.TransparentSymmetricKey ? makeTransparentKey(format, { key: neutral.bytes }) : neutral.bytes;
  }
  const { key } = neutral;
  const point = keyCompressionType === undefined ? undefined : compressedPoint(key, keyCompressionType);
  switch (format) {
    case F.PKCS_1:
      return key.export({ type: 'pkcs1', format: 'der' });
    case F.PKCS_8:
      return key.export({ type: 'pkcs8', format: 'der' });
    case F.ECPrivateKey:
      return key.export({ type: 'sec1', format: 'der' });
    case F.PKCS_12:
      return packPkcs12({ privateKey: key, certificates, friendlyName }, needPassword(password));
    case F.X_509:
      return point === undefined
        ? key.export({ type: 'spki', format: 'der' })
        : ecPublicInfo(key.asymmetricKeyDetails?.namedCurve ?? '', point);
    default:
      if (!isTransparentFormat(format) || format === F.TransparentSymmetricKey) return formatNotSupported('');
      return writeTransparent(format, key, point);
  }
}
