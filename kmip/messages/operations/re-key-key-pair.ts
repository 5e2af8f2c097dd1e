import { Operation, Tag } from '../../registry/index.ts';
import { templateAttribute } from '../attribute.ts';
import { interval, optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

/** The pair is named by its private key; the answer names the replacements. `offset` is in seconds, as for Re-key. */
export const reKeyKeyPair = defineOperation({
  operation: Operation.ReKeyKeyPair,
  since: '1.1',
  clause: 'KMIP 1.1 §4.5',
  request: {
    privateKeyUniqueIdentifier: optional(Tag.PrivateKeyUniqueIdentifier, textString),
    offset: optional(Tag.Offset, interval),
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
