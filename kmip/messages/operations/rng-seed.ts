import { Operation, Tag } from '../../registry/index.ts';
import { byteString, integer, required } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

/** The answer tells how many bytes of the seed were used; 0 is no error. */
export const rngSeed = defineOperation({
  operation: Operation.RNGSeed,
  since: '1.2',
  clause: 'KMIP 1.2 §4.36',
  request: { data: required(Tag.Data, byteString) },
  response: { dataLength: required(Tag.DataLength, integer) },
});
