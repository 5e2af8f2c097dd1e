import {
  KeyFormatType,
  KmipError,
  type ManagedObject,
  ObjectType,
  Operation,
  operations,
  type RequestOf,
  ResultReason,
} from '../../kmip/index.ts';
import { wantedValue } from '../attributes/wanted-values.ts';
import { splitKey } from '../cryptography/split.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import { findObject } from '../objects/access.ts';
import { generateKey } from '../objects/key-generation.ts';
import { kindOf, storeObject, type WantedAttributes, wantedAttributes } from '../objects/new-object.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { handle } from './handler.ts';

type Request = RequestOf<typeof operations.createSplitKey>;

/** KMIP 1.2 §4.38. The parts take algorithm, length and usage from the key. The ID Placeholder is the first part afterwards. */
export const createSplitKey = handle(operations.createSplitKey, (request, context) => {
  if (request.objectType !== ObjectType.SplitKey) {
    throw new KmipError(ResultReason.InvalidField, 'Create Split Key makes objects of type Split Key only.');
  }
  const wanted = wantedAttributes(request.templateAttribute, ObjectType.SplitKey, context);
  const { secret, keyFormatType } = keyToSplit(request, wanted, context);
  const { splitKeyParts, splitKeyThreshold, splitKeyMethod } = request;
  checkEffort(secret.length * splitKeyParts * splitKeyThreshold);
  const { parts, primeFieldSize } = splitKey(secret, request);
  const cryptographicAlgorithm = wantedValue(wanted, 'Cryptographic Algorithm');
  const cryptographicLength = wantedValue(wanted, 'Cryptographic Length');
  const stored = parts.map(({ keyPartIdentifier, keyMaterial }) => {
    const material: ManagedObject = {
      objectType: ObjectType.SplitKey,
      splitKeyParts,
      keyPartIdentifier,
      splitKeyThreshold,
      splitKeyMethod,
      ...(primeFieldSize !== undefined && { primeFieldSize }),
      keyBlock: {
        keyFormatType,
        keyValue: { keyMaterial, attributes: [] },
        ...(cryptographicAlgorithm !== undefined && { cryptographicAlgorithm }),
        ...(cryptographicLength !== undefined && { cryptographicLength }),
      },
    };
    return storeObject({ objectType: ObjectType.SplitKey, material, wanted }, context);
  });
  const first = stored[0] as StoredObject;
  context.placeholder = first.uniqueIdentifier;
  return {
    response: { uniqueIdentifiers: stored.map(({ uniqueIdentifier }) => uniqueIdentifier) },
    text: `Create Split Key ${kindOf(first)}, ${splitKeyThreshold} of ${splitKeyParts} → ${first.uniqueIdentifier}, …`,
  };
});

/** About a second's work, during which nothing else is served (assumed); an AES key takes half of it for 255 of 255 parts. */
const mostSteps = 4_000_000;

/** Refuses to split or join what takes too long. Throws Invalid Field. */
export function checkEffort(steps: number): void {
  if (steps <= mostSteps) return;
  throw new KmipError(ResultReason.InvalidField, 'The key is too long to be split into so many parts.');
}

/** Attributes that a part has from the key, unless the request says otherwise. */
const inherited = [
  'Cryptographic Algorithm',
  'Cryptographic Length',
  'Cryptographic Usage Mask',
  // Who may not have the key may not have its parts either. KMIP 1.4 §3.48, §3.50 (assumed)
  'Sensitive',
  'Extractable',
] as const;

/** The bytes of the key that the request names, or of a new one. Without a Unique Identifier a new key is made. */
function keyToSplit(request: Request, wanted: WantedAttributes, context: OperationContext) {
  if (request.uniqueIdentifier === undefined) {
    const algorithm = wantedValue(wanted, 'Cryptographic Algorithm');
    const length = wantedValue(wanted, 'Cryptographic Length');
    if (algorithm === undefined || length === undefined) {
      const text = 'Create Split Key needs a key to split, or the Cryptographic Algorithm and Length of a new one.';
      throw new KmipError(ResultReason.InvalidField, text);
    }
    return { secret: generateKey(algorithm, length), keyFormatType: KeyFormatType.Raw };
  }
  const object = findObject(context, request.uniqueIdentifier, Operation.CreateSplitKey);
  for (const name of inherited) {
    const [instance] = object.attributes.instances(name);
    if (instance && !wanted.has(name)) wanted.set(name, [instance.value]);
  }
  return bytesToSplit(object);
}

const splittable: ReadonlySet<number> = new Set([
  ObjectType.SymmetricKey,
  ObjectType.PrivateKey,
  ObjectType.SecretData,
]);

/** The Key Material as it is registered, so that joining gives it back in the same format. */
function bytesToSplit({ uniqueIdentifier, objectType, material }: StoredObject) {
  if (material === undefined) {
    throw new KmipError(ResultReason.ItemNotFound, `The object ${uniqueIdentifier} was destroyed.`);
  }
  if (!splittable.has(objectType) || !('keyBlock' in material)) {
    throw new KmipError(
      ResultReason.IllegalOperation,
      'Only symmetric keys, private keys and Secret Data can be split.',
    );
  }
  const { keyFormatType, keyValue } = material.keyBlock;
  if (keyValue === undefined) {
    throw new KmipError(ResultReason.KeyValueNotPresent, `The value of the key ${uniqueIdentifier} is not held here.`);
  }
  if ('wrapped' in keyValue || !(keyValue.keyMaterial instanceof Uint8Array)) {
    throw new KmipError(
      ResultReason.KeyFormatTypeNotSupported,
      'A key that is wrapped or in a transparent format cannot be split.',
    );
  }
  return { secret: keyValue.keyMaterial, keyFormatType };
}
