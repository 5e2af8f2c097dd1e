import { Operation, operations } from '../../kmip/index.ts';
import { beginHash } from '../cryptography/hash.ts';
import { doPart, partOf } from '../use/crypto-streams.ts';
import { dataOf } from '../use/key-use.ts';
import { handle } from './handler.ts';

/** KMIP 1.2 §4.37; in parts 1.3 §4.37 */
export const hash = handle(operations.hash, (request, context) => {
  const part = partOf(request);
  const data = dataOf(request.data, part);
  const { result, correlationValue } = doPart(
    part,
    {
      operation: Operation.Hash,
      uniqueIdentifier: undefined,
      begin: () => beginHash(request.cryptographicParameters),
      step(running) {
        running.update(data);
        return part.isLast ? running.final() : undefined;
      },
    },
    context,
  );
  return {
    response: { ...(result && { data: result }), ...(correlationValue && { correlationValue }) },
    text: `Hash of ${data.length} bytes${correlationValue ? ', more to come' : ''}`,
  };
});
