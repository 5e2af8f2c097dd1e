import { Operation, Tag } from '../../registry/index.ts';
import { templateAttribute } from '../attribute.ts';
import { cryptographicParameters } from '../attribute-values.ts';
import {
  byteString,
  enumeration,
  integer,
  optional,
  repeated,
  required,
  structure,
  type TypeOf,
  textString,
} from '../kernel.ts';
import { defineOperation } from '../operation.ts';

// Salt and Iteration Count are for PBKDF2 alone, and required there. KMIP 1.1 §4.6
const derivationParameters = structure({
  cryptographicParameters: optional(Tag.CryptographicParameters, cryptographicParameters),
  initializationVector: optional(Tag.InitializationVector, byteString),
  derivationData: optional(Tag.DerivationData, byteString),
  salt: optional(Tag.Salt, byteString),
  iterationCount: optional(Tag.IterationCount, integer),
});
export type DerivationParameters = TypeOf<typeof derivationParameters>;

/** The ID Placeholder does not stand in for a Unique Identifier here: one or two are given. */
export const deriveKey = defineOperation({
  operation: Operation.DeriveKey,
  since: '1.0',
  clause: 'KMIP 1.1 §4.6',
  request: {
    objectType: required(Tag.ObjectType, enumeration('ObjectType')),
    uniqueIdentifiers: repeated(Tag.UniqueIdentifier, textString),
    derivationMethod: required(Tag.DerivationMethod, enumeration('DerivationMethod')),
    derivationParameters: required(Tag.DerivationParameters, derivationParameters),
    templateAttribute: required(Tag.TemplateAttribute, templateAttribute),
  },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    templateAttribute: optional(Tag.TemplateAttribute, templateAttribute),
  },
});
