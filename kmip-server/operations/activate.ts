import { Operation, operations } from '../../kmip/index.ts';
import { editObject } from '../objects/access.ts';
import { activate as activateObject } from '../objects/life-cycle.ts';
import { kindOf } from '../objects/new-object.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.19 */
export const activate = handle(operations.activate, (request, context) => {
  const object = editObject(context, request.uniqueIdentifier, Operation.Activate);
  activateObject(object, context.now);
  const { uniqueIdentifier } = object;
  return { response: { uniqueIdentifier }, text: `Activate ${kindOf(object)} ${uniqueIdentifier} → Active` };
});
