import { KmipError, Operation, operations, ResultReason } from '../../kmip/index.ts';
import { applyChange } from '../attributes/attribute-change.ts';
import { completedValue } from '../attributes/attribute-completion.ts';
import { checkChangeable, checkedValue } from '../attributes/attribute-rules.ts';
import { editObject } from '../objects/access.ts';
import { wireAttribute } from '../store/attribute-set.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.15, §11.16 */
export const modifyAttribute = handle(operations.modifyAttribute, (request, context) => {
  const { attributeName: name, attributeIndex: index = 0 } = request.attribute;
  const object = editObject(context, request.uniqueIdentifier, Operation.ModifyAttribute);
  const { attributes, uniqueIdentifier } = object;
  checkChangeable(object, name, context.version, context.now);
  if (!attributes.has(name)) {
    throw new KmipError(ResultReason.InvalidField, `The object has no attribute "${name.slice(0, 80)}" to modify.`);
  }
  if (!attributes.at(name, index)) {
    throw new KmipError(ResultReason.ItemNotFound, `The attribute "${name}" has no instance with index ${index}.`);
  }
  const value = completedValue(name, checkedValue(request.attribute, object.objectType, context), context);
  applyChange(object, context, { name, index, value }, () => attributes.replace(name, index, value));
  return {
    response: { uniqueIdentifier, attribute: wireAttribute({ name, index, value }) },
    text: `Modify Attribute ${name.slice(0, 80)} of ${uniqueIdentifier}`,
  };
});
