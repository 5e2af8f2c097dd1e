import { Operation, operations } from '../../kmip/index.ts';
import { visibleAttributes } from '../attributes/attribute-output.ts';
import { findObject } from '../objects/access.ts';
import { kindOf } from '../objects/new-object.ts';
import { outputObject } from '../objects/object-output.ts';
import { handle } from './handler.ts';

/** KMIP 1.4 §4.40: Get with all attributes; of a destroyed object only these are left. */
export const exportObject = handle(operations.export, (request, context) => {
  const object = findObject(context, request.uniqueIdentifier, Operation.Export);
  const { uniqueIdentifier, objectType, material } = object;
  const attributes = visibleAttributes(object.attributes, context.version);
  const answer = material && outputObject(object, material, request, context);
  return {
    response: { objectType, uniqueIdentifier, attributes, ...(answer && { object: answer }) },
    text: `Export ${kindOf(object)} ${uniqueIdentifier}`,
  };
});
