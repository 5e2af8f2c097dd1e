import { ObjectType, Operation, operations } from '../../kmip/index.ts';
import { findObject } from '../access.ts';
import { destroy as destroyObject, stateName } from '../life-cycle.ts';
import { kindOf } from '../new-object.ts';
import { eraseMaterial } from '../store/stored-object.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.21. The attributes stay (OASIS SKLC-O-1, TC-111); a template goes with all it has. */
export const destroy = handle(operations.destroy, (request, context) => {
  const object = findObject(context, request.uniqueIdentifier, Operation.Destroy);
  const { uniqueIdentifier } = object;
  const kind = kindOf(object);
  destroyObject(object, context.now);
  eraseMaterial(object);
  const { store } = context.services;
  if (object.objectType === ObjectType.Template || object.objectType === ObjectType.OpaqueObject) {
    store.delete(uniqueIdentifier);
  }
  return { response: { uniqueIdentifier }, text: `Destroy ${kind} ${uniqueIdentifier} → ${stateName(object)}` };
});
