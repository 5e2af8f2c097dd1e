/** Wrapping keys from the store: found, allowed, ready. KMIP 1.1 §2.1.5, §2.1.6, §4.11 */
import {
  type Attribute,
  type CryptographicParameters,
  CryptographicUsageMask,
  EncodingOption,
  encode,
  type KeyBlock,
  type KeyInformation,
  type KeyWrappingData,
  type KeyWrappingSpecification,
  KmipError,
  type ManagedObject,
  makeAttribute,
  ObjectType,
  Operation,
  ResultReason,
} from '../../kmip/index.ts';
import { visibleAttributes } from '../attributes/attribute-output.ts';
import { unwrapKeyBlock, type WrappingKey, type WrappingKeys, wrapKeyBlock } from '../cryptography/key-wrap.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import type { ReadableAttributes } from '../store/attribute-set.ts';
import type { DraftObject, StoredObject } from '../store/stored-object.ts';
import { keyOf } from '../use/key-use.ts';
import { checkUsable } from '../use/usage.ts';
import { useLimit } from '../use/usage-limits.ts';
import { findObject } from './access.ts';

const { WrapKey, UnwrapKey, MACGenerate, MACVerify, Sign, Verify } = CryptographicUsageMask;

const keyTypes: ReadonlySet<number> = new Set([
  ObjectType.SymmetricKey,
  ObjectType.PublicKey,
  ObjectType.PrivateKey,
  ObjectType.Certificate,
]);

/** What a key of the store is wanted for: the bit for symmetric keys and the one for asymmetric keys. */
interface Purpose {
  symmetric: number;
  asymmetric: number;
}

const toWrap: Purpose = { symmetric: WrapKey, asymmetric: WrapKey };
const toUnwrap: Purpose = { symmetric: UnwrapKey, asymmetric: UnwrapKey };
const toProve: Purpose = { symmetric: MACGenerate, asymmetric: Sign };
const toCheck: Purpose = { symmetric: MACVerify, asymmetric: Verify };

/**
 * KMIP 1.1 §11.12: a key that is not there, or that lacks the Cryptographic Parameters, is an Item Not Found; an object that is
 * no key an Illegal Operation; one that may not be used so a Permission Denied.
 */
function resolve(information: KeyInformation, purpose: Purpose, context: OperationContext): WrappingKey {
  const object = findObject(context, information.uniqueIdentifier, Operation.Get);
  if (!keyTypes.has(object.objectType)) {
    const text = `The object ${object.uniqueIdentifier} is not a key that the server can wrap with.`;
    throw new KmipError(ResultReason.IllegalOperation, text);
  }
  const isSymmetric = object.objectType === ObjectType.SymmetricKey;
  checkUsable(object, isSymmetric ? purpose.symmetric : purpose.asymmetric, context.now);
  const { key, algorithm } = keyOf(object);
  const parameters = parametersOf(object, information.cryptographicParameters);
  return { key: key.kind === 'bytes' ? key.bytes : key.key, algorithm, parameters };
}

/**
 * KMIP 1.1 §2.1.5: those of the request, which must be among the key's; without any in the request, the key's first. A key
 * without Cryptographic Parameters takes whatever the request names: clients wrap so although the text forbids it (assumed).
 */
function parametersOf(object: StoredObject, asked: CryptographicParameters | undefined): CryptographicParameters {
  const { attributes, uniqueIdentifier } = object;
  const own = attributes.read('Cryptographic Parameters');
  if (asked === undefined ? own !== undefined : own === undefined || hasParameters(attributes, asked)) {
    return (asked ?? own) as CryptographicParameters;
  }
  throw new KmipError(
    ResultReason.ItemNotFound,
    asked
      ? `The key ${uniqueIdentifier} does not have the Cryptographic Parameters that the request names.`
      : `The request names no Cryptographic Parameters and the key ${uniqueIdentifier} has none.`,
  );
}

