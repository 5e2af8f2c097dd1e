import { Operation, operations } from '../../kmip/index.ts';
import { visibleNames } from '../attributes/attribute-output.ts';
import { findObject } from '../objects/access.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.13 */
export const getAttributeList = handle(operations.getAttributeList, (request, context) => {
  const { uniqueIdentifier, attributes } = findObject(context, request.uniqueIdentifier, Operation.GetAttributeList);
  const attributeNames = visibleNames(attributes, context.version);
  return {
    response: { uniqueIdentifier, attributeNames },
    text: `Get Attribute List ${uniqueIdentifier} → ${attributeNames.length} names`,
  };
});
