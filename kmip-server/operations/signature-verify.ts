import {
  CryptographicUsageMask,
  enumName,
  KmipError,
  Operation,
  operations,
  ResultReason,
  ValidityIndicator,
} from '../../kmip/index.ts';
import { beginVerification, isSignedBy } from '../cryptography/signature.ts';
import { doPart, partOf } from '../use/crypto-streams.ts';
import { asymmetricKeyOf, objectToUse, parametersFor, signedDataOf } from '../use/key-use.ts';
import { handle } from './handler.ts';

/**
 * KMIP 1.2 §4.32; in parts 1.3 §4.32; Digested Data 1.4 §4.32. Until the last part has come the signature is neither valid
 * nor invalid; the answer must say something, so Unknown (assumed).
 */
export const signatureVerify = handle(operations.signatureVerify, (request, context) => {
  const object = objectToUse(context, request, Operation.SignatureVerify, CryptographicUsageMask.Verify);
  const { uniqueIdentifier } = object;
  const part = partOf(request);
  const signed = signedDataOf(request, part);
  const signature = () => {
    if (request.signatureData) return request.signatureData;
    throw new KmipError(ResultReason.InvalidMessage, 'The request has no Signature Data, which the last part needs.');
  };
  const parameters = parametersFor(object, request);
  const key = () => asymmetricKeyOf(object, 'public', 'Signature Verify');
  if ('digestedData' in signed) {
    return answer(uniqueIdentifier, validity(isSignedBy(key(), parameters, signed, signature())));
  }
  const { result, correlationValue } = doPart(
    part,
    {
      operation: Operation.SignatureVerify,
      uniqueIdentifier,
      begin: () => beginVerification(key(), parameters),
      step(verification) {
        verification.update(signed.data);
        return part.isLast ? validity(verification.final(signature())) : ValidityIndicator.Unknown;
      },
    },
    context,
  );
  return answer(uniqueIdentifier, result, correlationValue);
});

function answer(uniqueIdentifier: string, validityIndicator: number, correlationValue?: Buffer) {
  return {
    response: { uniqueIdentifier, validityIndicator, ...(correlationValue && { correlationValue }) },
    text: `Signature Verify with ${uniqueIdentifier} → ${enumName('ValidityIndicator', validityIndicator)}`,
  };
}

function validity(isValid: boolean): number {
  return isValid ? ValidityIndicator.Valid : ValidityIndicator.Invalid;
}
