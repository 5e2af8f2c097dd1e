/** A stored object as bytes, for stores that outlive the process. */
import { KeyrigError } from '../../core/index.ts';
import {
  type CodecContext,
  decode,
  encode,
  type Item,
  ItemType,
  item,
  type ManagedObject,
  protocolVersion,
  requiredObject,
  Tag,
} from '../../kmip/index.ts';
import { AttributeSet } from './attribute-set.ts';
import { ownBytes } from './own-bytes.ts';
import type { StoredObject } from './stored-object.ts';

/** Both parts are TTLV: what is known of the object, and the object itself. */
export interface ObjectRecord {
  readonly uniqueIdentifier: string;
  /** Object Type, owner, marks, and attributes with their indexes. */
  readonly head: Buffer;
  /** The managed object, key material included; undefined once destroyed. */
  readonly material: Buffer | undefined;
}

/** Grows when the head's layout changes; older ones stay readable. */
const format = 1;

/** KMIP 1.1 §9.1.3.1 leaves 540000 to 54FFFF to extensions: these stand in no message. */
const RecordTag = {
  Head: 0x54_0100,
  Format: 0x54_0101,
  Owner: 0x54_0102,
  Archived: 0x54_0103,
  Allocated: 0x54_0104,
  NextIndex: 0x54_0105,
} as const;

/** The newest version, so that nothing is left out. */
const newest: CodecContext = { version: protocolVersion('1.4') };

/** What was stored once was within the limits of the message that brought it. */
const unlimited = {
  maxBytes: Number.POSITIVE_INFINITY,
  maxDepth: Number.POSITIVE_INFINITY,
  maxItems: Number.POSITIVE_INFINITY,
};

/** The object as bytes of their own: `material` may be overwritten once it is encrypted. */
export function recordOf(object: StoredObject): ObjectRecord {
  const { uniqueIdentifier, material } = object;
  return {
    uniqueIdentifier,
    head: encode(headItem(object)),
    material: material && encode(requiredObject.encode(material, newest) as Item),
  };
}

function headItem({ objectType, owner, archived, allocated, attributes }: StoredObject): Item {
  const { instances, nextIndex } = attributes.dump();
  return item.structure(RecordTag.Head, [
    item.integer(RecordTag.Format, format),
    item.enumeration(Tag.ObjectType, objectType),
    item.textString(RecordTag.Owner, owner),
    item.boolean(RecordTag.Archived, archived),
    item.boolean(RecordTag.Allocated, allocated),
    ...instances.map(({ name, index, value }) =>
      item.structure(Tag.Attribute, [
        item.textString(Tag.AttributeName, name),
        item.integer(Tag.AttributeIndex, index),
        value,
      ]),
    ),
    ...Array.from(nextIndex ?? [], ([name, index]) =>
      item.structure(RecordTag.NextIndex, [
        item.textString(Tag.AttributeName, name),
        item.integer(Tag.AttributeIndex, index),
      ]),
    ),
  ]);
}

/**
 * The object that {@link recordOf} wrote. Its byte strings lie in the record's material, which is its own from then on.
 *
 * @throws KeyrigError ERR_STORE for a record of a newer keyrig or one that is no record
 */
export function objectOf({ uniqueIdentifier, head, material }: ObjectRecord): StoredObject {
  const [formatItem, objectType, owner, archived, allocated, ...rest] = members(decode(head, unlimited));
  if (formatItem?.type !== ItemType.Integer || formatItem.tag !== RecordTag.Format) return notARecord();
  if (formatItem.value > format) {
    throw new KeyrigError('ERR_STORE', 'The store was written by a newer keyrig: use that one, or a newer one still.');
  }
  if (objectType?.type !== ItemType.Enumeration || owner?.type !== ItemType.TextString) return notARecord();
  if (archived?.type !== ItemType.Boolean || allocated?.type !== ItemType.Boolean) return notARecord();
  return {
    uniqueIdentifier,
    objectType: objectType.value,
    owner: owner.value,
    attributes: readAttributes(rest),
    material: material && readMaterial(material),
    archived: archived.value,
    allocated: allocated.value,
  };
}

function readAttributes(items: readonly Item[]): AttributeSet {
  const instances: { name: string; index: number; value: Item }[] = [];
  const nextIndex = new Map<string, number>();
  for (const entry of items) {
    const [name, index, value] = members(entry);
    if (name?.type !== ItemType.TextString || index?.type !== ItemType.Integer) return notARecord();
    if (entry.tag === RecordTag.NextIndex) nextIndex.set(name.value, index.value);
    else if (value) instances.push({ name: name.value, index: index.value, value: ownBytes(value) });
  }
  return AttributeSet.load(instances, nextIndex);
}

function readMaterial(bytes: Buffer): ManagedObject {
  return requiredObject.decode(decode(bytes, unlimited), newest);
}

function members(found: Item): readonly Item[] {
  return found.type === ItemType.Structure ? found.value : notARecord();
}

function notARecord(): never {
  throw new KeyrigError('ERR_STORE', 'The store holds something else than a record of an object: it is damaged.');
}
