import { Operation, operations } from '../../kmip/index.ts';
import { findObject } from '../access.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.13 */
export const getAttributeList = handle(operations.getAttributeList, (request, context) => {
  const { uniqueIdentifier, attributes } = findObject(context, request.uniqueIdentifier, Operation.GetAttributeList);
  return {
    response: { uniqueIdentifier, attributeNames: attributes.names },
    text: `Get Attribute List ${uniqueIdentifier} → ${attributes.names.length} names`,
  };
});
