/** Wrapping and unwrapping Key Blocks. KMIP 1.1 §2.1.4 to §2.1.6 */
import { KeyObject } from 'node:crypto';
import {
  type Attribute,
  asBuffer,
  attribute,
  BlockCipherMode,
  type CryptographicParameters,
  decode,
  EncodingOption,
  encode,
  ItemType,
  item,
  type KeyBlock,
  type KeyValue,
  type KeyWrappingData,
  type KeyWrappingSpecification,
  KmipError,
  type ProtocolVersion,
  ResultReason,
  type StructureItem,
  Tag,
  WrappingMethod,
} from '../../kmip/index.ts';
import { decryptWithPrivateKey, encryptWithPublicKey } from './asymmetric.ts';
import { decrypt, encrypt } from './cipher.ts';
import { isSameMac, mac } from './mac.ts';
import { cryptographicFailure, invalidField, refuseValue } from './not-supported.ts';
import { isSignedBy, sign } from './signature.ts';

/**
 * A key that wraps or unwraps: bytes of a symmetric key with its Cryptographic Algorithm, or an asymmetric key (public to
 * encrypt and to verify, private to decrypt and to sign). `parameters` are those that the client named, else the first
 * Cryptographic Parameters of the key.
 */
export interface WrappingKey {
  key: Buffer | KeyObject;
  algorithm: number;
  parameters: CryptographicParameters;
}

export interface WrappingKeys {
  /** Of the Encryption Key Information. */
  encryption?: WrappingKey | undefined;
  /** Of the MAC/Signature Key Information. */
  macSignature?: WrappingKey | undefined;
}

type PlainKeyValue = Exclude<KeyValue, { wrapped: Buffer }>;

const encrypts: ReadonlySet<number> = new Set([
  WrappingMethod.Encrypt,
  WrappingMethod.EncryptThenMACSign,
  WrappingMethod.MACSignThenEncrypt,
]);
const proves: ReadonlySet<number> = new Set([
  WrappingMethod.MACSign,
  WrappingMethod.EncryptThenMACSign,
  WrappingMethod.MACSignThenEncrypt,
]);

function checkMethod(method: number): void {
  if (!encrypts.has(method) && !proves.has(method)) refuseValue('WrappingMethod', method, 'by this server');
}

/** The bytes that are wrapped: the Key Value's TTLV encoding, or with No Encoding its Key Material as it is. */
function encodedKeyValue(
  { keyMaterial, attributes }: PlainKeyValue,
  encodingOption: number | undefined,
  version: ProtocolVersion,
): Buffer {
  if (encodingOption === EncodingOption.NoEncoding) {
    if (keyMaterial instanceof Uint8Array && attributes.length === 0) return asBuffer(keyMaterial);
    throw new KmipError(
      ResultReason.EncodingOptionError,
      'Without encoding only a Key Material of bytes can be wrapped, and no attributes with it.',
    );
  }
  if (encodingOption !== undefined && encodingOption !== EncodingOption.TTLVEncoding) {
    throw new KmipError(ResultReason.EncodingOptionError, 'The Encoding Option must be No Encoding or TTLV Encoding.');
  }
  const material =
    keyMaterial instanceof Uint8Array
      ? item.byteString(Tag.KeyMaterial, keyMaterial)
      : { ...keyMaterial, tag: Tag.KeyMaterial };
  const children = attributes.flatMap((one) => attribute.encode(Tag.Attribute, one, { version }) ?? []);
  return Buffer.from(encode(item.structure(Tag.KeyValue, [material, ...children])));
}

function decodedKeyValue(bytes: Buffer, encodingOption: number | undefined, version: ProtocolVersion): PlainKeyValue {
  if (encodingOption === EncodingOption.NoEncoding) return { keyMaterial: bytes, attributes: [] };
  let found: StructureItem;
  try {
    found = decode(bytes) as StructureItem;
  } catch {
    return cryptographicFailure('What was unwrapped is no Key Value: another wrapping key or damaged data.');
  }
  const [material, ...rest] = found.type === ItemType.Structure && found.tag === Tag.KeyValue ? found.value : [];
  const isMaterial = material?.tag === Tag.KeyMaterial;
  if (isMaterial && rest.every(({ tag }) => tag === Tag.Attribute)) {
    const attributes: Attribute[] = rest.map((one) => attribute.decode(one, { version }));
    if (material.type === ItemType.ByteString) return { keyMaterial: asBuffer(material.value), attributes };
    if (material.type === ItemType.Structure) return { keyMaterial: material, attributes };
  }
  return cryptographicFailure('What was unwrapped is no Key Value: another wrapping key or damaged data.');
}

function needKey(key: WrappingKey | undefined, information: string): WrappingKey {
  return key ?? invalidField(`The Wrapping Method needs ${information}.`);
}

/** A tag has no field of its own in the Key Wrapping Data: it follows the data (assumed). */
const usualTagLength = 16;

function hasTag({ blockCipherMode }: CryptographicParameters): boolean {
  return blockCipherMode === BlockCipherMode.GCM || blockCipherMode === BlockCipherMode.CCM;
}

function encryptKey({ key, algorithm, parameters }: WrappingKey, bytes: Buffer) {
  if (key instanceof KeyObject)
    return { data: encryptWithPublicKey(key, parameters, bytes), ivCounterNonce: undefined };
  // The specification has no field for an IV, so the server draws it and names it in the Key Wrapping Data.
  const withIv = { ...parameters, randomIv: true };
  const { data, tag, ivCounterNonce } = encrypt({ key, algorithm, parameters: withIv }, bytes);
  return { data: tag ? Buffer.concat([data, tag]) : data, ivCounterNonce };
}

