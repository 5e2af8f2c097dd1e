import { type ManagedObject, ObjectType } from '../../kmip/index.ts';
import type { AttributeSet } from './attribute-set.ts';

/** A managed object in the store: attributes, and the object itself until it is destroyed. */
export interface StoredObject {
  readonly uniqueIdentifier: string;
  readonly objectType: number;
  /** Name of the client that created it. KMIP 1.1 §3.18: the creator is the owner. */
  readonly owner: string;
  readonly attributes: AttributeSet;
  /** As registered or created; undefined once destroyed. Holds the key material. */
  material: ManagedObject | undefined;
}

/** Certificates, keys, Secret Data: objects with a State. KMIP 1.1 §2.2, §3.22 */
export function isCryptographic(objectType: number): boolean {
  return objectType !== ObjectType.Template && objectType !== ObjectType.OpaqueObject;
}

/** Removes the object itself and overwrites its secret bytes. Attributes stay. KMIP 1.1 §4.21 */
export function eraseMaterial(object: StoredObject): void {
  const { material } = object;
  if (!material) return;
  object.material = undefined;
  // The Digest is worked out late, but no later than this.
  for (const instance of object.attributes.instances('Digest')) void instance.value;
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
export function copyObject(object: StoredObject): StoredObject {
  return { ...object, attributes: object.attributes.copy(), material: copyTree(object.material) };
}

function copyTree<T>(value: T): T {
  if (value instanceof Uint8Array) return Buffer.from(value) as unknown as T;
  if (Array.isArray(value)) return value.map(copyTree) as unknown as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyTree(member)])) as T;
}
