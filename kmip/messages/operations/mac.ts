import { Operation, Tag } from '../../registry/index.ts';
import { cryptographicParameters } from '../attribute-values.ts';
import { byteString, optional, required, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';
import { partOfStream, streamToContinue } from '../stream-fields.ts';

/** Data and MAC Data may be left out only in a stream. */
export const mac = defineOperation({
  operation: Operation.MAC,
  since: '1.2',
  clause: 'KMIP 1.2 §4.33',
  request: {
    uniqueIdentifier: optional(Tag.UniqueIdentifier, textString),
    cryptographicParameters: optional(Tag.CryptographicParameters, cryptographicParameters),
    data: optional(Tag.Data, byteString),
    ...partOfStream,
  },
  response: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    macData: optional(Tag.MACData, byteString),
    ...streamToContinue,
  },
});
