import {
  CryptographicUsageMask,
  enumName,
  KmipError,
  Operation,
  operations,
  ResultReason,
  ValidityIndicator,
} from '../../kmip/index.ts';
import { beginMac, isSameMac } from '../cryptography/mac.ts';
import { doPart, partOf } from '../use/crypto-streams.ts';
import { dataOf, objectToUse, parametersFor, symmetricKeyOf } from '../use/key-use.ts';
import { handle } from './handler.ts';

/** KMIP 1.2 §4.34; in parts 1.3 §4.34. Unknown until the last part, as for Signature Verify. */
export const macVerify = handle(operations.macVerify, (request, context) => {
  const object = objectToUse(context, request, Operation.MACVerify, CryptographicUsageMask.MACVerify);
  const { uniqueIdentifier } = object;
  const part = partOf(request);
  const data = dataOf(request.data, part);
  if (part.isLast && request.macData === undefined) {
    throw new KmipError(ResultReason.InvalidMessage, 'The request has no MAC Data, which the last part needs.');
  }
  const { macData = Buffer.alloc(0) } = request;
  const { result, correlationValue } = doPart(
    part,
    {
      operation: Operation.MACVerify,
      uniqueIdentifier,
      begin: () => beginMac({ ...symmetricKeyOf(object, 'MAC Verify'), parameters: parametersFor(object, request) }),
      step(running) {
        running.update(data);
        if (!part.isLast) return ValidityIndicator.Unknown;
        return isSameMac(running.final(), macData) ? ValidityIndicator.Valid : ValidityIndicator.Invalid;
      },
    },
    context,
  );
  return {
    response: { uniqueIdentifier, validityIndicator: result, ...(correlationValue && { correlationValue }) },
    text: `MAC Verify with ${uniqueIdentifier} → ${enumName('ValidityIndicator', result)}`,
  };
});
