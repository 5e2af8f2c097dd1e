import { Operation, Tag } from '../../registry/index.ts';
import { dateTime, enumeration, optional, repeated, required, textString } from '../kernel.ts';
import { certificate } from '../managed-object.ts';
import { defineOperation } from '../operation.ts';

/** The chain's certificates are sent, named, or both. */
export const validate = defineOperation({
  operation: Operation.Validate,
  since: '1.0',
  clause: 'KMIP 1.1 §4.24',
  request: {
    certificates: repeated(Tag.Certificate, certificate),
    uniqueIdentifiers: repeated(Tag.UniqueIdentifier, textString),
    validityDate: optional(Tag.ValidityDate, dateTime),
  },
  response: { validityIndicator: required(Tag.ValidityIndicator, enumeration('ValidityIndicator')) },
});
