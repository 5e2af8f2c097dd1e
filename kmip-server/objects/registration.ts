/** What Register and Import find out about an object that a client brings. KMIP 1.1 §4.3, §11.4 */

import { X509Certificate } from 'node:crypto';
import {
  type Attribute,
  asBuffer,
  CertificateType,
  CryptographicAlgorithm,
  EncodingOption,
  enumName,
  isSince,
  type KeyBlock,
  KeyFormatType,
  KmipError,
  type ManagedObject,
  makeAttribute,
  ObjectType,
  ResultReason,
  readAttribute,
  SplitKeyMethod,
  type StandardAttributeName,
} from '../../kmip/index.ts';
import { algorithmAt, certificateAttributes } from '../attributes/certificate-attributes.ts';
import { wantedValue } from '../attributes/wanted-values.ts';
import { DerTag, readSequence } from '../cryptography/der.ts';
import { type KeyFacts, keyFacts, type NeutralKey, readKey } from '../cryptography/key-formats.ts';
import { invalidField } from '../cryptography/not-supported.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import { addWanted, type WantedAttributes } from './new-object.ts';

/** Keys whose value may be left out of a registration altogether. KMIP 1.1 §4.3 */
const mayBeElsewhere: ReadonlySet<number> = new Set([
  ObjectType.SymmetricKey,
  ObjectType.PublicKey,
  ObjectType.PrivateKey,
]);

/** Throws Invalid Message for a Key Block without a Key Value before KMIP 1.2, which allows it (§3.41). */
export function checkHasValue(material: ManagedObject, { version }: OperationContext): void {
  if (!('keyBlock' in material) || material.keyBlock.keyValue || isSince(version, '1.2')) return;
  throw new KmipError(ResultReason.InvalidMessage, 'The Key Block lacks the Key Value.');
}

/** The object of a registration that names only its type: a key that is held elsewhere. */
export function absentObject(objectType: number): ManagedObject {
  if (!mayBeElsewhere.has(objectType)) {
    throw new KmipError(
      ResultReason.InvalidMessage,
      'The request lacks the object; only that of a key may be left out.',
    );
  }
  // The format of a key that nobody here has seen (assumed).
  return { objectType, keyBlock: { keyFormatType: KeyFormatType.Opaque } } as ManagedObject;
}

/**
 * Checks an object against itself and the attributes that come with it, and adds the attributes that it tells of.
 * Throws Invalid Field for contradictions and for material that is not what it is said to be, Encoding Option Error.
 *
 * @returns the object as it is stored: attributes in its Key Value have become attributes of the object
 */
export function described(material: ManagedObject, wanted: WantedAttributes, context: OperationContext): ManagedObject {
  if (material.objectType === ObjectType.Certificate) {
    describeCertificate(material, wanted, context);
    return material;
  }
  if (material.objectType === ObjectType.SplitKey) checkSplitKey(material);
  if (!('keyBlock' in material)) return material;
  const keyBlock = withoutAttributes(material, wanted, context);
  describeKey(material, keyBlock, wanted, context);
  return { ...material, keyBlock: keyTypes.has(material.objectType) ? complete(keyBlock, wanted) : keyBlock };
}

/** KMIP 1.1 §2.1.3: a Key Block tells algorithm and length unless its Key Value does, which few clients can read. */
function complete(keyBlock: KeyBlock, wanted: WantedAttributes): KeyBlock {
  const {
    cryptographicAlgorithm = wantedValue(wanted, 'Cryptographic Algorithm'),
    cryptographicLength = wantedValue(wanted, 'Cryptographic Length'),
  } = keyBlock;
  return { ...keyBlock, cryptographicAlgorithm, cryptographicLength };
}

type Certificate = Extract<ManagedObject, { certificateValue: Buffer }>;

function describeCertificate(material: Certificate, wanted: WantedAttributes, { version }: OperationContext): void {
  take(wanted, makeAttribute('Certificate Type', material.certificateType));
  if (material.certificateType !== CertificateType.X_509) {
    take(wanted, makeAttribute('Certificate Length', material.certificateValue.length));
    return;
  }
  const attributes = certificateAttributes(readCertificate(material.certificateValue), version);
  for (const attribute of attributes) take(wanted, attribute);
}

function readCertificate(value: Buffer): X509Certificate {
  try {
    return new X509Certificate(value);
  } catch {
    return invalidField('The Certificate Value is not an X.509 certificate in DER.');
  }
}

