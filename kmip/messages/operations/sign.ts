import { Operation, Tag } from '../../registry/index.ts';
import { cryptographicParameters } from '../attribute-values.ts';
import { byteString, optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';
import { partOfStream, streamToContinue } from '../stream-fields.ts';

/** Either Data or, from 1.4 on, Digested Data; neither only in a stream. */
export const sign = defineOperation({
  operation: Operation.Sign,
  since: '1.2',
  clause: 'KMIP 1.2 §4.31',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    cryptographicParameters: optional(Tag.CryptographicParameters, cryptographicParameters),
    data: optional(Tag.Data, byteString),
    digestedData: optional(Tag.DigestedData, byteString, '1.4'),
    ...partOfStream,
  },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    signatureData: optional(Tag.SignatureData, byteString),
    ...streamToContinue,
  },
});
