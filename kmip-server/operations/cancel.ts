import { enumName, operations } from '../../kmip/index.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.27. A value that this client has no operation for is answered with Unavailable. */
export const cancel = handle(operations.cancel, (request, context) => {
  const { asynchronousCorrelationValue } = request;
  const cancellationResult = context.once(() =>
    context.services.pending.cancel(asynchronousCorrelationValue, context.client),
  );
  const text = `Cancel ${asynchronousCorrelationValue.toString('hex')} → ${enumName('CancellationResult', cancellationResult)}`;
  return { response: { asynchronousCorrelationValue, cancellationResult }, text };
});
