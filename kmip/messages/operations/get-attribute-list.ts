import { Operation, Tag } from '../../registry/index.ts';
import { attributeName } from '../attribute.ts';
import { optional, repeated, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

export const getAttributeList = defineOperation({
  operation: Operation.GetAttributeList,
  since: '1.0',
  clause: 'KMIP 1.1 §4.13',
  request: { uniqueIdentifier: optional(Tag.UniqueIdentifier, textString) },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    attributeNames: repeated(Tag.AttributeName, attributeName),
  },
});
