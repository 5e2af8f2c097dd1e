import { type Item, ItemType } from '../../kmip/index.ts';
import type { AttributeInstance } from './attribute-set.ts';
import type { StoredObject } from './stored-object.ts';

/** Attributes that nearly every object has alike, or that are found otherwise. */
const notIndexed: ReadonlySet<string> = new Set(['Unique Identifier', 'Operation Policy Name']);

/** The text by which a value is found: a text, or the Name Value of a Name. */
export function indexText(attributeName: string, value: Item): string | undefined {
  if (value.type === ItemType.TextString) return notIndexed.has(attributeName) ? undefined : value.value;
  if (attributeName !== 'Name' || value.type !== ItemType.Structure) return undefined;
  const [nameValue] = value.value;
  return nameValue?.type === ItemType.TextString ? nameValue.value : undefined;
}

/**
 * Finds objects by attributes with text values. Most texts belong to one object, so a lone identifier is held as it is
 * and only several as a set.
 */
export class AttributeIndex {
  readonly #byName = new Map<string, Map<string, string | Set<string>>>();

  /** The indexed texts of an object's attribute. */
  static texts(object: StoredObject, attributeName: string): string[] {
    return object.attributes.instances(attributeName).flatMap(({ value }) => indexText(attributeName, value) ?? []);
  }

  /** Follows a change: `before` is undefined for a new object, `after` for one that is gone. */
  update(before: StoredObject | undefined, after: StoredObject | undefined): void {
    const old = before?.attributes.dump().instances ?? [];
    const now = after?.attributes.dump().instances ?? [];
    const { uniqueIdentifier } = (after ?? before) as StoredObject;
    let isRemoved = false;
    // Instances never change, so those that stand in both are the same text. Most stand in the same place.
    for (let place = 0; place < old.length; place++) {
      const instance = old[place] as AttributeInstance;
      if (now[place] === instance || now.includes(instance)) continue;
      const text = isIndexed(instance.name) ? indexText(instance.name, instance.value) : undefined;
      if (text === undefined) continue;
      this.#remove(instance.name, text, uniqueIdentifier);
      isRemoved = true;
    }
    for (let place = 0; place < now.length; place++) {
      const instance = now[place] as AttributeInstance;
      // Of two instances with the same text one may have been removed.
      if (!isRemoved && old[place] === instance) continue;
      const text = isIndexed(instance.name) ? indexText(instance.name, instance.value) : undefined;
      if (text !== undefined) this.#add(instance.name, text, uniqueIdentifier);
    }
  }

  #add(name: string, text: string, uniqueIdentifier: string): void {
    let texts = this.#byName.get(name);
    if (!texts) {
      texts = new Map();
      this.#byName.set(name, texts);
    }
    const present = texts.get(text);
    if (present === undefined) texts.set(text, uniqueIdentifier);
    else if (typeof present !== 'string') present.add(uniqueIdentifier);
    else if (present !== uniqueIdentifier) texts.set(text, new Set([present, uniqueIdentifier]));
  }

  #remove(name: string, text: string, uniqueIdentifier: string): void {
    const texts = this.#byName.get(name);
    const present = texts?.get(text);
    if (present === undefined) return;
    if (typeof present !== 'string') present.delete(uniqueIdentifier);
    if (present === uniqueIdentifier || (typeof present !== 'string' && present.size === 0)) texts?.delete(text);
  }

  /** Identifiers of the objects whose attribute has this text; undefined when the attribute is not indexed. */
  find(attributeName: string, text: string): Iterable<string> | undefined {
    if (!isIndexed(attributeName)) return undefined;
    const found = this.#byName.get(attributeName)?.get(text);
    return typeof found === 'string' ? [found] : (found ?? []);
  }

  count(attributeName: string, text: string): number {
    if (!isIndexed(attributeName)) return Number.POSITIVE_INFINITY;
    const found = this.#byName.get(attributeName)?.get(text);
    return typeof found === 'string' ? 1 : (found?.size ?? 0);
  }
}

/** The Digest of an object is made when it is first read: the index must not read it. */
function isIndexed(attributeName: string): boolean {
  return attributeName !== 'Digest' && !notIndexed.has(attributeName);
}
