import { Operation, Tag } from '../../registry/index.ts';
import { attribute } from '../attribute.ts';
import { optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

export const addAttribute = defineOperation({
  operation: Operation.AddAttribute,
  since: '1.0',
  clause: 'KMIP 1.1 §4.14',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    attribute: required(Tag.Attribute, attribute),
  },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    attribute: required(Tag.Attribute, attribute),
  },
});
