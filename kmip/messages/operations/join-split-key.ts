import { Operation, Tag } from '../../registry/index.ts';
import { templateAttribute } from '../attribute.ts';
import { enumeration, optional, repeated, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

/** The request names the parts, at least as many as their Split Key Threshold; the answer the object made of them. */
export const joinSplitKey = defineOperation({
  operation: Operation.JoinSplitKey,
  since: '1.2',
  clause: 'KMIP 1.2 §4.39',
  request: {
    objectType: required(Tag.ObjectType, enumeration('ObjectType')),
    uniqueIdentifiers: repeated(Tag.UniqueIdentifier, textString),
    secretDataType: optional(Tag.SecretDataType, enumeration('SecretDataType')),
    templateAttribute: optional(Tag.TemplateAttribute, templateAttribute),
  },
  response: {
    // In the table of 1.2; neither the official messages of 1.2 nor the table of 1.4 have it.
    objectType: optional(Tag.ObjectType, enumeration('ObjectType')),
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    templateAttribute: optional(Tag.TemplateAttribute, templateAttribute),
  },
});
