import { Operation, Tag } from '../../registry/index.ts';
import type { StructureItem } from '../../ttlv/index.ts';
import { anyStructure, byteString, required } from '../kernel.ts';
import { defineOperation, type OperationDefinition, type RequestOf, responsePayload } from '../operation.ts';

const declared = defineOperation({
  operation: Operation.Poll,
  since: '1.0',
  clause: 'KMIP 1.1 §4.28',
  request: { asynchronousCorrelationValue: required(Tag.AsynchronousCorrelationValue, byteString) },
  response: {},
});

/**
 * The answer has the operation and the payload that the polled request would have got: the payload is passed on as an
 * item. It has none while the operation is pending.
 */
export const poll: OperationDefinition<RequestOf<typeof declared>, StructureItem> = {
  ...declared,
  response: responsePayload({ decode: anyStructure.decode, encode: (_tag, payload) => payload }),
};
