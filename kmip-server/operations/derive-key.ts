import {
  CryptographicUsageMask,
  DerivationMethod,
  type DerivationParameters,
  KeyFormatType,
  KmipError,
  LinkType,
  type ManagedObject,
  ObjectType,
  Operation,
  operations,
  type RequestOf,
  ResultReason,
  SecretDataType,
} from '../../kmip/index.ts';
import { addLink } from '../attributes/links.ts';
import { setWanted, wantedValue } from '../attributes/wanted-values.ts';
import { agreeOnKey, deriveKey as derive } from '../cryptography/derivation.ts';
import { invalidField } from '../cryptography/not-supported.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import { findObject } from '../objects/access.ts';
import { symmetricKey } from '../objects/key-generation.ts';
import { stateName, touch } from '../objects/life-cycle.ts';
import { kindOf, storeObject, type WantedAttributes, wantedAttributes } from '../objects/new-object.ts';
import type { DraftObject, StoredObject } from '../store/stored-object.ts';
import { asymmetricKeyOf, countUse, keyOf, parametersFor } from '../use/key-use.ts';
import { checkUsable } from '../use/usage.ts';
import { handle } from './handler.ts';

type Request = RequestOf<typeof operations.deriveKey>;

/** KMIP 1.1 §4.6, §11.7 */
export const deriveKey = handle(operations.deriveKey, (request, context) => {
  const { objectType } = request;
  if (objectType !== ObjectType.SymmetricKey && objectType !== ObjectType.SecretData) {
    invalidField('Derive Key makes symmetric keys and Secret Data only.');
  }
  const bases = basesOf(request, context);
  // Secret Data has neither algorithm nor length, but the length says how much is derived.
  const wanted = wantedAttributes(request.templateAttribute, ObjectType.SymmetricKey, context);
  const bits = wantedValue(wanted, 'Cryptographic Length') ?? invalidField('Derive Key needs a Cryptographic Length.');
  if (bits % 8 !== 0) invalidField(`The Cryptographic Length must be whole bytes, not ${bits} bits.`);
  const bytes = derived(request, bases, bits / 8);
  const whole = { isFirst: true, isLast: true, correlationValue: undefined };
  for (const base of bases) countUse(base, bytes.length, whole, context);
  const material = derivedObject(objectType, Buffer.from(bytes), wanted, bits);
  const object = storeObject({ objectType, material, wanted }, context);
  const { uniqueIdentifier } = object;
  for (const base of bases) {
    addLink(object.attributes, LinkType.DerivationBaseObjectLink, base.uniqueIdentifier);
    const draft = context.objects.edit(base.uniqueIdentifier) as DraftObject;
    addLink(draft.attributes, LinkType.DerivedKeyLink, uniqueIdentifier);
    touch(draft, context.now);
  }
  return {
    response: { uniqueIdentifier },
    text: `Derive Key ${kindOf(object)} → ${uniqueIdentifier} (${stateName(object)})`,
  };
});

/** The one or two objects to derive from. The ID Placeholder does not stand in for them. */
function basesOf({ uniqueIdentifiers }: Request, context: OperationContext): StoredObject[] {
  if (uniqueIdentifiers.length < 1 || uniqueIdentifiers.length > 2) {
    throw new KmipError(ResultReason.InvalidMessage, 'Derive Key takes one or two Unique Identifiers.');
  }
  return uniqueIdentifiers.map((uniqueIdentifier) => {
    const object = findObject(context, uniqueIdentifier, Operation.DeriveKey);
    const mask = object.attributes.read('Cryptographic Usage Mask') ?? 0;
    if (!baseTypes.has(object.objectType) || (mask & CryptographicUsageMask.DeriveKey) === 0) {
      invalidField(`Nothing can be derived from ${uniqueIdentifier}: its type or Cryptographic Usage Mask forbids it.`);
    }
    checkUsable(object, CryptographicUsageMask.DeriveKey, context.now);
    return object;
  });
}

const baseTypes: ReadonlySet<number> = new Set([
  ObjectType.SymmetricKey,
  ObjectType.SecretData,
  ObjectType.PrivateKey,
  ObjectType.PublicKey,
]);

function derived(request: Request, bases: readonly StoredObject[], length: number): Buffer {
  const { derivationMethod } = request;
  const of = (objectType: number) => bases.find((base) => base.objectType === objectType);
  if (derivationMethod === DerivationMethod.AsymmetricKey) {
    const [privateKey, publicKey] = [of(ObjectType.PrivateKey), of(ObjectType.PublicKey)];
    if (!privateKey || !publicKey) invalidField('The Derivation Method needs a private and a public key.');
    const half = (object: StoredObject, kind: 'private' | 'public') => asymmetricKeyOf(object, kind, 'Derive Key');
    return agreeOnKey(half(privateKey, 'private'), half(publicKey, 'public'), length);
  }
  const [first = bases[0] as StoredObject, data] = inOrder(bases);
  const { key, algorithm } = keyOf(first);
  if (key.kind !== 'bytes') return invalidField('The Derivation Method takes a symmetric key or Secret Data.');
  return derive({
    derivationMethod,
    key: key.bytes,
    algorithm: first.objectType === ObjectType.SymmetricKey ? algorithm : undefined,
    parameters: derivationParameters(request.derivationParameters, first, data),
    length,
  });
}

/** The key first: of two objects the Secret Data is the one that holds the derivation data. KMIP 1.1 §4.6 */
function inOrder(bases: readonly StoredObject[]): readonly StoredObject[] {
  const [first, second] = bases;
  const isReversed = first?.objectType === ObjectType.SecretData && second?.objectType === ObjectType.SymmetricKey;
  return isReversed ? [second, first] : bases;
}

/** Throws Invalid Message when the derivation data is given twice. KMIP 1.1 §11.7 */
function derivationParameters(
  given: DerivationParameters,
  base: StoredObject,
  data: StoredObject | undefined,
): DerivationParameters {
  const cryptographicParameters = parametersFor(base, given);
  if (data === undefined) return { ...given, cryptographicParameters };
  if (given.derivationData !== undefined) {
    throw new KmipError(
      ResultReason.InvalidMessage,
      'The Derivation Data is ambiguous: the request has it and names it.',
    );
  }
  const { key } = keyOf(data);
  if (key.kind !== 'bytes') return invalidField('The derivation data must be Secret Data.');
  return { ...given, cryptographicParameters, derivationData: key.bytes };
}

function derivedObject(objectType: number, keyMaterial: Buffer, wanted: WantedAttributes, bits: number): ManagedObject {
  // A use that nobody asked for is not allowed (assumed: §4.6 does not require the mask).
  if (!wanted.has('Cryptographic Usage Mask')) setWanted(wanted, 'Cryptographic Usage Mask', 0);
  if (objectType === ObjectType.SymmetricKey) {
    const algorithm = wantedValue(wanted, 'Cryptographic Algorithm');
    return symmetricKey(keyMaterial, algorithm ?? invalidField('Derive Key needs a Cryptographic Algorithm.'), bits);
  }
  wanted.delete('Cryptographic Algorithm');
  wanted.delete('Cryptographic Length');
  return {
    objectType: ObjectType.SecretData,
    secretDataType: SecretDataType.Seed,
    keyBlock: { keyFormatType: KeyFormatType.Opaque, keyValue: { keyMaterial, attributes: [] } },
  };
}
