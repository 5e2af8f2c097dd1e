/** From the format in which an object is held to the one that a client asks for. KMIP 1.1 §4.11 */
import {
  enumName,
  type KeyBlock,
  KeyFormatType,
  KmipError,
  type ManagedObject,
  ObjectType,
  ResultReason,
} from '../../kmip/index.ts';
import { formatsOf, readKey, type WriteKeyOptions, writeKeyMaterial } from '../cryptography/key-formats.ts';

/** `Raw`, `Transparent Symmetric Key`, … */
function keyFormatName(format: number): string {
  return enumName('KeyFormatType', format) ?? `Key Format Type ${format}`;
}

/** Secret Data is bytes without a structure of its own: both formats say the same. */
const secretFormats: ReadonlySet<number> = new Set([KeyFormatType.Raw, KeyFormatType.Opaque]);

export interface AskedFormat extends WriteKeyOptions {
  keyFormatType?: number | undefined;
}

/**
 * An object in the Key Format Type and Key Compression Type that are asked for; as it is when they are those it has.
 * Throws Key Format Type Not Supported, Key Compression Type Not Supported, Key Value Not Present, and Illegal Operation
 * for a key that is wrapped.
 */
export function inFormat(material: ManagedObject, asked: AskedFormat): ManagedObject {
  const { keyFormatType: format, keyCompressionType } = asked;
  if (format === undefined && keyCompressionType === undefined) return material;
  if (!('keyBlock' in material)) {
    const reason =
      format === undefined ? ResultReason.KeyCompressionTypeNotSupported : ResultReason.KeyFormatTypeNotSupported;
    throw new KmipError(reason, 'This type of object has no Key Format Type.');
  }
  const { keyBlock } = material;
  const target = format ?? keyBlock.keyFormatType;
  const isCompressed = keyCompressionType === undefined || keyCompressionType === keyBlock.keyCompressionType;
  if (target === keyBlock.keyFormatType && isCompressed) return material;
  return { ...material, keyBlock: converted(material.objectType, keyBlock, target, asked) };
}

function converted(objectType: number, keyBlock: KeyBlock, format: number, asked: WriteKeyOptions): KeyBlock {
  const { keyFormatType: held, keyWrappingData, keyCompressionType: _, ...rest } = keyBlock;
  if (keyWrappingData) {
    throw new KmipError(ResultReason.IllegalOperation, 'The key is held wrapped: its format cannot be changed.');
  }
  const { keyCompressionType } = asked;
  if (objectType === ObjectType.SecretData && secretFormats.has(held) && secretFormats.has(format)) {
    return { ...keyBlock, keyFormatType: format };
  }
  const key = keyTypes.has(objectType) && held !== KeyFormatType.Opaque ? readKey(objectType, keyBlock) : undefined;
  if (!key || !formatsOf(key).includes(format)) {
    throw new KmipError(
      ResultReason.KeyFormatTypeNotSupported,
      `The key is held as ${keyFormatName(held)} and cannot be given as ${keyFormatName(format)}.`,
    );
  }
  if (key.kind === 'bytes' && keyCompressionType !== undefined) {
    throw new KmipError(ResultReason.KeyCompressionTypeNotSupported, 'Only public keys on a curve can be compressed.');
  }
  const keyMaterial = writeKeyMaterial(key, format, asked);
  if (format === KeyFormatType.PKCS_12) {
    // A file that is encrypted by itself stands in place of the Key Value, which also tells what the key is (OASIS TC-PKCS12-1-14).
    return { keyFormatType: format, keyValue: { wrapped: keyMaterial as Buffer } };
  }
  return {
    ...rest,
    keyFormatType: format,
    ...(keyCompressionType !== undefined && { keyCompressionType }),
    keyValue: { keyMaterial, attributes: [] },
  };
}

/** Objects whose Key Material is one key that this server can read. */
const keyTypes: ReadonlySet<number> = new Set([ObjectType.SymmetricKey, ObjectType.PublicKey, ObjectType.PrivateKey]);
