import { Operation, operations } from '../../kmip/index.ts';
import { editObject } from '../objects/access.ts';
import { touch } from '../objects/life-cycle.ts';
import { kindOf } from '../objects/new-object.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.23, §11.24: the object comes back on-line and loses its Archive Date (§3.32); else nothing changes. */
export const recover = handle(operations.recover, (request, context) => {
  const object = editObject(context, request.uniqueIdentifier, Operation.Recover);
  const { uniqueIdentifier } = object;
  if (object.archived) {
    object.archived = false;
    object.attributes.remove('Archive Date', 0);
    touch(object, context.now);
  }
  context.placeholder = uniqueIdentifier;
  return { response: { uniqueIdentifier }, text: `Recover ${kindOf(object)} ${uniqueIdentifier}` };
});
