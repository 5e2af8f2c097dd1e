import {
  CryptographicUsageMask,
  KmipError,
  Operation,
  operations,
  type RequestOf,
  ResultReason,
} from '../../kmip/index.ts';
import { decryptWithPrivateKey } from '../cryptography/asymmetric.ts';
import { beginDecryption, type Decryption } from '../cryptography/cipher.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { doPart, partOf } from '../use/crypto-streams.ts';
import { gathered, HeldData } from '../use/held-data.ts';
import { dataOf, keyOf, objectToUse, parametersFor } from '../use/key-use.ts';
import { handle } from './handler.ts';

/** KMIP 1.2 §4.30; in parts 1.3 §4.30; with a tag 1.4 §4.30. Of a stream with a tag the data is proven by the last part only. */
export const decrypt = handle(operations.decrypt, (request, context) => {
  const object = objectToUse(context, request, Operation.Decrypt, CryptographicUsageMask.Decrypt);
  const { uniqueIdentifier } = object;
  const part = partOf(request);
  const data = dataOf(request.data, part);
  const { result, correlationValue } = doPart(
    part,
    {
      operation: Operation.Decrypt,
      uniqueIdentifier,
      begin: () => ({ decryption: begin(object, request), held: new HeldData() }),
      step({ decryption, held }) {
        const first = decryption.update(data);
        const last = part.isLast ? decryption.final(request.authenticatedEncryptionTag) : Buffer.alloc(0);
        const all = Buffer.concat([first, last]);
        held.count(data.length - all.length);
        return all;
      },
    },
    context,
  );
  const isWhole = part.isFirst && part.isLast;
  return {
    response: {
      uniqueIdentifier,
      ...((isWhole || result.length > 0) && { data: result }),
      ...(correlationValue && { correlationValue }),
    },
    text: `Decrypt ${data.length} bytes with ${uniqueIdentifier}${correlationValue ? ', more to come' : ''}`,
  };
});

function begin(object: StoredObject, request: RequestOf<typeof operations.decrypt>): Decryption {
  const { key, algorithm } = keyOf(object);
  const parameters = parametersFor(object, request);
  const { authenticatedEncryptionAdditionalData: additionalData } = request;
  if (key.kind === 'bytes') {
    return beginDecryption({
      key: key.bytes,
      algorithm,
      parameters,
      // A stream outlives the message that these lie in.
      ivCounterNonce: request.ivCounterNonce && Buffer.from(request.ivCounterNonce),
      additionalData: additionalData && Buffer.from(additionalData),
      tag: request.authenticatedEncryptionTag && Buffer.from(request.authenticatedEncryptionTag),
    });
  }
  if (key.kind === 'public') {
    throw new KmipError(ResultReason.IllegalOperation, 'Decrypt takes a symmetric or a private key, not a public one.');
  }
  return gathered((data) => decryptWithPrivateKey(key.key, parameters, data));
}
