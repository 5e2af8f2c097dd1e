import { Operation, Tag } from '../../registry/index.ts';
import { byteString, integer, required } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

/** Data Length is in bytes. */
export const rngRetrieve = defineOperation({
  operation: Operation.RNGRetrieve,
  since: '1.2',
  clause: 'KMIP 1.2 §4.35',
  request: { dataLength: required(Tag.DataLength, integer) },
  response: { data: required(Tag.Data, byteString) },
});
