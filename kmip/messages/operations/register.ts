import { Operation, Tag } from '../../registry/index.ts';
import { templateAttribute } from '../attribute.ts';
import { enumeration, optional, required, textString } from '../kernel.ts';
import { optionalObject } from '../managed-object.ts';
import { defineOperation } from '../operation.ts';

/** The object may be omitted for some types, such as a private key held elsewhere. */
export const register = defineOperation({
  operation: Operation.Register,
  since: '1.0',
  clause: 'KMIP 1.1 §4.3',
  request: {
    objectType: required(Tag.ObjectType, enumeration('ObjectType')),
    templateAttribute: required(Tag.TemplateAttribute, templateAttribute),
    object: optionalObject,
  },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    templateAttribute: optional(Tag.TemplateAttribute, templateAttribute),
  },
});
