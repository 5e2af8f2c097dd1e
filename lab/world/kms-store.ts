import { type ObjectStore, openStore, SharedMemory, type SharedMemoryState } from '../../kmip-server/index.ts';
import type { KmsWorld } from './schema.ts';

/** The objects of each shared memory by its name. What files and databases hold is not saved: it outlives the lab anyway. */
export type SavedStores = Readonly<Record<string, SharedMemoryState>>;

/** The key stores of a lab: KMS that name the same shared memory are one cluster. */
export class KmsStores {
  readonly #shared = new Map<string, SharedMemory>();

  save(): SavedStores {
    return Object.fromEntries(Array.from(this.#shared, ([name, memory]) => [name, memory.save()]));
  }

  /** Every KMS sees the objects of then when it is asked next. */
  restore(state: SavedStores): void {
    for (const [name, memory] of this.#shared) memory.restore(state[name] ?? []);
  }

  /** Opens the store that the world asks for; undefined for a KMS that keeps its objects to itself. */
  async open(store: KmsWorld['store']): Promise<ObjectStore | undefined> {
    if (store === undefined) return undefined;
    if ('file' in store) return openStore({ type: 'file', path: store.file, keyFile: store.keyFile });
    if ('postgresql' in store) {
      const { postgresql: url, schema, keyFile } = store;
      return openStore({ type: 'postgresql', url, keyFile, ...(schema !== undefined && { schema }) });
    }
    const memory = this.#shared.get(store.shared) ?? new SharedMemory();
    this.#shared.set(store.shared, memory);
    return memory.connect();
  }
}
