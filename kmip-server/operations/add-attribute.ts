import { KmipError, Operation, operations, ResultReason } from '../../kmip/index.ts';
import { applyChange } from '../attributes/attribute-change.ts';
import { completedValue } from '../attributes/attribute-completion.ts';
import { checkAddable, checkedValue, checkInstances, hasInstances } from '../attributes/attribute-rules.ts';
import { editObject } from '../objects/access.ts';
import { wireAttribute } from '../store/attribute-set.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.14, §11.15 */
export const addAttribute = handle(operations.addAttribute, (request, context) => {
  const { attribute } = request;
  const { attributeName: name } = attribute;
  const object = editObject(context, request.uniqueIdentifier, Operation.AddAttribute);
  if (attribute.attributeIndex !== undefined) {
    throw new KmipError(ResultReason.InvalidField, 'Add Attribute takes no Attribute Index: the server assigns it.');
  }
  checkAddable(object, name, context.version, context.now);
  const value = completedValue(name, checkedValue(attribute, object.objectType, context), context);
  if (object.attributes.has(name) && !hasInstances(name)) {
    throw new KmipError(
      ResultReason.IllegalOperation,
      `The object already has the attribute "${name}". Use Modify Attribute.`,
    );
  }
  checkInstances(name, object.attributes.instances(name).length);
  const instance = applyChange(object, context, { name, value }, () => object.attributes.add(name, value));
  const { uniqueIdentifier } = object;
  return {
    response: { uniqueIdentifier, attribute: wireAttribute(instance) },
    text: `Add Attribute ${name.slice(0, 80)} to ${uniqueIdentifier}`,
  };
});
