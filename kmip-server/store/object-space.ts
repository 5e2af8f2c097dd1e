import { type Clock, KeyrigError } from '../../core/index.ts';
import { KmipError, ResultReason } from '../../kmip/index.ts';
import { AttributeIndex } from './attribute-index.ts';
import { DueDates } from './due-dates.ts';
import { ObjectLayer, type ReadableObjects } from './object-layer.ts';
import type { Changes, ObjectStore } from './store.ts';
import { completeAttributes, type DraftObject, eraseMaterial, type StoredObject } from './stored-object.ts';

/** The changes of State that only time causes. */
export interface TimeRules {
  /** When the object next changes by itself, ms since the epoch; undefined when it does not. */
  nextDue(object: StoredObject): number | undefined;
  /** Makes the changes that are due at `now`. */
  settle(draft: DraftObject, now: number): void;
}

/**
 * Work on the objects. It runs at one go; it may be run again on other objects when another server was quicker, so it has
 * no effects but those on `objects` and its result.
 */
export type Work<T> = (objects: ObjectLayer) => T;

interface Waiting {
  work: Work<unknown>;
  now: number;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

interface Entry {
  object: StoredObject;
  /** Order of creation, for what comes out of an index. */
  place: number;
}

/** What stood in the places of changed objects before. */
type Before = Map<string, StoredObject | undefined>;

/** How often a turn is made again because another server was quicker. */
const maxAttempts = 100;

/**
 * All objects of a server in memory, their indexes, and the store behind them, if any. Without a store work is done at
 * once. With one, work that comes while the store is busy waits and is then done in one turn: one refresh, one commit.
 */
export class ObjectSpace implements ReadableObjects {
  readonly #entries = new Map<string, Entry>();
  #places = 0;
  readonly #index = new AttributeIndex();
  readonly #due = new DueDates();
  readonly #rules: TimeRules;
  readonly #clock: Clock;
  readonly #store: ObjectStore | undefined;
  #waiting: Waiting[] = [];
  #turning = false;

  constructor(rules: TimeRules, clock: Clock, store: ObjectStore | undefined) {
    this.#rules = rules;
    this.#clock = clock;
    this.#store = store;
  }

  get(uniqueIdentifier: string): StoredObject | undefined {
    return this.#entries.get(uniqueIdentifier)?.object;
  }

  *all(): Iterable<StoredObject> {
    for (const { object } of this.#entries.values()) yield object;
  }

  having(attributeName: string, text: string): Iterable<StoredObject> | undefined {
    const found = this.#index.find(attributeName, text);
    if (found === undefined) return undefined;
    const entries = Array.from(found, (uniqueIdentifier) => this.#entries.get(uniqueIdentifier) as Entry);
    if (entries.length > 1) entries.sort((a, b) => a.place - b.place);
    return entries.map(({ object }) => object);
  }

  countHaving(attributeName: string, text: string): number {
    return this.#index.count(attributeName, text);
  }

  /**
   * Does work on the objects as they are at the clock's present time; the result is there when all that the work changed, and
   * all that it may have seen, is stored. Throws or rejects, with nothing changed, what the work threw; General Failure when
   * it could not be stored.
   */
  run<T>(work: Work<T>): T | Promise<T> {
    const now = this.#clock.now();
    if (this.#store === undefined) {
      if (this.#due.isDue(now)) this.#settleDue(now, new Map());
      const layer = new ObjectLayer(this);
      const result = work(layer);
      if (layer.isChanged) {
        const before: Before = new Map();
        this.#apply(layer.changes(), before);
        this.#eraseGone(before);
      }
      return result;
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, now, resolve: resolve as (result: unknown) => void, reject });
      if (!this.#turning) void this.#takeTurns(this.#store as ObjectStore);
    });
  }

  /** Whether work waits for the store. */
  get isBusy(): boolean {
    return this.#turning;
  }

  /** Holds these objects and no others; for a server without a store. */
  load(objects: readonly StoredObject[]): void {
    const before: Before = new Map();
    this.#apply({ put: [], deleted: [...this.#entries.keys()] }, before);
    this.#apply({ put: objects, deleted: [] });
    for (const object of before.values()) if (object?.material !== undefined) eraseMaterial(object.material);
    this.#due.clear();
    for (const object of objects) {
      const due = this.#rules.nextDue(object);
      if (due !== undefined) this.#due.add(object.uniqueIdentifier, due);
    }
  }

  /** Puts changes in their places and notes what stood there. */
  #apply({ put, deleted }: Changes, before?: Before): void {
    for (const object of put) {
      if (before && !before.has(object.uniqueIdentifier)) {
        before.set(object.uniqueIdentifier, this.get(object.uniqueIdentifier));
      }
      this.#replace(object.uniqueIdentifier, object);
    }
    for (const uniqueIdentifier of deleted) {
      if (before && !before.has(uniqueIdentifier)) before.set(uniqueIdentifier, this.get(uniqueIdentifier));
      this.#replace(uniqueIdentifier, undefined);
    }
  }

