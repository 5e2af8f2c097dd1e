import { KmipError, operations, ResultReason } from '../../kmip/index.ts';
import { handle } from './handler.ts';

/**
 * KMIP 1.1 §4.28: the answer is that of the operation that is polled, so it is that operation's handler which runs
 * (batch-item.ts). This one answers for values of which this client has no pending operation.
 */
export const poll = handle(operations.poll, ({ asynchronousCorrelationValue }) => {
  const value = asynchronousCorrelationValue.toString('hex');
  throw new KmipError(
    ResultReason.ItemNotFound,
    `No pending operation has the Asynchronous Correlation Value ${value.slice(0, 80)}.`,
  );
});
