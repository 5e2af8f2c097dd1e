import { KmipError, Operation, operations, ResultReason } from '../../kmip/index.ts';
import { findObject } from '../objects/access.ts';
import { kindOf } from '../objects/new-object.ts';
import { outputObject } from '../objects/object-output.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.11, §11.12 */
export const get = handle(operations.get, (request, context) => {
  const object = findObject(context, request.uniqueIdentifier, Operation.Get);
  const { uniqueIdentifier, objectType, material } = object;
  if (material === undefined) {
    // OASIS TC-314-11 expects Item Not Found where §11.12 says Illegal Operation.
    throw new KmipError(ResultReason.ItemNotFound, `The object ${uniqueIdentifier} was destroyed.`);
  }
  const answer = outputObject(object, material, request, context);
  // KMIP 1.1 §3.34
  if (object.attributes.read('Fresh') === true) {
    context.objects.edit(uniqueIdentifier)?.attributes.write('Fresh', false);
  }
  return {
    response: { objectType, uniqueIdentifier, object: answer },
    text: `Get ${kindOf(object)} ${uniqueIdentifier}${request.keyWrappingSpecification ? ', wrapped' : ''}`,
  };
});
