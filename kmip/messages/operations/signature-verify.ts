import { Operation, Tag } from '../../registry/index.ts';
import { cryptographicParameters } from '../attribute-values.ts';
import { byteString, enumeration, optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';
import { partOfStream, streamToContinue } from '../stream-fields.ts';

/** Signature Data may be left out only in a stream. The answer has Data when the signature gives it back. */
export const signatureVerify = defineOperation({
  operation: Operation.SignatureVerify,
  since: '1.2',
  clause: 'KMIP 1.2 §4.32',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    cryptographicParameters: optional(Tag.CryptographicParameters, cryptographicParameters),
    data: optional(Tag.Data, byteString),
    digestedData: optional(Tag.DigestedData, byteString, '1.4'),
    signatureData: optional(Tag.SignatureData, byteString),
    ...partOfStream,
  },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    validityIndicator: required(Tag.ValidityIndicator, enumeration('ValidityIndicator')),
    data: optional(Tag.Data, byteString),
    ...streamToContinue,
  },
});
