import {
  CryptographicUsageMask,
  isSince,
  KmipError,
  Operation,
  operations,
  type RequestOf,
  ResultReason,
} from '../../kmip/index.ts';
import { encryptWithPublicKey } from '../cryptography/asymmetric.ts';
import { beginEncryption, type Encryption } from '../cryptography/cipher.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { doPart, partOf } from '../use/crypto-streams.ts';
import { gathered, HeldData } from '../use/held-data.ts';
import { countUse, dataOf, keyOf, objectToUse, parametersFor } from '../use/key-use.ts';
import { handle } from './handler.ts';

/** KMIP 1.2 §4.29; in parts 1.3 §4.29; with a tag 1.4 §4.29 */
export const encrypt = handle(operations.encrypt, (request, context) => {
  const object = objectToUse(context, request, Operation.Encrypt, CryptographicUsageMask.Encrypt);
  const { uniqueIdentifier } = object;
  const part = partOf(request);
  const data = dataOf(request.data, part);
  countUse(object, data.length, part, context);
  const { result, correlationValue } = doPart(
    part,
    {
      operation: Operation.Encrypt,
      uniqueIdentifier,
      begin: () => ({ encryption: begin(object, request), held: new HeldData() }),
      step({ encryption, held }) {
        const first = encryption.update(data);
        const last = part.isLast ? encryption.final() : undefined;
        const all = last ? Buffer.concat([first, last.data]) : first;
        held.count(data.length - all.length);
        return { data: all, tag: last?.tag, ivCounterNonce: part.isFirst ? encryption.ivCounterNonce : undefined };
      },
    },
    context,
  );
  if (result.tag && !isSince(context.version, '1.4')) {
    throw new KmipError(
      ResultReason.FeatureNotSupported,
      'Modes with an Authenticated Encryption Tag need KMIP 1.4: earlier versions have no field for it.',
    );
  }
  const isWhole = part.isFirst && part.isLast;
  return {
    response: {
      uniqueIdentifier,
      // OASIS TC-STREAM-ENC-1-14: a part that gives nothing has no Data in its answer.
      ...((isWhole || result.data.length > 0) && { data: result.data }),
      ...(result.ivCounterNonce && { ivCounterNonce: result.ivCounterNonce }),
      ...(correlationValue && { correlationValue }),
      ...(result.tag && { authenticatedEncryptionTag: result.tag }),
    },
    text: `Encrypt ${data.length} bytes with ${uniqueIdentifier}${correlationValue ? ', more to come' : ''}`,
  };
});

function begin(object: StoredObject, request: RequestOf<typeof operations.encrypt>): Encryption {
  const { key, algorithm } = keyOf(object);
  const parameters = parametersFor(object, request);
  const { authenticatedEncryptionAdditionalData: additionalData } = request;
  if (key.kind === 'bytes') {
    return beginEncryption({
      key: key.bytes,
      algorithm,
      parameters,
      // A stream outlives the message that these lie in.
      ivCounterNonce: request.ivCounterNonce && Buffer.from(request.ivCounterNonce),
      additionalData: additionalData && Buffer.from(additionalData),
    });
  }
  if (key.kind === 'private') {
    throw new KmipError(ResultReason.IllegalOperation, 'Encrypt takes a symmetric or a public key, not a private one.');
  }
  const { update, final } = gathered((data) => encryptWithPublicKey(key.key, parameters, data));
  return { ivCounterNonce: undefined, update, final: () => ({ data: final() }) };
}
