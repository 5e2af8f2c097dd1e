import { type SavedObject, savedObject, saveObject } from '../server-state.ts';
import type { Changes, CommitResult, ObjectStore } from './store.ts';
import type { StoredObject } from './stored-object.ts';

interface Version {
  /** Undefined for an object that went. */
  object: StoredObject | undefined;
  /** The commit that brought it. */
  commit: number;
}

/** All objects of a shared memory, in order of creation. */
export type SharedMemoryState = readonly SavedObject[];

/** Objects in memory that several servers of one process share: a KMS cluster without a database. */
export class SharedMemory {
  readonly #versions = new Map<string, Version>();
  #commits = 0;

  save(): SharedMemoryState {
    return [...this.#versions.values()].flatMap(({ object }) => (object ? [saveObject(object)] : []));
  }

  /** Every server that is connected finds the objects of the state, and no others, when it asks next. */
  restore(state: SharedMemoryState): void {
    const commit = ++this.#commits;
    const gone = [...this.#versions.keys()];
    this.#versions.clear();
    for (const saved of state) {
      this.#versions.set(saved.uniqueIdentifier, { object: savedObject(saved), commit });
    }
    for (const uniqueIdentifier of gone) {
      if (!this.#versions.has(uniqueIdentifier)) this.#versions.set(uniqueIdentifier, { object: undefined, commit });
    }
  }

  /** One server's access. */
  connect(): ObjectStore {
    let seen = 0;
    return {
      refresh: async (): Promise<Changes> => {
        const put: StoredObject[] = [];
        const deleted: string[] = [];
        for (const [uniqueIdentifier, { object, commit }] of seen === this.#commits ? [] : this.#versions) {
          if (commit <= seen) continue;
          if (object) put.push(object);
          else deleted.push(uniqueIdentifier);
        }
        seen = this.#commits;
        return { put, deleted };
      },
      commit: async ({ put, deleted }: Changes): Promise<CommitResult> => {
        if (seen !== this.#commits) return 'conflict';
        if (put.length === 0 && deleted.length === 0) return 'stored';
        const commit = ++this.#commits;
        seen = commit;
        for (const object of put) this.#versions.set(object.uniqueIdentifier, { object, commit });
        for (const uniqueIdentifier of deleted) this.#versions.set(uniqueIdentifier, { object: undefined, commit });
        return 'stored';
      },
      close: async () => {},
    };
  }
}
