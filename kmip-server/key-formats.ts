import { asBuffer, enumName, ItemType, KeyFormatType, type ManagedObject, ObjectType, Tag } from '../kmip/index.ts';

/** `Raw`, `Transparent Symmetric Key`, … */
export function keyFormatName(format: number): string {
  return enumName('KeyFormatType', format) ?? `Key Format Type ${format}`;
}

/** The bytes of an unwrapped symmetric key in either of its formats. KMIP 1.1 §2.1.7.1 */
export function symmetricKeyBytes(object: ManagedObject): Buffer | undefined {
  if (object.objectType !== ObjectType.SymmetricKey) return undefined;
  const { keyFormatType, keyValue } = object.keyBlock;
  if (keyValue === undefined || 'wrapped' in keyValue) return undefined;
  const { keyMaterial } = keyValue;
  if (keyMaterial instanceof Uint8Array) return keyFormatType === KeyFormatType.Raw ? asBuffer(keyMaterial) : undefined;
  const key = keyMaterial.value.find(({ tag }) => tag === Tag.Key);
  return key?.type === ItemType.ByteString ? asBuffer(key.value) : undefined;
}
