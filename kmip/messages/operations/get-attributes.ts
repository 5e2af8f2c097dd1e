import { Operation, Tag } from '../../registry/index.ts';
import { attribute, attributeName } from '../attribute.ts';
import { optional, repeated, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

/** No names ask for all attributes. */
export const getAttributes = defineOperation({
  operation: Operation.GetAttributes,
  since: '1.0',
  clause: 'KMIP 1.1 §4.12',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    attributeNames: repeated(Tag.AttributeName, attributeName),
  },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    attributes: repeated(Tag.Attribute, attribute),
  },
});