  #replace(uniqueIdentifier: string, object: StoredObject | undefined, again = false): void {
    const entry = this.#entries.get(uniqueIdentifier);
    const present = entry?.object;
    if (present === undefined && object === undefined) return;
    this.#index.update(present, object);
    if (object === undefined) {
      this.#entries.delete(uniqueIdentifier);
      return;
    }
    const due = this.#rules.nextDue(object);
    if (due !== undefined && (again || present === undefined || this.#rules.nextDue(present) !== due)) {
      this.#due.add(uniqueIdentifier, due);
    }
    if (entry) entry.object = object;
    else this.#entries.set(uniqueIdentifier, { object, place: ++this.#places });
  }

  /** Makes the changes of State whose time has come. */
  #settleDue(now: number, before: Before): void {
    const objects = new ObjectLayer(this);
    for (const uniqueIdentifier of this.#due.take(now)) {
      const object = this.get(uniqueIdentifier);
      const at = object && this.#rules.nextDue(object);
      if (at === undefined || at > now) continue;
      const draft = objects.edit(uniqueIdentifier) as DraftObject;
      this.#rules.settle(draft, now);
    }
    this.#apply(objects.changes(), before);
  }

  /** Takes back what was applied. */
  #undo(before: Before): void {
    for (const [uniqueIdentifier, object] of before) this.#replace(uniqueIdentifier, object, true);
  }

  /** Overwrites the key material of objects that are now destroyed or gone. */
  #eraseGone(before: Before): void {
    for (const [uniqueIdentifier, object] of before) {
      if (object?.material === undefined) continue;
      const now = this.get(uniqueIdentifier);
      if (now?.material !== undefined) continue;
      // The Digest is worked out late, but no later than this.
      if (now) completeAttributes(now);
      eraseMaterial(object.material);
    }
  }

  async #takeTurns(store: ObjectStore): Promise<void> {
    this.#turning = true;
    // Real work goes on: a manual clock must not run ahead of it.
    const release = this.#clock.hold();
    // Lets the messages that came in the same moment join the turn.
    await new Promise((resolve) => setImmediate(resolve));
    for (let turn = this.#waiting; turn.length > 0; turn = this.#waiting) {
      this.#waiting = [];
      await this.#turn(turn, store);
    }
    release();
    this.#turning = false;
  }

  async #turn(turn: readonly Waiting[], store: ObjectStore): Promise<void> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const before: Before = new Map();
      const done: (() => void)[] = [];
      const changing = new Set<Waiting>();
      let isFresh = false;
      try {
        this.#apply(await store.refresh());
        isFresh = true;
        for (const waiting of turn) done.push(this.#attempt(waiting, before, changing));
        if (before.size === 0 || (await store.commit(this.#changed(before))) === 'stored') {
          this.#eraseGone(before);
          for (const answer of done) answer();
          return;
        }
        this.#undo(before);
      } catch (error) {
        this.#undo(before);
        this.#refuse(turn, isFresh ? changing : new Set(turn), storeFailure(error));
        return;
      }
    }
    this.#refuse(
      turn,
      new Set(turn),
      storeFailure(new KeyrigError('ERR_STORE', 'Other servers change it all the time.')),
    );
  }

  /** Does one piece of work; what to tell its caller once the turn is stored. */
  #attempt(waiting: Waiting, before: Before, changing: Set<Waiting>): () => void {
    if (this.#due.isDue(waiting.now)) this.#settleDue(waiting.now, before);
    const layer = new ObjectLayer(this);
    try {
      const result = waiting.work(layer);
      if (layer.isChanged) {
        changing.add(waiting);
        this.#apply(layer.changes(), before);
      }
      return () => waiting.resolve(result);
    } catch (error) {
      return () => waiting.reject(error);
    }
  }

  #changed(before: Before): Changes {
    const put: StoredObject[] = [];
    const deleted: string[] = [];
    for (const [uniqueIdentifier, old] of before) {
      const object = this.get(uniqueIdentifier);
      if (object) put.push(object);
      else if (old) deleted.push(uniqueIdentifier);
    }
    return { put, deleted };
  }

  /** Nothing of the turn was stored. Work that only read is done again on what there is; the rest has failed. */
  #refuse(turn: readonly Waiting[], changing: ReadonlySet<Waiting>, failure: KmipError): void {
    for (const waiting of turn) {
      if (changing.has(waiting)) {
        waiting.reject(failure);
        continue;
      }
      const layer = new ObjectLayer(this);
      try {
        const result = waiting.work(layer);
        if (layer.isChanged) waiting.reject(failure);
        else waiting.resolve(result);
      } catch (error) {
        waiting.reject(error);
      }
    }
  }
}

/** KMIP 1.1 §11: what none of the reasons describes is a General Failure. */
function storeFailure(error: unknown): KmipError {
  // Other errors than our own may say too much.
  const why = error instanceof KeyrigError ? error.message : 'an unexpected error';
  return new KmipError(ResultReason.GeneralFailure, `The key store failed: ${why}`, {
    cause: error,
  });
}
