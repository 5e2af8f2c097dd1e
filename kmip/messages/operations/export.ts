import { Operation, Tag } from '../../registry/index.ts';
import { attribute } from '../attribute.ts';
import { enumeration, optional, repeated, required, textString } from '../kernel.ts';
import { keyWrappingSpecification } from '../key-block.ts';
import { optionalObject } from '../managed-object.ts';
import { defineOperation } from '../operation.ts';

/** Get with all attributes. `export` alone is a reserved word. */
export const exportObject = defineOperation({
  operation: Operation.Export,
  since: '1.4',
  clause: 'KMIP 1.4 §4.40',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    keyFormatType: optional(Tag.KeyFormatType, enumeration('KeyFormatType')),
    keyWrapType: optional(Tag.KeyWrapType, enumeration('KeyWrapType')),
    keyCompressionType: optional(Tag.KeyCompressionType, enumeration('KeyCompressionType')),
    keyWrappingSpecification: optional(Tag.KeyWrappingSpecification, keyWrappingSpecification),
  },
  response: {
    objectType: required(Tag.ObjectType, enumeration('ObjectType')),
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    attributes: repeated(Tag.Attribute, attribute),
    // The table requires it, the text forbids the material of a destroyed object: a certificate would have no value.
    object: optionalObject,
  },
});