/** Attributes in which a client and the object itself must not contradict one another. */
const compared: ReadonlySet<string> = new Set<StandardAttributeName>([
  'Certificate Type',
  'Cryptographic Algorithm',
  'Cryptographic Length',
]);

/** Takes over an attribute that the object tells of. */
function take(wanted: WantedAttributes, { attributeName: name, attributeValue: value }: Attribute): void {
  const asked = wanted.get(name)?.[0];
  if (value === undefined) return;
  if (asked && compared.has(name) && asked.value !== value.value && !sameCurveKey(name, asked.value, value.value)) {
    invalidField(`The attribute ${name} contradicts the object.`);
  }
  if (!asked || !compared.has(name)) wanted.set(name, [value]);
}

/** Algorithms of keys on a curve: EC, or what the key is for. */
const curveAlgorithms: ReadonlySet<unknown> = new Set([
  CryptographicAlgorithm.EC,
  CryptographicAlgorithm.ECDSA,
  CryptographicAlgorithm.ECDH,
  CryptographicAlgorithm.ECMQV,
]);

function sameCurveKey(name: string, one: unknown, other: unknown): boolean {
  return name === 'Cryptographic Algorithm' && curveAlgorithms.has(one) && curveAlgorithms.has(other);
}

type SplitKey = Extract<ManagedObject, { splitKeyParts: number }>;

/** KMIP 1.1 §2.2.5 */
function checkSplitKey(split: SplitKey): void {
  const { splitKeyParts: parts, keyPartIdentifier: part, splitKeyThreshold: threshold } = split;
  if (part < 1 || part > parts) invalidField(`The Key Part Identifier ${part} is not one of ${parts} Split Key Parts.`);
  if (threshold < 1 || threshold > parts) {
    invalidField(`The Split Key Threshold ${threshold} is not between 1 and the ${parts} Split Key Parts.`);
  }
  if (split.splitKeyMethod === SplitKeyMethod.PolynomialSharingPrimeField && split.primeFieldSize === undefined) {
    invalidField('A Split Key in a prime field needs the Prime Field Size.');
  }
}

type KeyObject = Extract<ManagedObject, { keyBlock: KeyBlock }>;

/** KMIP 1.1 §2.1.4: a Key Value may carry attributes, which are the object's; under a MAC they stay where they are. */
function withoutAttributes({ keyBlock, objectType }: KeyObject, wanted: WantedAttributes, context: OperationContext) {
  const { keyValue, keyWrappingData } = keyBlock;
  if (!keyValue || 'wrapped' in keyValue || keyValue.attributes.length === 0) return keyBlock;
  if (keyWrappingData?.encodingOption === EncodingOption.NoEncoding) {
    const text = 'A Key Value that was wrapped with No Encoding has no attributes.';
    throw new KmipError(ResultReason.EncodingOptionError, text);
  }
  if (keyWrappingData) return keyBlock;
  addWanted(wanted, keyValue.attributes, objectType, context);
  return { ...keyBlock, keyValue: { ...keyValue, attributes: [] } };
}

/** Objects that are of no use without Cryptographic Algorithm, Length and Usage Mask. KMIP 1.1 §4.3; OASIS TC-SJ-3-12, TC-PGP-1-12 */
const keyTypes = mayBeElsewhere;

function describeKey(
  material: KeyObject,
  keyBlock: KeyBlock,
  wanted: WantedAttributes,
  context: OperationContext,
): void {
  const { objectType } = material;
  const { keyValue, keyWrappingData, keyFormatType, cryptographicAlgorithm, cryptographicLength } = keyBlock;
  if (keyValue && 'wrapped' in keyValue && !keyWrappingData && keyFormatType !== KeyFormatType.PKCS_12) {
    invalidField('The Key Value is a Byte String, as of a wrapped key, but the Key Block has no Key Wrapping Data.');
  }
  // Secret Data have neither attribute. KMIP 1.1 §3.4, §3.5
  if (objectType === ObjectType.SecretData) return;
  if (cryptographicAlgorithm !== undefined) {
    take(wanted, makeAttribute('Cryptographic Algorithm', cryptographicAlgorithm));
  }
  if (cryptographicLength !== undefined) take(wanted, makeAttribute('Cryptographic Length', cryptographicLength));
  if (!keyTypes.has(objectType)) return;
  const key = readable(material, keyBlock);
  if (key) describeMaterial(key, objectType, wanted, context);
  needAttributes(wanted, context);
}

