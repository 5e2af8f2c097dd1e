import { Operation, Tag } from '../../registry/index.ts';
import { attribute } from '../attribute.ts';
import { optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

export const modifyAttribute = defineOperation({
  operation: Operation.ModifyAttribute,
  since: '1.0',
  clause: 'KMIP 1.1 §4.15',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    attribute: required(Tag.Attribute, attribute),
  },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    attribute: required(Tag.Attribute, attribute),
  },
});
