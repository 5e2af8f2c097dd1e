import { enumEntry, enumName, isSince, KmipError, Operation, ResultReason } from '../../kmip/index.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import type { DraftObject, StoredObject } from '../store/stored-object.ts';

/** Whether the client may use an operation on an object: by the object's operation policy or the server's rules. */
export function isAllowed(object: StoredObject, context: OperationContext, operation: number): boolean {
  return context.access.mayUse(object, operation);
}

/** Whether the request's version knows objects of this type: to others they do not exist (assumed). */
export function isTypeKnown({ objectType }: StoredObject, { version }: OperationContext): boolean {
  return isSince(version, enumEntry('ObjectType', objectType)?.since ?? '1.0');
}

const shownIdentifierLength = 80;

/** What may be done with an object in archival storage: its attributes are on-line. KMIP 1.1 §4.22, §11 */
const onArchived: ReadonlySet<number> = new Set([
  Operation.Recover,
  Operation.Locate,
  Operation.GetAttributes,
  Operation.GetAttributeList,
]);

/**
 * The object that a request names, or that the ID Placeholder stands for, as it is now.
 * Throws Item Not Found; Permission Denied when it belongs to another client; Object Archived.
 */
export function findObject(
  context: OperationContext,
  uniqueIdentifier: string | undefined,
  operation: number,
): StoredObject {
  const identifier = uniqueIdentifier ?? context.placeholder;
  if (identifier === undefined) {
    throw new KmipError(
      ResultReason.ItemNotFound,
      'The request names no Unique Identifier and the ID Placeholder is empty.',
    );
  }
  const object = context.objects.get(identifier);
  if (!object || !isTypeKnown(object, context)) {
    const shown = identifier.slice(0, shownIdentifierLength);
    throw new KmipError(ResultReason.ItemNotFound, `No object has the Unique Identifier "${shown}".`);
  }
  if (!isAllowed(object, context, operation)) {
    const name = enumName('Operation', operation);
    const why =
      object.owner === context.client ? 'its operation policy forbids it' : 'the object belongs to another client';
    throw new KmipError(ResultReason.PermissionDenied, `${name} is not allowed: ${why}.`);
  }
  if (object.archived && !onArchived.has(operation)) {
    throw new KmipError(ResultReason.ObjectArchived, 'The object is archived. Recover it first.');
  }
  return object;
}

/** {@link findObject} for an operation that changes the object: a draft, which is kept when the operation succeeds. */
export function editObject(
  context: OperationContext,
  uniqueIdentifier: string | undefined,
  operation: number,
): DraftObject {
  const object = findObject(context, uniqueIdentifier, operation);
  return context.objects.edit(object.uniqueIdentifier) as DraftObject;
}
