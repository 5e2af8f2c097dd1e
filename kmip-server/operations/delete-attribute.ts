import { KmipError, Operation, operations, ResultReason } from '../../kmip/index.ts';
import { checkDeletable, isKnownAttribute } from '../attributes/attribute-rules.ts';
import { editObject } from '../objects/access.ts';
import { touch } from '../objects/life-cycle.ts';
import { wireAttribute } from '../store/attribute-set.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.16, §11.17 */
export const deleteAttribute = handle(operations.deleteAttribute, (request, context) => {
  const { attributeName: name, attributeIndex: index = 0 } = request;
  const object = editObject(context, request.uniqueIdentifier, Operation.DeleteAttribute);
  const { attributes, uniqueIdentifier } = object;
  const isKnown = isKnownAttribute(name, context.version);
  if (!isKnown || !attributes.at(name, index)) {
    const shown = name.slice(0, 80);
    throw new KmipError(
      ResultReason.ItemNotFound,
      isKnown && attributes.has(name)
        ? `The attribute "${shown}" has no instance with index ${index}.`
        : `The object has no attribute "${shown}".`,
    );
  }
  checkDeletable(object, name, context.now);
  const removed = attributes.remove(name, index) as NonNullable<ReturnType<typeof attributes.remove>>;
  touch(object, context.now);
  return {
    response: { uniqueIdentifier, attribute: wireAttribute(removed) },
    text: `Delete Attribute ${name} of ${uniqueIdentifier}`,
  };
});
