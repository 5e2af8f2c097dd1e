import {
  CryptographicAlgorithm,
  type KeyBlock,
  KmipError,
  type ManagedObject,
  ObjectType,
  Operation,
  operations,
  type RequestOf,
  ResultReason,
  SecretDataType,
  STANDARD_ATTRIBUTES,
} from '../../kmip/index.ts';
import { wantedValue } from '../attributes/wanted-values.ts';
import { readKey } from '../cryptography/key-formats.ts';
import { joinKey, type KeyPart } from '../cryptography/split.ts';
import { findObject } from '../objects/access.ts';
import { stateName } from '../objects/life-cycle.ts';
import { kindOf, storeObject, type WantedAttributes, wantedAttributes } from '../objects/new-object.ts';
import { noAttributes } from '../objects/replacement.ts';
import type { StoredObject } from '../store/stored-object.ts';
import { checkEffort } from './create-split-key.ts';
import { handle } from './handler.ts';

type Request = RequestOf<typeof operations.joinSplitKey>;
type SplitKey = Extract<ManagedObject, { objectType: typeof ObjectType.SplitKey }>;

const joinable: ReadonlySet<number> = new Set([ObjectType.SymmetricKey, ObjectType.PrivateKey, ObjectType.SecretData]);

/** KMIP 1.2 §4.39. What the request does not say of the new object, the first part says. */
export const joinSplitKey = handle(operations.joinSplitKey, (request, context) => {
  const { objectType } = request;
  if (!joinable.has(objectType)) {
    throw new KmipError(
      ResultReason.InvalidField,
      'Join Split Key makes symmetric keys, private keys and Secret Data only.',
    );
  }
  const objects = request.uniqueIdentifiers.map((identifier) =>
    findObject(context, identifier, Operation.JoinSplitKey),
  );
  const parts = objects.map(partIn);
  const wanted = wantedAttributes(request.templateAttribute ?? noAttributes, objectType, context);
  const material = joined(request, parts, wanted, objects);
  const object = storeObject({ objectType, material, wanted, registered: true }, context);
  const { uniqueIdentifier } = object;
  return {
    response: { uniqueIdentifier },
    text: `Join Split Key ${kindOf(object)} from ${parts.length} parts → ${uniqueIdentifier} (${stateName(object)})`,
  };
});

function partIn({ uniqueIdentifier, material }: StoredObject): SplitKey {
  if (material?.objectType === ObjectType.SplitKey) return material;
  throw material === undefined
    ? new KmipError(ResultReason.ItemNotFound, `The object ${uniqueIdentifier} was destroyed.`)
    : new KmipError(ResultReason.InvalidField, `The object ${uniqueIdentifier} is not a Split Key.`);
}

function keyPart({ keyPartIdentifier, keyBlock: { keyValue } }: SplitKey): KeyPart {
  if (keyValue === undefined) {
    throw new KmipError(ResultReason.KeyValueNotPresent, 'The value of a part is not held here.');
  }
  if ('wrapped' in keyValue || !(keyValue.keyMaterial instanceof Uint8Array)) {
    throw new KmipError(ResultReason.KeyFormatTypeNotSupported, 'A part that is wrapped cannot be joined.');
  }
  return { keyPartIdentifier, keyMaterial: keyValue.keyMaterial };
}

function joined(
  { objectType, secretDataType = SecretDataType.Seed }: Request,
  parts: readonly SplitKey[],
  wanted: WantedAttributes,
  objects: readonly StoredObject[],
): ManagedObject {
  const [first] = parts;
  if (!first)
    throw new KmipError(ResultReason.InvalidMessage, 'Join Split Key needs the Unique Identifiers of the parts.');
  if (parts.some((part) => !isOfOneKey(part, first))) {
    throw new KmipError(
      ResultReason.CryptographicFailure,
      'The parts are not of one key: they were split differently.',
    );
  }
  inherit(wanted, objects, objectType);
  const cryptographicAlgorithm = wantedValue(wanted, 'Cryptographic Algorithm');
  const cryptographicLength = wantedValue(wanted, 'Cryptographic Length');
  // The Cryptographic Length of 3DES leaves the parity bits out, that of a private key is not that of its bytes.
  const isExact = objectType === ObjectType.SymmetricKey && cryptographicAlgorithm !== CryptographicAlgorithm.DES3;
  const bits = isExact ? cryptographicLength : undefined;
  const keyParts = parts.map(keyPart);
  checkEffort((keyParts[0]?.keyMaterial.length ?? 0) * keyParts.length);
  const keyMaterial = joinKey(keyParts, first, bits === undefined ? undefined : Math.ceil(bits / 8));
  if (bits !== undefined && keyMaterial.length * 8 !== bits) {
    throw new KmipError(
      ResultReason.CryptographicFailure,
      `The parts make ${keyMaterial.length * 8} bits, not a key of ${bits}.`,
    );
  }
  const keyBlock: KeyBlock = {
    keyFormatType: first.keyBlock.keyFormatType,
    keyValue: { keyMaterial: Buffer.from(keyMaterial), attributes: [] },
    ...(cryptographicAlgorithm !== undefined && { cryptographicAlgorithm }),
    ...(cryptographicLength !== undefined && { cryptographicLength }),
  };
  if (objectType === ObjectType.SecretData) return { objectType, secretDataType, keyBlock };
  if (cryptographicAlgorithm === undefined || cryptographicLength === undefined) {
    throw new KmipError(
      ResultReason.InvalidField,
      'Join Split Key needs the Cryptographic Algorithm and Length of the key.',
    );
  }
  if (objectType === ObjectType.SymmetricKey) return { objectType, keyBlock };
  readKey(ObjectType.PrivateKey, keyBlock);
  return { objectType: ObjectType.PrivateKey, keyBlock };
}

function isOfOneKey(one: SplitKey, other: SplitKey): boolean {
  return (
    one.splitKeyParts === other.splitKeyParts &&
    one.splitKeyThreshold === other.splitKeyThreshold &&
    one.splitKeyMethod === other.splitKeyMethod &&
    one.primeFieldSize === other.primeFieldSize
  );
}

const inherited = [
  'Cryptographic Algorithm',
  'Cryptographic Length',
  'Cryptographic Usage Mask',
  'Sensitive',
  'Extractable',
] as const;

function inherit(wanted: WantedAttributes, [object]: readonly StoredObject[], objectType: number): void {
  for (const name of inherited) {
    const [instance] = object?.attributes.instances(name) ?? [];
    const applies = STANDARD_ATTRIBUTES[name].appliesTo.has(objectType);
    if (instance && applies && !wanted.has(name)) wanted.set(name, [instance.value]);
  }
}
