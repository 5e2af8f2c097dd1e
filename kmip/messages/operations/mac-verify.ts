import { Operation, Tag } from '../../registry/index.ts';
import { cryptographicParameters } from '../attribute-values.ts';
import { byteString, enumeration, optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';
import { partOfStream, streamToContinue } from '../stream-fields.ts';

/** MAC Data may be left out only in a stream. */
export const macVerify = defineOperation({
  operation: Operation.MACVerify,
  since: '1.2',
  clause: 'KMIP 1.2 §4.34',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    cryptographicParameters: optional(Tag.CryptographicParameters, cryptographicParameters),
    data: optional(Tag.Data, byteString),
    macData: optional(Tag.MACData, byteString),
    ...partOfStream,
  },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    validityIndicator: required(Tag.ValidityIndicator, enumeration('ValidityIndicator')),
    ...streamToContinue,
  },
});
