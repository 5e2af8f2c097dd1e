import { KmipError, Operation, operations, ResultReason } from '../../kmip/index.ts';
import { visibleAttributes } from '../attributes/attribute-output.ts';
import { findObject } from '../objects/access.ts';
import { handle } from './handler.ts';

const shownNames = 6;

/** KMIP 1.1 §4.12, §11.13: a name that the object does not have is left out; no names ask for all. */
export const getAttributes = handle(operations.getAttributes, (request, context) => {
  const { attributeNames: names } = request;
  const object = findObject(context, request.uniqueIdentifier, Operation.GetAttributes);
  if (names.length > 1 && new Set(names).size < names.length) {
    const twice = names.find((name, index) => names.indexOf(name) < index);
    throw new KmipError(ResultReason.InvalidMessage, `Attribute Name specified more than once: ${twice}`);
  }
  const { uniqueIdentifier } = object;
  const attributes = visibleAttributes(object.attributes, context.version, names.length > 0 ? names : undefined);
  const asked = names.length === 0 ? 'all' : names.slice(0, shownNames).join(', ').slice(0, 200);
  return {
    response: { uniqueIdentifier, attributes },
    text: `Get Attributes ${uniqueIdentifier}: ${asked} → ${attributes.length} found`,
  };
});
