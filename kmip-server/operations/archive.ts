import { KmipError, Operation, operations, ResultReason } from '../../kmip/index.ts';
import { editObject } from '../objects/access.ts';
import { seconds, touch } from '../objects/life-cycle.ts';
import { kindOf } from '../objects/new-object.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.22, §11.23: the object goes to archival storage; only its attributes stay on-line. */
export const archive = handle(operations.archive, (request, context) => {
  const object = editObject(context, request.uniqueIdentifier, Operation.Archive);
  const { uniqueIdentifier } = object;
  if (object.material === undefined) {
    throw new KmipError(ResultReason.ItemNotFound, `The object ${uniqueIdentifier} was destroyed.`);
  }
  object.archived = true;
  object.attributes.write('Archive Date', seconds(context.now));
  touch(object, context.now);
  return { response: { uniqueIdentifier }, text: `Archive ${kindOf(object)} ${uniqueIdentifier}` };
});
