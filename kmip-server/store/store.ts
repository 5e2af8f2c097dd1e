import type { StoredObject } from './stored-object.ts';

/** Where objects are kept. */
export interface ObjectStore {
  get(uniqueIdentifier: string): StoredObject | undefined;
  put(object: StoredObject): void;
  delete(uniqueIdentifier: string): boolean;
  /** In order of creation. */
  all(): Iterable<StoredObject>;
}

/** Objects in memory; they survive `stop()` and `start()` of the same server. */
export class MemoryStore implements ObjectStore {
  readonly #objects = new Map<string, StoredObject>();

  get(uniqueIdentifier: string): StoredObject | undefined {
    return this.#objects.get(uniqueIdentifier);
  }

  put(object: StoredObject): void {
    this.#objects.set(object.uniqueIdentifier, object);
  }

  delete(uniqueIdentifier: string): boolean {
    return this.#objects.delete(uniqueIdentifier);
  }

  all(): Iterable<StoredObject> {
    return this.#objects.values();
  }
}
