import { Operation, Tag } from '../../registry/index.ts';
import { byteString, enumeration, required } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

export const cancel = defineOperation({
  operation: Operation.Cancel,
  since: '1.0',
  clause: 'KMIP 1.1 §4.27',
  request: { asynchronousCorrelationValue: required(Tag.AsynchronousCorrelationValue, byteString) },
  response: {
    asynchronousCorrelationValue: required(Tag.AsynchronousCorrelationValue, byteString),
    cancellationResult: required(Tag.CancellationResult, enumeration('CancellationResult')),
  },
});
