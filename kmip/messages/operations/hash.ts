import { Operation, Tag } from '../../registry/index.ts';
import { cryptographicParameters } from '../attribute-values.ts';
import { byteString, optional, required } from '../kernel.ts';
import { defineOperation } from '../operation.ts';
import { partOfStream, streamToContinue } from '../stream-fields.ts';

/** Data may be left out only in a stream. */
export const hash = defineOperation({
  operation: Operation.Hash,
  since: '1.2',
  clause: 'KMIP 1.2 §4.37',
  request: {
    cryptographicParameters: required(Tag.CryptographicParameters, cryptographicParameters),
    data: optional(Tag.Data, byteString),
    ...partOfStream,
  },
  response: {
    data: optional(Tag.Data, byteString),
    ...streamToContinue,
  },
});
