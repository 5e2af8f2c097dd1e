import { hash } from 'node:crypto';
import {
  type Digest,
  encode,
  HashingAlgorithm,
  type KeyBlock,
  KeyFormatType,
  type ManagedObject,
  ObjectType,
  Tag,
} from '../kmip/index.ts';

/**
 * The SHA-256 Digest that every object has: of the Certificate Value, the Opaque Data Value, or the Key Material in the
 * format in which it was registered. A transparent format is digested as its TTLV encoding. KMIP 1.1 §3.17, OASIS TC-181-11
 */
export function digestOf(object: ManagedObject): Digest | undefined {
  switch (object.objectType) {
    case ObjectType.Certificate:
      return sha256(object.certificateValue, KeyFormatType.X_509);
    case ObjectType.OpaqueObject:
      return sha256(object.opaqueDataValue, KeyFormatType.Opaque);
    case ObjectType.Template:
      return undefined;
    default:
      return keyDigest(object.keyBlock);
  }
}

function keyDigest({ keyFormatType, keyValue }: KeyBlock): Digest | undefined {
  // Of a wrapped key the server has no Key Material to digest.
  if (keyValue === undefined || 'wrapped' in keyValue) return undefined;
  const { keyMaterial } = keyValue;
  const bytes = keyMaterial instanceof Uint8Array ? keyMaterial : encode({ ...keyMaterial, tag: Tag.KeyMaterial });
  return sha256(bytes, keyFormatType);
}

function sha256(bytes: Uint8Array, keyFormatType: number): Digest {
  return { hashingAlgorithm: HashingAlgorithm.SHA_256, digestValue: hash('sha256', bytes, 'buffer'), keyFormatType };
}
