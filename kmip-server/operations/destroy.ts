import { ObjectType, Operation, operations } from '../../kmip/index.ts';
import { editObject } from '../objects/access.ts';
import { destroy as destroyObject, stateName } from '../objects/life-cycle.ts';
import { kindOf } from '../objects/new-object.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.21. The attributes stay (OASIS SKLC-O-1, TC-111); a template goes with all it has. */
export const destroy = handle(operations.destroy, (request, context) => {
  const object = editObject(context, request.uniqueIdentifier, Operation.Destroy);
  const { uniqueIdentifier } = object;
  const kind = kindOf(object);
  destroyObject(object, context.now);
  object.material = undefined;
  if (object.objectType === ObjectType.Template) context.objects.remove(uniqueIdentifier);
  return { response: { uniqueIdentifier }, text: `Destroy ${kind} ${uniqueIdentifier} → ${stateName(object)}` };
});
