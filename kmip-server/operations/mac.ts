import { CryptographicUsageMask, Operation, operations } from '../../kmip/index.ts';
import { beginMac } from '../cryptography/mac.ts';
import { doPart, partOf } from '../use/crypto-streams.ts';
import { countUse, dataOf, objectToUse, parametersFor, symmetricKeyOf } from '../use/key-use.ts';
import { handle } from './handler.ts';

/** KMIP 1.2 §4.33; in parts 1.3 §4.33 */
export const mac = handle(operations.mac, (request, context) => {
  const object = objectToUse(context, request, Operation.MAC, CryptographicUsageMask.MACGenerate);
  const { uniqueIdentifier } = object;
  const part = partOf(request);
  const data = dataOf(request.data, part);
  countUse(object, data.length, part, context);
  const { result, correlationValue } = doPart(
    part,
    {
      operation: Operation.MAC,
      uniqueIdentifier,
      begin: () => beginMac({ ...symmetricKeyOf(object, 'MAC'), parameters: parametersFor(object, request) }),
      step(running) {
        running.update(data);
        return part.isLast ? running.final() : undefined;
      },
    },
    context,
  );
  return {
    response: { uniqueIdentifier, ...(result && { macData: result }), ...(correlationValue && { correlationValue }) },
    text: `MAC of ${data.length} bytes with ${uniqueIdentifier}${correlationValue ? ', more to come' : ''}`,
  };
});
