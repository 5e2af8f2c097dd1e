import { Operation, Tag } from '../../registry/index.ts';
import { templateAttribute } from '../attribute.ts';
import { interval, optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

/** The answer names the replacement. `offset` is in seconds from the new Initial Date to the new Activation Date. */
export const reKey = defineOperation({
  operation: Operation.ReKey,
  since: '1.0',
  clause: 'KMIP 1.1 §4.4',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    offset: optional(Tag.Offset, interval),
    templateAttribute: optional(Tag.TemplateAttribute, templateAttribute),
  },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    templateAttribute: optional(Tag.TemplateAttribute, templateAttribute),
  },
});
