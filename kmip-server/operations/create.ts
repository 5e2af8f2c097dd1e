import { enumKey, KmipError, ObjectType, operations, ResultReason } from '../../kmip/index.ts';
import { stateName } from '../objects/life-cycle.ts';
import { kindOf, type storeObject, type WantedAttributes, wantedAttributes } from '../objects/new-object.ts';
import { createSymmetricKey } from '../objects/symmetric-key.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.1, §11.2 */
export const create = handle(operations.create, (request, context) => {
  const { objectType } = request;
  if (objectType !== ObjectType.SymmetricKey) {
    const type = enumKey('ObjectType', objectType) ?? objectType;
    throw new KmipError(ResultReason.InvalidField, `Create makes symmetric keys, not objects of type ${type}.`);
  }
  const wanted = wantedAttributes(request.templateAttribute, objectType, context);
  const object = createSymmetricKey(wanted, context);
  const { uniqueIdentifier } = object;
  return {
    response: { objectType, uniqueIdentifier, templateAttribute: implied(wanted, object) },
    text: `Create ${kindOf(object)} → ${uniqueIdentifier} (${stateName(object)})`,
  };
});

/** Attributes that the server set although the request did not name them and the client needs. KMIP 1.1 §4.1 */
function implied(wanted: WantedAttributes, object: ReturnType<typeof storeObject>) {
  if (wanted.has('Cryptographic Length')) return undefined;
  return { names: [], attributes: object.attributes.toWire(['Cryptographic Length']) };
}
