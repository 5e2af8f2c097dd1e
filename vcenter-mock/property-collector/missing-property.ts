import type { ManagedObject } from '../inventory/store.ts';
import { fault } from '../vim/kernel/fault.ts';
import type { Data, Ref } from '../vim/kernel/values.ts';
import { topLevel } from './property-path.ts';
import type { SelectionContext } from './selection.ts';

/** What is said of a property that the client may not read; undefined when it may. vim25 MissingProperty */
export function missingProperty(
  object: ManagedObject,
  path: string,
  context: SelectionContext,
): Data<'MissingProperty'> | undefined {
  const privilegeId = context.lacks(object, topLevel(path));
  if (privilegeId === undefined) return undefined;
  const { localized } = fault('NoPermission', context.assumed.noPermission, { object: object.ref, privilegeId });
  return { path, fault: localized };
}

/** What is said of an object that a filter names and that does not exist. vim25 MissingObject */
export function missingObject(obj: Ref, context: SelectionContext): Data<'MissingObject'> {
  return { obj, fault: fault('ManagedObjectNotFound', context.assumed.objectNotFound, { obj }).localized };
}