/** The key itself where the server can look into it. Throws Invalid Field. */
function readable({ objectType }: KeyObject, keyBlock: KeyBlock): NeutralKey | undefined {
  const { keyValue, keyWrappingData, keyFormatType } = keyBlock;
  if (!keyValue || keyWrappingData || 'wrapped' in keyValue) return undefined;
  // Both need a password.
  if (keyFormatType === KeyFormatType.PKCS_12 || isEncrypted(keyBlock)) return undefined;
  if (keyFormatType === KeyFormatType.Opaque) return undefined;
  const key = readKey(objectType, keyBlock);
  const kind = kinds.get(objectType);
  if (key.kind === 'bytes' && kind !== 'bytes') return undefined;
  if (key.kind !== kind) invalidField('The Object Type does not match the key in the Key Block.');
  return key;
}

const kinds = new Map<number, NeutralKey['kind']>([
  [ObjectType.SymmetricKey, 'bytes'],
  [ObjectType.PublicKey, 'public'],
  [ObjectType.PrivateKey, 'private'],
]);

/** EncryptedPrivateKeyInfo (RFC 5208 §6) begins with an algorithm, PrivateKeyInfo with a version. */
function isEncrypted({ keyFormatType, keyValue }: KeyBlock): boolean {
  if (keyFormatType !== KeyFormatType.PKCS_8 || !keyValue || 'wrapped' in keyValue) return false;
  const { keyMaterial } = keyValue;
  try {
    return keyMaterial instanceof Uint8Array && readSequence(asBuffer(keyMaterial))[0]?.tag === DerTag.Sequence;
  } catch {
    return false;
  }
}

function describeMaterial(
  key: NeutralKey,
  objectType: number,
  wanted: WantedAttributes,
  context: OperationContext,
): void {
  const facts = keyFacts(key);
  const { cryptographicAlgorithm, recommendedCurve } = facts;
  if (cryptographicAlgorithm !== undefined) {
    take(wanted, makeAttribute('Cryptographic Algorithm', algorithmAt(cryptographicAlgorithm, context.version)));
  }
  const algorithm = wantedValue(wanted, 'Cryptographic Algorithm');
  const lengths = lengthsOf(facts, algorithm);
  const said = wantedValue(wanted, 'Cryptographic Length');
  if (said === undefined) wanted.set('Cryptographic Length', [lengthItem(lengths[0] as number)]);
  else if (!lengths.includes(said)) {
    const name = enumName('ObjectType', objectType)?.toLowerCase() ?? 'object';
    invalidField(`The Cryptographic Length is said to be ${said} bits; that of the ${name} is ${lengths[0]}.`);
  }
  const domain = wanted.get('Cryptographic Domain Parameters')?.[0];
  const curve = domain && readAttribute('Cryptographic Domain Parameters', named(domain)).recommendedCurve;
  if (curve !== undefined && recommendedCurve !== undefined && curve !== recommendedCurve) {
    invalidField('The Cryptographic Domain Parameters name another curve than the key has.');
  }
}

function named(attributeValue: NonNullable<Attribute['attributeValue']>): Attribute {
  return { attributeName: 'Cryptographic Domain Parameters', attributeValue };
}

function lengthItem(bits: number) {
  return makeAttribute('Cryptographic Length', bits).attributeValue as NonNullable<Attribute['attributeValue']>;
}

/** Lengths in bits that a key may be said to have: DES keys are counted with and without their parity bits. KMIP 1.1 §3.5 */
function lengthsOf({ cryptographicLength }: KeyFacts, algorithm: number | undefined): number[] {
  const isDes = algorithm === CryptographicAlgorithm.DES || algorithm === CryptographicAlgorithm.DES3;
  return isDes ? [(cryptographicLength / 8) * 7, cryptographicLength] : [cryptographicLength];
}

/** KMIP 1.1 §4.3. The usage mask is left out at 1.4 as in Create (OASIS TC-CS-CORVAL-1-14). */
function needAttributes(wanted: WantedAttributes, { version }: OperationContext): void {
  for (const name of ['Cryptographic Algorithm', 'Cryptographic Length'] as const) {
    if (!wanted.has(name)) invalidField(`Register needs the ${name}, in the Key Block or as an attribute.`);
  }
  if (!wanted.has('Cryptographic Usage Mask') && !isSince(version, '1.4')) {
    invalidField('Register needs the attribute Cryptographic Usage Mask.');
  }
}
