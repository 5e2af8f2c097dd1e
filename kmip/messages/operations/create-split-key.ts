import { Operation, Tag } from '../../registry/index.ts';
import { templateAttribute } from '../attribute.ts';
import { bigInteger, enumeration, integer, optional, repeated, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

/** Splits the named key, or a new one. The answer names the parts, that with Key Part Identifier 1 first. */
export const createSplitKey = defineOperation({
  operation: Operation.CreateSplitKey,
  since: '1.2',
  clause: 'KMIP 1.2 §4.38',
  request: {
    objectType: required(Tag.ObjectType, enumeration('ObjectType')),
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    splitKeyParts: required(Tag.SplitKeyParts, integer),
    splitKeyThreshold: required(Tag.SplitKeyThreshold, integer),
    splitKeyMethod: required(Tag.SplitKeyMethod, enumeration('SplitKeyMethod')),
    primeFieldSize: optional(Tag.PrimeFieldSize, bigInteger),
    templateAttribute: required(Tag.TemplateAttribute, templateAttribute),
  },
  response: {
    // In the table of 1.2; neither the official messages of 1.2 nor the table of 1.4 have it.
    objectType: optional(Tag.ObjectType, enumeration('ObjectType')),
    uniqueIdentifiers: repeated(Tag.UniqueIdentifier, textString),
    templateAttribute: optional(Tag.TemplateAttribute, templateAttribute),
  },
});