/** Whether one of a key's Cryptographic Parameters has every field that is asked for. */
function hasParameters(attributes: ReadableAttributes, asked: CryptographicParameters): boolean {
  const fields = fieldsOf(makeAttribute('Cryptographic Parameters', asked));
  return attributes.instances('Cryptographic Parameters').some(({ name, value }) => {
    const own = fieldsOf({ attributeName: name, attributeValue: value });
    return [...fields].every((field) => own.has(field));
  });
}

/** Each field as its encoding. */
function fieldsOf({ attributeValue }: Attribute): Set<string> {
  const fields = Array.isArray(attributeValue?.value) ? attributeValue.value : [];
  return new Set(fields.map((one) => encode(one).toString('hex')));
}

function keysFor(
  of: Pick<KeyWrappingSpecification, 'encryptionKeyInformation' | 'macSignatureKeyInformation'>,
  [encryption, proof]: readonly [Purpose, Purpose],
  context: OperationContext,
): WrappingKeys {
  const { encryptionKeyInformation, macSignatureKeyInformation } = of;
  return {
    encryption: encryptionKeyInformation && resolve(encryptionKeyInformation, encryption, context),
    macSignature: macSignatureKeyInformation && resolve(macSignatureKeyInformation, proof, context),
  };
}

/**
 * An object with its Key Block wrapped as a Key Wrapping Specification asks. Throws what {@link resolve} and wrapKeyBlock
 * throw, and Illegal Operation for an object without a Key Block.
 *
 * @param attributes of the object; those that the specification names are wrapped with the key
 */
export function wrapped(
  material: ManagedObject,
  specification: KeyWrappingSpecification,
  attributes: ReadableAttributes,
  context: OperationContext,
): ManagedObject {
  if (!('keyBlock' in material)) {
    throw new KmipError(ResultReason.IllegalOperation, 'This type of object has no Key Block to wrap.');
  }
  const { attributeNames, encodingOption } = specification;
  if (attributeNames.length > 0 && encodingOption === EncodingOption.NoEncoding) {
    const text = 'Attributes can be wrapped with the key only in TTLV Encoding, not with No Encoding.';
    throw new KmipError(ResultReason.EncodingOptionError, text);
  }
  const keys = keysFor(specification, [toWrap, toProve], context);
  const block = withAttributes(material.keyBlock, visibleAttributes(attributes, context.version, attributeNames));
  const keyBlock = wrapKeyBlock(block, specification, keys, context.version);
  countWrapping(specification, keyBlock, context);
  return { ...material, keyBlock };
}

function withAttributes(keyBlock: KeyBlock, attributes: Attribute[]): KeyBlock {
  const { keyValue } = keyBlock;
  if (attributes.length === 0 || !keyValue || 'wrapped' in keyValue) return keyBlock;
  return { ...keyBlock, keyValue: { ...keyValue, attributes } };
}

/** Wrapping is protection: it counts against the Usage Limits of the keys. KMIP 1.1 §3.21 */
function countWrapping(
  { encryptionKeyInformation, macSignatureKeyInformation }: KeyWrappingSpecification,
  { keyValue }: KeyBlock,
  { objects }: OperationContext,
): void {
  const bytes = keyValue && 'wrapped' in keyValue ? keyValue.wrapped.length : 0;
  for (const information of [encryptionKeyInformation, macSignatureKeyInformation]) {
    const key = information && objects.get(information.uniqueIdentifier);
    if (key?.attributes.has('Usage Limits')) useLimit(objects.edit(key.uniqueIdentifier) as DraftObject, bytes);
  }
}

/** A Key Block as it was before it was wrapped with keys of this store. Throws what {@link resolve} and unwrapKeyBlock throw. */
export function unwrapped(keyBlock: KeyBlock, data: KeyWrappingData, context: OperationContext): KeyBlock {
  return unwrapKeyBlock(keyBlock, keysFor(data, [toUnwrap, toCheck], context), context.version);
}
