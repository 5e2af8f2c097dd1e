import { type ManagedObject, ObjectType } from '../../kmip/index.ts';
import type { AttributeSet, ReadableAttributes } from './attribute-set.ts';

/** A managed object in the store: attributes, and the object itself until it is destroyed. Never changed in place. */
export interface StoredObject {
  readonly uniqueIdentifier: string;
  readonly objectType: number;
  /** Name of the client that created it. KMIP 1.1 §3.18: the creator is the owner. */
  readonly owner: string;
  readonly attributes: ReadableAttributes;
  /** As registered or created; undefined once destroyed. Holds the key material. */
  readonly material: ManagedObject | undefined;
  /** In archival storage: only Recover and reading of its metadata are possible. KMIP 1.1 §4.22 */
  readonly archived: boolean;
  /** Get Usage Allocation was performed, so the Usage Limits are no longer the client's to change. KMIP 1.1 §3.21 */
  readonly allocated: boolean;
}

/**
 * Owner of the objects that the server makes for itself, which no client can reach: no client has a name with a control
 * character.
 */
export const serverOwner = '\u0000keyrig';

/** A copy of a stored object that an operation changes; it takes the object's place when the operation has succeeded. */
export interface DraftObject extends StoredObject {
  readonly attributes: AttributeSet;
  material: ManagedObject | undefined;
  archived: boolean;
  allocated: boolean;
}

/** A draft with the object's present attributes; the material, which never changes in place, is shared. */
export function draftOf(object: StoredObject): DraftObject {
  const { uniqueIdentifier, objectType, owner, attributes, material, archived, allocated } = object;
  return { uniqueIdentifier, objectType, owner, attributes: attributes.copy(), material, archived, allocated };
}

/** Certificates, keys, Secret Data: objects with a State. KMIP 1.1 §2.2, §3.22 */
export function isCryptographic(objectType: number): boolean {
  return objectType !== ObjectType.Template && objectType !== ObjectType.OpaqueObject;
}

/** Makes what depends on the object's bytes and is only worked out when asked for: the Digest. */
export function completeAttributes(object: StoredObject): void {
  for (const instance of object.attributes.instances('Digest')) void instance.value;
}

/** Overwrites the secret bytes of an object that is no longer stored. */
export function eraseMaterial(material: ManagedObject): void {
  if ('opaqueDataValue' in material) material.opaqueDataValue.fill(0);
  if ('keyBlock' in material) eraseTree(material.keyBlock.keyValue);
}

/** Overwrites every byte string below a value; numbers and bigints cannot be overwritten and are only dropped. */
function eraseTree(value: unknown): void {
  if (value instanceof Uint8Array) value.fill(0);
  else if (Array.isArray(value)) for (const member of value) eraseTree(member);
  else if (typeof value === 'object' && value !== null) for (const member of Object.values(value)) eraseTree(member);
}

/** An independent copy, key material included: what a backup holds. */
export function copyObject(object: StoredObject): DraftObject {
  return { ...draftOf(object), material: copyTree(object.material) };
}

function copyTree<T>(value: T): T {
  if (value instanceof Uint8Array) return Buffer.from(value) as unknown as T;
  if (Array.isArray(value)) return value.map(copyTree) as unknown as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyTree(member)])) as T;
}
