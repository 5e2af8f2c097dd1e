/** The objects as an operation sees them: what it changes is its own until it is kept. */
import { AttributeIndex } from './attribute-index.ts';
import type { Changes } from './store.ts';
import { type DraftObject, draftOf, type StoredObject } from './stored-object.ts';

/** Reading access to objects. */
export interface ReadableObjects {
  get(uniqueIdentifier: string): StoredObject | undefined;
  /** In order of creation. */
  all(): Iterable<StoredObject>;
  /**
   * Objects, in order of creation, that have an attribute with a text value: `x-` and `y-` attributes, Object Group and the
   * like by their text, Name by its Name Value. Undefined when the attribute is not indexed.
   */
  having(attributeName: string, text: string): Iterable<StoredObject> | undefined;
  /** How many `having` would give at most; to choose the cheapest of several. Infinity when not indexed. */
  countHaving(attributeName: string, text: string): number;
}

/**
 * Changes on top of other objects: drafts of what was changed, marks of what was removed. Nothing below is touched until
 * `changes` are applied there or `keep` hands them down.
 */
export class ObjectLayer implements ReadableObjects {
  readonly #base: ReadableObjects;
  /** Null stands for an object that was removed. */
  #drafts: Map<string, DraftObject | null> | undefined;

  constructor(base: ReadableObjects) {
    this.#base = base;
  }

  get(uniqueIdentifier: string): StoredObject | undefined {
    const draft = this.#drafts?.get(uniqueIdentifier);
    return draft === undefined ? this.#base.get(uniqueIdentifier) : (draft ?? undefined);
  }

  /** The object as a draft to change; undefined when there is none. */
  edit(uniqueIdentifier: string): DraftObject | undefined {
    const present = this.#drafts?.get(uniqueIdentifier);
    if (present !== undefined) return present ?? undefined;
    const stored = this.#base.get(uniqueIdentifier);
    if (stored === undefined) return undefined;
    const draft = draftOf(stored);
    this.put(draft);
    return draft;
  }

  /** Adds a new object, or puts another in its place. */
  put(object: DraftObject): void {
    this.#drafts ??= new Map();
    this.#drafts.set(object.uniqueIdentifier, object);
  }

  remove(uniqueIdentifier: string): void {
    this.#drafts ??= new Map();
    this.#drafts.set(uniqueIdentifier, null);
  }

  *all(): Iterable<StoredObject> {
    yield* this.#merged(this.#base.all(), () => true);
  }

  having(attributeName: string, text: string): Iterable<StoredObject> | undefined {
    const below = this.#base.having(attributeName, text);
    return below && this.#merged(below, (draft) => AttributeIndex.texts(draft, attributeName).includes(text));
  }

  countHaving(attributeName: string, text: string): number {
    return this.#base.countHaving(attributeName, text) + (this.#drafts?.size ?? 0);
  }

  /** What lies below with the drafts in their places, then the new ones. */
  *#merged(below: Iterable<StoredObject>, fits: (draft: StoredObject) => boolean): Iterable<StoredObject> {
    const drafts = this.#drafts;
    if (drafts === undefined) {
      yield* below;
      return;
    }
    const seen = new Set<string>();
    for (const object of below) {
      const draft = drafts.get(object.uniqueIdentifier);
      if (draft === undefined) yield object;
      else if (draft !== null && fits(draft)) {
        seen.add(object.uniqueIdentifier);
        yield draft;
      }
    }
    for (const draft of drafts.values()) {
      if (draft !== null && !seen.has(draft.uniqueIdentifier) && fits(draft)) yield draft;
    }
  }

  /** Whether anything was changed. */
  get isChanged(): boolean {
    return this.#drafts !== undefined;
  }

  /** Forgets all changes. */
  drop(): void {
    this.#drafts = undefined;
  }

  /** Hands the changes to the layer below. */
  keep(below: ObjectLayer): void {
    if (below.#drafts === undefined) {
      below.#drafts = this.#drafts;
      this.#drafts = undefined;
      return;
    }
    for (const [uniqueIdentifier, draft] of this.#drafts ?? []) {
      if (draft === null) below.remove(uniqueIdentifier);
      else below.put(draft);
    }
    this.#drafts = undefined;
  }

  /** What is to be applied below; the drafts take no more memory than they need. */
  changes(): Changes {
    const put: StoredObject[] = [];
    const deleted: string[] = [];
    for (const [uniqueIdentifier, draft] of this.#drafts ?? []) {
      if (draft !== null) {
        draft.attributes.compact();
        put.push(draft);
      }
      // What was made and removed within the layer never was below.
      else if (this.#base.get(uniqueIdentifier) !== undefined) deleted.push(uniqueIdentifier);
    }
    return { put, deleted };
  }
}
