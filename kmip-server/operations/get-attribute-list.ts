import { Operation, operations } from '../../kmip/index.ts';
import { findObject } from '../access.ts';
import { visibleNames } from '../attribute-output.ts';
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
