import type { KeyValue, ManagedObject } from '../../kmip/index.ts';
import { ownBytes } from '../attribute-rules.ts';

/** An object on memory of its own: what was decoded still lies in the message that brought it. */
export function ownedObject(object: ManagedObject): ManagedObject {
  if ('certificateValue' in object) return { ...object, certificateValue: Buffer.from(object.certificateValue) };
  if ('opaqueDataValue' in object) return { ...object, opaqueDataValue: Buffer.from(object.opaqueDataValue) };
  if (!('keyBlock' in object)) return { ...object, attributes: object.attributes.map(ownAttribute) };
  const { keyBlock } = object;
  return { ...object, keyBlock: { ...keyBlock, keyValue: keyBlock.keyValue && ownKeyValue(keyBlock.keyValue) } };
}

function ownKeyValue(value: KeyValue): KeyValue {
  if ('wrapped' in value) return { wrapped: Buffer.from(value.wrapped) };
  const { keyMaterial } = value;
  const own = keyMaterial instanceof Uint8Array ? Buffer.from(keyMaterial) : ownBytes(keyMaterial);
  return { keyMaterial: own as typeof keyMaterial, attributes: value.attributes.map(ownAttribute) };
}

function ownAttribute<A extends { attributeValue?: Parameters<typeof ownBytes>[0] }>(attribute: A): A {
  const { attributeValue } = attribute;
  return attributeValue ? { ...attribute, attributeValue: ownBytes(attributeValue) } : attribute;
}
