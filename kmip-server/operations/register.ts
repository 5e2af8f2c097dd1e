import { type Attribute, enumName, type Item, type ManagedObject, ObjectType, operations } from '../../kmip/index.ts';
import { checkAtCreation, checkedValue } from '../attributes/attribute-rules.ts';
import { invalidField } from '../cryptography/not-supported.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import { kindOf, storeObject, type WantedAttributes, wantedAttributes } from '../objects/new-object.ts';
import { absentObject, checkHasValue, described } from '../objects/registration.ts';
import { ownedObject } from '../store/owned-object.ts';
import { handle } from './handler.ts';
import { objectTypesAt } from './query.ts';

/** KMIP 1.1 §4.3, §11.4. The answer names no Object Type. */
export const register = handle(operations.register, (request, context) => {
  const { objectType } = request;
  if (!objectTypesAt(context.version).includes(objectType)) {
    invalidField(`Register does not know objects of type ${enumName('ObjectType', objectType) ?? objectType}.`);
  }
  if (request.object && request.object.objectType !== objectType) {
    invalidField('The Object Type does not match the object that was sent.');
  }
  if (request.object) checkHasValue(request.object, context);
  const wanted = wantedAttributes(request.templateAttribute, objectType, context);
  const brought = request.object ? ownedObject(request.object) : absentObject(objectType);
  if (brought.objectType === ObjectType.Template) checkTemplate(brought.attributes, wanted, context);
  const material: ManagedObject = described(brought, wanted, context);
  const object = storeObject({ objectType, material, wanted, registered: true }, context);
  const { uniqueIdentifier } = object;
  return { response: { uniqueIdentifier }, text: `Register ${kindOf(object)} → ${uniqueIdentifier}` };
});

/**
 * What a template holds must be attributes that a template may hold (KMIP 1.1 §2.2.6); a Name among them names the template
 * itself (OASIS TC-312-10).
 */
function checkTemplate(attributes: readonly Attribute[], wanted: WantedAttributes, context: OperationContext): void {
  for (const attribute of attributes) {
    checkAtCreation(attribute, ObjectType.Template, context.version);
    checkedValue(attribute, ObjectType.Template, context);
  }
  const names = attributes.filter(({ attributeName }) => attributeName === 'Name');
  if (names.length === 0 || wanted.has('Name')) return;
  wanted.set(
    'Name',
    names.map(({ attributeValue }) => attributeValue as Item),
  );
}
