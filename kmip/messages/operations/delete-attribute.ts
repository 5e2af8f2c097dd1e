import { Operation, Tag } from '../../registry/index.ts';
import { attribute } from '../attribute.ts';
import { integer, optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

/** The answer carries the attribute that was deleted. */
export const deleteAttribute = defineOperation({
  operation: Operation.DeleteAttribute,
  since: '1.0',
  clause: 'KMIP 1.1 §4.16',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    attributeName: required(Tag.AttributeName, textString),
    attributeIndex: optional(Tag.AttributeIndex, integer),
  },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    attribute: required(Tag.Attribute, attribute),
  },
});