function decryptKey({ key, algorithm, parameters }: WrappingKey, bytes: Buffer, ivCounterNonce?: Buffer): Buffer {
  if (key instanceof KeyObject) return decryptWithPrivateKey(key, parameters, bytes);
  const end = hasTag(parameters) ? Math.max(0, bytes.length - (parameters.tagLength ?? usualTagLength)) : bytes.length;
  const tag = hasTag(parameters) ? bytes.subarray(end) : undefined;
  return decrypt({ key, algorithm, parameters, ivCounterNonce, tag }, bytes.subarray(0, end));
}

function prove({ key, algorithm, parameters }: WrappingKey, bytes: Buffer): Buffer {
  if (key instanceof KeyObject) return sign(key, parameters, { data: bytes });
  return mac({ key, algorithm, parameters }, bytes);
}

function checkProof({ key, algorithm, parameters }: WrappingKey, bytes: Buffer, proof: Buffer | undefined): void {
  if (proof === undefined) invalidField('The Key Wrapping Data lack the MAC/Signature.');
  const isRight =
    key instanceof KeyObject
      ? isSignedBy(key, parameters, { data: bytes }, proof)
      : isSameMac(mac({ key, algorithm, parameters }, bytes), proof);
  if (!isRight) cryptographicFailure('The MAC or signature of the wrapped key is wrong.');
}

/** The Key Wrapping Data that describe what a specification asked for. */
function describe(specification: KeyWrappingSpecification): KeyWrappingData {
  const { attributeNames: _, ...described } = specification;
  return described;
}

/**
 * Wraps a Key Block as a Key Wrapping Specification asks; attributes to be wrapped with it must be in its Key Value
 * already. MAC/sign alone leaves the Key Value readable. With MAC/sign then encrypt the MAC covers the plain bytes
 * and stays outside of what is encrypted (assumed).
 * Throws Encoding Option Error, Invalid Field for a missing key, Feature Not Supported for TR-31, and what encrypting
 * and signing throw; a key that is wrapped already is an Illegal Operation.
 */
export function wrapKeyBlock(
  block: KeyBlock,
  specification: KeyWrappingSpecification,
  keys: WrappingKeys,
  version: ProtocolVersion,
): KeyBlock {
  const { wrappingMethod: method, encodingOption } = specification;
  checkMethod(method);
  const { keyValue } = block;
  if (keyValue === undefined) throw new KmipError(ResultReason.KeyValueNotPresent, 'The server does not have the key.');
  if ('wrapped' in keyValue || block.keyWrappingData) {
    throw new KmipError(ResultReason.IllegalOperation, 'The key is wrapped already.');
  }
  const plain = encodedKeyValue(keyValue, encodingOption, version);
  const data: KeyWrappingData = describe(specification);
  const macKey = proves.has(method) ? needKey(keys.macSignature, 'MAC/Signature Key Information') : undefined;
  if (!encrypts.has(method)) {
    return { ...block, keyWrappingData: { ...data, ...(macKey && { macSignature: prove(macKey, plain) }) } };
  }
  const encrypted = encryptKey(needKey(keys.encryption, 'Encryption Key Information'), plain);
  const proven = method === WrappingMethod.EncryptThenMACSign ? encrypted.data : plain;
  const keyWrappingData = {
    ...data,
    ...(macKey && { macSignature: prove(macKey, proven) }),
    ...(encrypted.ivCounterNonce && { ivCounterNonce: encrypted.ivCounterNonce }),
  };
  return { ...block, keyValue: { wrapped: encrypted.data }, keyWrappingData };
}

/** The encrypted bytes: the Key Value itself, or (OASIS TC-WRAP-1-14) the Key Material of a Key Value structure. */
function wrappedBytes(keyValue: KeyValue): Buffer {
  if ('wrapped' in keyValue) return keyValue.wrapped;
  const { keyMaterial } = keyValue;
  if (keyMaterial instanceof Uint8Array) return asBuffer(keyMaterial);
  return invalidField('The Key Value of an encrypted key must be a Byte String.');
}

/**
 * Unwraps a Key Block; the answer has no Key Wrapping Data. A block that is not wrapped comes back as it is.
 * Throws Cryptographic Failure when MAC, signature or decryption fail, else as {@link wrapKeyBlock}.
 */
export function unwrapKeyBlock(block: KeyBlock, keys: WrappingKeys, version: ProtocolVersion): KeyBlock {
  const { keyWrappingData, ...bare } = block;
  if (keyWrappingData === undefined) return block;
  const { wrappingMethod: method, encodingOption, macSignature, ivCounterNonce } = keyWrappingData;
  checkMethod(method);
  const { keyValue } = block;
  if (keyValue === undefined) throw new KmipError(ResultReason.KeyValueNotPresent, 'The server does not have the key.');
  const macKey = proves.has(method) ? needKey(keys.macSignature, 'MAC/Signature Key Information') : undefined;
  if (!encrypts.has(method)) {
    if ('wrapped' in keyValue) {
      if (macKey) checkProof(macKey, keyValue.wrapped, macSignature);
      return { ...bare, keyValue: decodedKeyValue(keyValue.wrapped, encodingOption, version) };
    }
    if (macKey) checkProof(macKey, encodedKeyValue(keyValue, encodingOption, version), macSignature);
    return bare;
  }
  const wrapped = wrappedBytes(keyValue);
  if (macKey && method === WrappingMethod.EncryptThenMACSign) checkProof(macKey, wrapped, macSignature);
  const plain = decryptKey(needKey(keys.encryption, 'Encryption Key Information'), wrapped, ivCounterNonce);
  if (macKey && method === WrappingMethod.MACSignThenEncrypt) checkProof(macKey, plain, macSignature);
  return { ...bare, keyValue: decodedKeyValue(plain, encodingOption, version) };
}
