import {
  enumKey,
  KeyFormatType,
  KmipError,
  type ManagedObject,
  ObjectType,
  operations,
  ResultReason,
  readAttribute,
  type StandardAttributeName,
} from '../../kmip/index.ts';
import { generateKey } from '../key-generation.ts';
import { stateName } from '../life-cycle.ts';
import { kindOf, storeObject, type WantedAttributes, wantedAttributes } from '../new-object.ts';
import type { OperationContext } from '../operation-context.ts';
import { handle } from './handler.ts';

function invalidField(message: string): never {
  throw new KmipError(ResultReason.InvalidField, message);
}

function wantedNumber(wanted: WantedAttributes, name: StandardAttributeName): number | undefined {
  const value = wanted.get(name)?.[0];
  return value && (readAttribute(name, { attributeName: name, attributeValue: value }) as number);
}

/** The length asked for; without one, the algorithm's usual length, which the server then sets. KMIP 1.1 §4.1 */
function lengthFor(wanted: WantedAttributes, algorithm: number, context: OperationContext): number {
  const asked = wantedNumber(wanted, 'Cryptographic Length');
  if (asked !== undefined) return asked;
  const key = enumKey('CryptographicAlgorithm', algorithm) ?? '';
  const usual = context.services.assumed.defaultCryptographicLength[key];
  return usual ?? invalidField('Create needs the attribute Cryptographic Length.');
}

/** KMIP 1.1 §4.1, §11.2 */
export const create = handle(operations.create, (request, context) => {
  const { objectType } = request;
  if (objectType !== ObjectType.SymmetricKey) {
    invalidField(
      `Create makes symmetric keys, not objects of type ${enumKey('ObjectType', objectType) ?? objectType}.`,
    );
  }
  const wanted = wantedAttributes(request.templateAttribute, objectType, context);
  const algorithm =
    wantedNumber(wanted, 'Cryptographic Algorithm') ??
    invalidField('Create needs the attribute Cryptographic Algorithm.');
  if (!wanted.has('Cryptographic Usage Mask')) invalidField('Create needs the attribute Cryptographic Usage Mask.');
  const length = lengthFor(wanted, algorithm, context);
  const material: ManagedObject = {
    objectType,
    keyBlock: {
      keyFormatType: KeyFormatType.Raw,
      keyValue: { keyMaterial: generateKey(algorithm, length), attributes: [] },
      cryptographicAlgorithm: algorithm,
      cryptographicLength: length,
    },
  };
  const lengthAsked = wanted.has('Cryptographic Length');
  const object = storeObject({ objectType, material, wanted }, context);
  if (!lengthAsked) object.attributes.write('Cryptographic Length', length);
  const { uniqueIdentifier } = object;
  return {
    response: { objectType, uniqueIdentifier, templateAttribute: implied(lengthAsked, object) },
    text: `Create ${kindOf(object)} → ${uniqueIdentifier} (${stateName(object)})`,
  };
});

/** Attributes that the server set although the request did not name them and the client needs. KMIP 1.1 §4.1 */
function implied(lengthAsked: boolean, object: ReturnType<typeof storeObject>) {
  if (lengthAsked) return undefined;
  return { names: [], attributes: object.attributes.toWire(['Cryptographic Length']) };
}
