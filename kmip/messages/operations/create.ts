import { Operation, Tag } from '../../registry/index.ts';
import { templateAttribute } from '../attribute.ts';
import { enumeration, optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

export const create = defineOperation({
  operation: Operation.Create,
  since: '1.0',
  clause: 'KMIP 1.1 §4.1',
  request: {
    objectType: required(Tag.ObjectType, enumeration('ObjectType')),
    templateAttribute: required(Tag.TemplateAttribute, templateAttribute),
  },
  response: {
    objectType: required(Tag.ObjectType, enumeration('ObjectType')),
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    templateAttribute: optional(Tag.TemplateAttribute, templateAttribute),
  },
});
