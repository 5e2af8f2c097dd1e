import { Operation, Tag } from '../../registry/index.ts';
import { cryptographicParameters } from '../attribute-values.ts';
import { byteString, optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';
import { partOfStream, streamToContinue } from '../stream-fields.ts';

/** Data may be left out only in a stream. The answer has an IV when the server chose it, a tag for authenticated modes. */
export const encrypt = defineOperation({
  operation: Operation.Encrypt,
  since: '1.2',
  clause: 'KMIP 1.2 §4.29',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    cryptographicParameters: optional(Tag.CryptographicParameters, cryptographicParameters),
    data: optional(Tag.Data, byteString),
    ivCounterNonce: optional(Tag.IVCounterNonce, byteString),
    ...partOfStream,
    authenticatedEncryptionAdditionalData: optional(Tag.AuthenticatedEncryptionAdditionalData, byteString, '1.4'),
  },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    data: optional(Tag.Data, byteString),
    ivCounterNonce: optional(Tag.IVCounterNonce, byteString),
    ...streamToContinue,
    authenticatedEncryptionTag: optional(Tag.AuthenticatedEncryptionTag, byteString, '1.4'),
  },
});
