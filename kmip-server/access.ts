import { enumName, KmipError, ObjectType, Operation, ResultReason } from '../kmip/index.ts';
import type { OperationContext } from './operation-context.ts';
import type { DraftObject, StoredObject } from './store/stored-object.ts';

/** Operations that the default policy allows to everyone on certificates and public keys. KMIP 1.1 §3.18.2 */
const publicReads: ReadonlySet<number> = new Set([
  Operation.Locate,
  Operation.Check,
  Operation.Get,
  Operation.GetAttributes,
  Operation.GetAttributeList,
  Operation.ObtainLease,
]);
const publicTypes: ReadonlySet<number> = new Set([ObjectType.Certificate, ObjectType.PublicKey]);

/** The policies that an object can name. KMIP 1.1 §3.18.2: `default` for all, `public` for templates. */
export function isOperationPolicy(name: string, objectType: number): boolean {
  return name === 'default' || (name === 'public' && objectType === ObjectType.Template);
}

/** Whether the operation policy lets a client use an operation on an object. KMIP 1.1 §3.18.2 */
export function isAllowed(object: StoredObject, client: string, operation: number): boolean {
  if (object.owner === client) return true;
  if (!publicReads.has(operation)) return false;
  return publicTypes.has(object.objectType) || object.attributes.read('Operation Policy Name') === 'public';
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
  if (!object) {
    const shown = identifier.slice(0, shownIdentifierLength);
    throw new KmipError(ResultReason.ItemNotFound, `No object has the Unique Identifier "${shown}".`);
  }
  if (!isAllowed(object, context.client, operation)) {
    const name = enumName('Operation', operation);
    throw new KmipError(ResultReason.PermissionDenied, `${name} is not allowed: the object belongs to another client.`);
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
