import type { KeyBlock, KeyInformation, KeyValue, KeyWrappingData, ManagedObject } from '../../kmip/index.ts';
import { ownBytes } from './own-bytes.ts';

/** An object on memory of its own: what was decoded still lies in the message that brought it. */
export function ownedObject(object: ManagedObject): ManagedObject {
  if ('certificateValue' in object) return { ...object, certificateValue: Buffer.from(object.certificateValue) };
  if ('opaqueDataValue' in object) return { ...object, opaqueDataValue: Buffer.from(object.opaqueDataValue) };
  if (!('keyBlock' in object)) return { ...object, attributes: object.attributes.map(ownAttribute) };
  return { ...object, keyBlock: ownKeyBlock(object.keyBlock) };
}

function ownKeyBlock(keyBlock: KeyBlock): KeyBlock {
  const { keyValue, keyWrappingData } = keyBlock;
  return {
    ...keyBlock,
    ...(keyValue && { keyValue: ownKeyValue(keyValue) }),
    ...(keyWrappingData && { keyWrappingData: ownWrappingData(keyWrappingData) }),
  };
}

function ownKeyValue(value: KeyValue): KeyValue {
  if ('wrapped' in value) return { wrapped: Buffer.from(value.wrapped) };
  const { keyMaterial } = value;
  const own = keyMaterial instanceof Uint8Array ? Buffer.from(keyMaterial) : ownBytes(keyMaterial);
  return { keyMaterial: own as typeof keyMaterial, attributes: value.attributes.map(ownAttribute) };
}

function ownWrappingData(data: KeyWrappingData): KeyWrappingData {
  const { encryptionKeyInformation, macSignatureKeyInformation, macSignature, ivCounterNonce } = data;
  return {
    ...data,
    ...(encryptionKeyInformation && { encryptionKeyInformation: ownInformation(encryptionKeyInformation) }),
    ...(macSignatureKeyInformation && { macSignatureKeyInformation: ownInformation(macSignatureKeyInformation) }),
    ...(macSignature && { macSignature: Buffer.from(macSignature) }),
    ...(ivCounterNonce && { ivCounterNonce: Buffer.from(ivCounterNonce) }),
  };
}

function ownInformation(information: KeyInformation): KeyInformation {
  const { cryptographicParameters: parameters } = information;
  if (!parameters?.pSource) return information;
  return { ...information, cryptographicParameters: { ...parameters, pSource: Buffer.from(parameters.pSource) } };
}

function ownAttribute<A extends { attributeValue?: Parameters<typeof ownBytes>[0] }>(attribute: A): A {
  const { attributeValue } = attribute;
  return attributeValue ? { ...attribute, attributeValue: ownBytes(attributeValue) } : attribute;
}
