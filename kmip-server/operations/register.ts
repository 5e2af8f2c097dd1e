import { X509Certificate } from 'node:crypto';
import {
  type Attribute,
  CertificateType,
  enumName,
  item,
  KmipError,
  type ManagedObject,
  makeAttribute,
  ObjectType,
  operations,
  ResultReason,
  type StandardAttributeName,
  Tag,
} from '../../kmip/index.ts';
import { checkAtCreation, checkedValue } from '../attribute-rules.ts';
import { certificateAttributes } from '../certificate-attributes.ts';
import { symmetricKeyBytes } from '../key-formats.ts';
import { kindOf, storeObject, type WantedAttributes, wantedAttributes } from '../new-object.ts';
import type { OperationContext } from '../operation-context.ts';
import { ownedObject } from '../store/owned-object.ts';
import { handle } from './handler.ts';
import { objectTypesAt } from './query.ts';

function invalidField(message: string): never {
  throw new KmipError(ResultReason.InvalidField, message);
}

/** KMIP 1.1 §4.3, §11.4. The answer names no Object Type. */
export const register = handle(operations.register, (request, context) => {
  const { objectType } = request;
  if (!objectTypesAt(context.version).includes(objectType)) {
    invalidField(`Register does not know objects of type ${enumName('ObjectType', objectType) ?? objectType}.`);
  }
  if (request.object === undefined) invalidField('Register needs the object itself; this server stores no others.');
  if (request.object.objectType !== objectType) {
    invalidField('The Object Type does not match the object that was sent.');
  }
  const material = ownedObject(request.object);
  const wanted = wantedAttributes(request.templateAttribute, objectType, context);
  if (material.objectType === ObjectType.Template) {
    for (const attribute of material.attributes) checkInTemplate(attribute, context);
  }
  addFromObject(wanted, material);
  if ('keyBlock' in material) checkKey(wanted, material, objectType);
  const object = storeObject({ objectType, material, wanted }, context);
  const { uniqueIdentifier } = object;
  return { response: { uniqueIdentifier }, text: `Register ${kindOf(object)} → ${uniqueIdentifier}` };
});

/** What a template holds must be an attribute that a template may hold. KMIP 1.1 §2.2.6 */
function checkInTemplate(attribute: Attribute, context: OperationContext): void {
  checkAtCreation(attribute, ObjectType.Template, context.version);
  checkedValue(attribute, ObjectType.Template, context.version);
}

function put<N extends StandardAttributeName>(
  wanted: WantedAttributes,
  name: N,
  value: Parameters<typeof makeAttribute<N>>[1] | undefined,
): void {
  if (value === undefined) return;
  const made = makeAttribute(name, value).attributeValue;
  if (made) wanted.set(name, [made]);
}

/** Attributes that the object itself carries. KMIP 1.1 §4.3: those in the Key Block need not be repeated. */
function addFromObject(wanted: WantedAttributes, material: ManagedObject): void {
  if ('keyBlock' in material) {
    const { cryptographicAlgorithm, cryptographicLength } = material.keyBlock;
    checkSame(wanted, 'Cryptographic Algorithm', cryptographicAlgorithm);
    checkSame(wanted, 'Cryptographic Length', cryptographicLength);
    // Secret Data has neither attribute. KMIP 1.1 §3.4, §3.5
    if (material.objectType === ObjectType.SecretData) return;
    put(wanted, 'Cryptographic Algorithm', cryptographicAlgorithm);
    put(wanted, 'Cryptographic Length', cryptographicLength);
  }
  if (material.objectType !== ObjectType.Certificate) return;
  put(wanted, 'Certificate Type', material.certificateType);
  if (material.certificateType !== CertificateType.X_509) return;
  const found = certificateAttributes(readCertificate(material.certificateValue));
  for (const { attributeName, attributeValue } of found) {
    if (attributeValue) wanted.set(attributeName, [attributeValue]);
  }
}

function readCertificate(value: Buffer): X509Certificate {
  try {
    return new X509Certificate(value);
  } catch {
    return invalidField('The Certificate Value is not an X.509 certificate in DER.');
  }
}

/** An attribute and the Key Block must not contradict one another. */
function checkSame(wanted: WantedAttributes, name: StandardAttributeName, inBlock: number | undefined): void {
  const asked = wanted.get(name)?.[0];
  if (asked && inBlock !== undefined && 'value' in asked && asked.value !== inBlock) {
    invalidField(`The attribute ${name} contradicts the Key Block.`);
  }
}

function checkKey(wanted: WantedAttributes, material: ManagedObject, objectType: number): void {
  if (!wanted.has('Cryptographic Usage Mask')) invalidField('Register needs the attribute Cryptographic Usage Mask.');
  if (objectType === ObjectType.SecretData) return;
  const algorithm = wanted.get('Cryptographic Algorithm')?.[0];
  if (!algorithm) invalidField('Register needs the Cryptographic Algorithm, in the Key Block or as an attribute.');
  const bytes = symmetricKeyBytes(material);
  const length = wanted.get('Cryptographic Length')?.[0];
  if (!length && bytes) {
    wanted.set('Cryptographic Length', [item.integer(Tag.AttributeValue, bytes.length * 8)]);
  } else if (!length) {
    invalidField('Register needs the Cryptographic Length, in the Key Block or as an attribute.');
  }
}
