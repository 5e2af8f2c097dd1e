/** The key of a cryptographic operation: found, allowed, counted. KMIP 1.2 §4.29 to §4.34 */
import { type KeyObject, X509Certificate } from 'node:crypto';
import {
  type CryptographicParameters,
  KmipError,
  ObjectType,
  ResultReason,
  UsageLimitsUnit,
} from '../../kmip/index.ts';
import { type NeutralKey, readKey } from '../cryptography/key-formats.ts';
import type { Signed } from '../cryptography/signature.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import { findObject } from '../objects/access.ts';
import type { DraftObject, StoredObject } from '../store/stored-object.ts';
import type { Part } from './crypto-streams.ts';
import { checkUsable } from './usage.ts';
import { useLimit } from './usage-limits.ts';

interface KeyRequest {
  uniqueIdentifier?: string;
  correlationValue?: Buffer;
}

/**
 * The object that a request is to use; a later part of a stream need not name it again.
 * Throws as findObject and checkUsable; Illegal Operation when the object is no key.
 *
 * @param use bit of the Cryptographic Usage Mask
 */
export function objectToUse(
  context: OperationContext,
  { uniqueIdentifier, correlationValue }: KeyRequest,
  operation: number,
  use: number,
): StoredObject {
  // Once: when the batch is run again, its last part has ended the stream already.
  const identifier = uniqueIdentifier ?? context.once(() => context.services.streams.keyOf(correlationValue));
  const object = findObject(context, identifier, operation);
  if (!usableTypes.has(object.objectType)) {
    throw new KmipError(ResultReason.IllegalOperation, 'The object is not a key that the server can use.');
  }
  checkUsable(object, use, context.now);
  return object;
}

const usableTypes: ReadonlySet<number> = new Set([
  ObjectType.SymmetricKey,
  ObjectType.PublicKey,
  ObjectType.PrivateKey,
  ObjectType.Certificate,
]);

/** A key ready for use, with its Cryptographic Algorithm; a certificate stands for its public key. Throws as readKey. */
export function keyOf({ material, attributes }: StoredObject): { key: NeutralKey; algorithm: number } {
  const algorithm = attributes.read('Cryptographic Algorithm') ?? 0;
  if (material?.objectType === ObjectType.Certificate) {
    return { key: { kind: 'public', key: publicKeyIn(material.certificateValue) }, algorithm };
  }
  if (!material || !('keyBlock' in material)) {
    throw new KmipError(ResultReason.IllegalOperation, 'The object is not a key that the server can use.');
  }
  return { key: readKey(material.objectType, material.keyBlock), algorithm };
}

function publicKeyIn(certificateValue: Buffer) {
  try {
    return new X509Certificate(certificateValue).publicKey;
  } catch {
    throw new KmipError(ResultReason.InvalidField, 'The certificate holds no public key that the server can use.');
  }
}

/** KMIP 1.2 §4.29: the parameters of the request, or those of the key with the lowest Attribute Index. */
export function parametersFor(
  object: StoredObject,
  { cryptographicParameters }: { cryptographicParameters?: CryptographicParameters },
): CryptographicParameters {
  return cryptographicParameters ?? object.attributes.read('Cryptographic Parameters') ?? {};
}

/**
 * Counts protected data against the Usage Limits; a stream is one object, however many parts it has.
 * Throws Permission Denied when too little is left.
 *
 * @param bytes length of the data of this part
 */
export function countUse(
  { uniqueIdentifier, attributes }: StoredObject,
  bytes: number,
  part: Part,
  context: OperationContext,
) {
  const limits = attributes.read('Usage Limits');
  if (limits === undefined || (limits.usageLimitsUnit === UsageLimitsUnit.Object && !part.isFirst)) return;
  useLimit(context.objects.edit(uniqueIdentifier) as DraftObject, bytes);
}

/** The data of a part. Throws Invalid Message when it is missing, which is allowed only in a stream. KMIP 1.3 §4.29 */
export function dataOf(data: Buffer | undefined, part: Part): Buffer {
  if (data === undefined && part.isFirst && part.isLast) {
    throw new KmipError(ResultReason.InvalidMessage, 'The request has no Data, and it is not one of several parts.');
  }
  return data ?? Buffer.alloc(0);
}

/** The data of a Sign or Signature Verify: as it is, or digested by the client. Throws Invalid Message. KMIP 1.4 §4.31 */
export function signedDataOf(request: { data?: Buffer; digestedData?: Buffer }, part: Part): Signed {
  const { data, digestedData } = request;
  if (digestedData === undefined) return { data: dataOf(data, part) };
  if (data !== undefined || !part.isFirst || !part.isLast) {
    throw new KmipError(
      ResultReason.InvalidMessage,
      'Digested Data stands alone: without Data, and not in several parts.',
    );
  }
  return { digestedData };
}

/** A key of the kind that an operation takes. Throws Illegal Operation for the other half of a pair or a symmetric key. */
export function asymmetricKeyOf(object: StoredObject, kind: 'private' | 'public', operation: string): KeyObject {
  const { key } = keyOf(object);
  if (key.kind === kind) return key.key;
  throw new KmipError(ResultReason.IllegalOperation, `${operation} takes a ${kind} key.`);
}

/** The bytes of a symmetric key. Throws Illegal Operation for another kind. */
export function symmetricKeyOf(object: StoredObject, operation: string): { key: Buffer; algorithm: number } {
  const { key, algorithm } = keyOf(object);
  if (key.kind === 'bytes') return { key: key.bytes, algorithm };
  throw new KmipError(ResultReason.IllegalOperation, `${operation} takes a symmetric key.`);
}
