import { Operation, Tag } from '../../registry/index.ts';
import { templateAttribute } from '../attribute.ts';
import { optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

/** What the two keys' own Template-Attributes say goes before the common one. */
export const createKeyPair = defineOperation({
  operation: Operation.CreateKeyPair,
  since: '1.0',
  clause: 'KMIP 1.1 §4.2',
  request: {
    commonTemplateAttribute: optional(Tag.CommonTemplateAttribute, templateAttribute),
    privateKeyTemplateAttribute: optional(Tag.PrivateKeyTemplateAttribute, templateAttribute),
    publicKeyTemplateAttribute: optional(Tag.PublicKeyTemplateAttribute, templateAttribute),
  },
  response: {
    privateKeyUniqueIdentifier: required(Tag.PrivateKeyUniqueIdentifier, textString),
    publicKeyUniqueIdentifier: required(Tag.PublicKeyUniqueIdentifier, textString),
    privateKeyTemplateAttribute: optional(Tag.PrivateKeyTemplateAttribute, templateAttribute),
    publicKeyTemplateAttribute: optional(Tag.PublicKeyTemplateAttribute, templateAttribute),
  },
});
