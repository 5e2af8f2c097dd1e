import { hash } from 'node:crypto';
import {
  encode,
  HashingAlgorithm,
  type Item,
  KeyFormatType,
  type ManagedObject,
  makeAttribute,
  ObjectType,
  Tag,
} from '../../kmip/index.ts';

/**
 * The bytes that the Digest of an object is taken of, and their format: the Certificate Value, the Opaque Data Value, or
 * the Key Material in the format in which it was registered. A transparent format is digested as its TTLV encoding.
 * KMIP 1.1 §3.17, OASIS TC-181-11
 */
function digested(object: ManagedObject): { bytes: Uint8Array; keyFormatType: number } {
  if ('certificateValue' in object) return { bytes: object.certificateValue, keyFormatType: KeyFormatType.X_509 };
  if ('opaqueDataValue' in object) return { bytes: object.opaqueDataValue, keyFormatType: KeyFormatType.Opaque };
  if (!('keyBlock' in object)) throw new TypeError('a template has no digest');
  const { keyFormatType, keyValue } = object.keyBlock;
  if (!keyValue || 'wrapped' in keyValue) throw new TypeError('a key that is wrapped or elsewhere has no digest');
  const { keyMaterial } = keyValue;
  const bytes = keyMaterial instanceof Uint8Array ? keyMaterial : encode({ ...keyMaterial, tag: Tag.KeyMaterial });
  return { bytes, keyFormatType };
}

/** Whether an object has a Digest: of a wrapped key the server has no Key Material to digest. */
export function hasDigest(object: ManagedObject): boolean {
  if (object.objectType === ObjectType.Template) return false;
  if (!('keyBlock' in object)) return true;
  const { keyValue, keyWrappingData } = object.keyBlock;
  return keyValue !== undefined && !('wrapped' in keyValue) && !keyWrappingData;
}

/** The SHA-256 Digest of an object that {@link hasDigest}, as an Attribute Value. */
export function digestOf(object: ManagedObject): Item {
  const { bytes, keyFormatType } = digested(object);
  const digestValue = hash('sha256', bytes, 'buffer');
  const made = makeAttribute('Digest', { hashingAlgorithm: HashingAlgorithm.SHA_256, digestValue, keyFormatType });
  return made.attributeValue as Item;
}
