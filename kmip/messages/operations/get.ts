import { Operation, Tag } from '../../registry/index.ts';
import { enumeration, optional, required, textString } from '../kernel.ts';
import { keyWrappingSpecification } from '../key-block.ts';
import { requiredObject } from '../managed-object.ts';
import { defineOperation } from '../operation.ts';

export const get = defineOperation({
  operation: Operation.Get,
  since: '1.0',
  clause: 'KMIP 1.1 §4.11',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    keyFormatType: optional(Tag.KeyFormatType, enumeration('KeyFormatType')),
    keyWrapType: optional(Tag.KeyWrapType, enumeration('KeyWrapType'), '1.4'),
    keyCompressionType: optional(Tag.KeyCompressionType, enumeration('KeyCompressionType')),
    keyWrappingSpecification: optional(Tag.KeyWrappingSpecification, keyWrappingSpecification),
  },
  response: {
    objectType: required(Tag.ObjectType, enumeration('ObjectType')),
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    object: requiredObject,
  },
});
