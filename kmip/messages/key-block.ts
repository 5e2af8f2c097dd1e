import { ResultReason, Tag } from '../registry/index.ts';
import { asBuffer, type ByteStringItem, type Item, ItemType, item, type StructureItem } from '../ttlv/index.ts';
import { type Attribute, attribute, attributeName } from './attribute.ts';
import { cryptographicParameters } from './attribute-values.ts';
import { KmipError } from './errors.ts';
import {
  byteString,
  enumeration,
  integer,
  optional,
  repeated,
  required,
  structure,
  type TypeOf,
  textString,
  type ValueCodec,
} from './kernel.ts';

const bytesOrStructure: ValueCodec<Buffer | StructureItem> = {
  decode(found) {
    if (found.type === ItemType.ByteString) return asBuffer(found.value);
    if (found.type === ItemType.Structure) return found;
    throw new KmipError(ResultReason.InvalidMessage, 'Key Material must be a ByteString or a Structure');
  },
  encode(tag, value): Item {
    if (!(value instanceof Uint8Array)) return { ...value, tag };
    return { tag, type: ItemType.ByteString, value } satisfies ByteStringItem;
  },
};

const plainKeyValue = structure({
  keyMaterial: required(Tag.KeyMaterial, bytesOrStructure),
  attributes: repeated(Tag.Attribute, attribute),
});

/**
 * KMIP 1.1 §2.1.4: a structure, or the bytes of a wrapped (and possibly encoded) one. Key Material is bytes, or for the
 * transparent formats a structure; see `key-material.ts`.
 */
export type KeyValue = { keyMaterial: Buffer | StructureItem; attributes: Attribute[] } | { wrapped: Buffer };

const keyValue: ValueCodec<KeyValue> = {
  decode: (found, context) =>
    found.type === ItemType.ByteString ? { wrapped: asBuffer(found.value) } : plainKeyValue.decode(found, context),
  encode: (tag, value, context) =>
    'wrapped' in value ? item.byteString(tag, value.wrapped) : plainKeyValue.encode(tag, value, context),
};

// KMIP 1.1 §2.1.5; both Key Information structures have the same fields
const keyInformation = structure({
  uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
  cryptographicParameters: optional(Tag.CryptographicParameters, cryptographicParameters),
});
export type KeyInformation = TypeOf<typeof keyInformation>;

// KMIP 1.1 §2.1.5; Encoding Option new in 1.1
export const keyWrappingData = structure({
  wrappingMethod: required(Tag.WrappingMethod, enumeration('WrappingMethod')),
  encryptionKeyInformation: optional(Tag.EncryptionKeyInformation, keyInformation),
  macSignatureKeyInformation: optional(Tag.MACSignatureKeyInformation, keyInformation),
  macSignature: optional(Tag.MACSignature, byteString),
  ivCounterNonce: optional(Tag.IVCounterNonce, byteString),
  encodingOption: optional(Tag.EncodingOption, enumeration('EncodingOption'), '1.1'),
});
export type KeyWrappingData = TypeOf<typeof keyWrappingData>;

// KMIP 1.1 §2.1.6; Encoding Option new in 1.1
export const keyWrappingSpecification = structure({
  wrappingMethod: required(Tag.WrappingMethod, enumeration('WrappingMethod')),
  encryptionKeyInformation: optional(Tag.EncryptionKeyInformation, keyInformation),
  macSignatureKeyInformation: optional(Tag.MACSignatureKeyInformation, keyInformation),
  attributeNames: repeated(Tag.AttributeName, attributeName),
  encodingOption: optional(Tag.EncodingOption, enumeration('EncodingOption'), '1.1'),
});
export type KeyWrappingSpecification = TypeOf<typeof keyWrappingSpecification>;

// KMIP 1.1 §2.1.3; from 1.2 on the Key Value may be held elsewhere
export const keyBlock = structure({
  keyFormatType: required(Tag.KeyFormatType, enumeration('KeyFormatType')),
  keyCompressionType: optional(Tag.KeyCompressionType, enumeration('KeyCompressionType')),
  keyValue: optional(Tag.KeyValue, keyValue),
  cryptographicAlgorithm: optional(Tag.CryptographicAlgorithm, enumeration('CryptographicAlgorithm')),
  cryptographicLength: optional(Tag.CryptographicLength, integer),
  keyWrappingData: optional(Tag.KeyWrappingData, keyWrappingData),
});
export type KeyBlock = TypeOf<typeof keyBlock>;
