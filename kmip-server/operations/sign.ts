import { CryptographicUsageMask, Operation, operations } from '../../kmip/index.ts';
import { beginSignature, sign as signData } from '../cryptography/signature.ts';
import { doPart, partOf } from '../use/crypto-streams.ts';
import { asymmetricKeyOf, countUse, objectToUse, parametersFor, signedDataOf } from '../use/key-use.ts';
import { handle } from './handler.ts';

/** KMIP 1.2 §4.31; in parts 1.3 §4.31; Digested Data 1.4 §4.31 */
export const sign = handle(operations.sign, (request, context) => {
  const object = objectToUse(context, request, Operation.Sign, CryptographicUsageMask.Sign);
  const { uniqueIdentifier } = object;
  const part = partOf(request);
  const signed = signedDataOf(request, part);
  const { length } = 'data' in signed ? signed.data : signed.digestedData;
  countUse(object, length, part, context);
  const parameters = parametersFor(object, request);
  const key = () => asymmetricKeyOf(object, 'private', 'Sign');
  if ('digestedData' in signed) {
    const signatureData = signData(key(), parameters, signed);
    return { response: { uniqueIdentifier, signatureData }, text: `Sign a digest with ${uniqueIdentifier}` };
  }
  const { result, correlationValue } = doPart(
    part,
    {
      operation: Operation.Sign,
      uniqueIdentifier,
      begin: () => beginSignature(key(), parameters),
      step(signature) {
        signature.update(signed.data);
        return part.isLast ? signature.final() : undefined;
      },
    },
    context,
  );
  return {
    response: {
      uniqueIdentifier,
      ...(result && { signatureData: result }),
      ...(correlationValue && { correlationValue }),
    },
    text: `Sign ${length} bytes with ${uniqueIdentifier}${correlationValue ? ', more to come' : ''}`,
  };
});
