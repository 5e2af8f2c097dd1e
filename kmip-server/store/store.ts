import type { StoredObject } from './stored-object.ts';

/** Objects that came or changed, and identifiers of objects that went. An identifier stands in one of the two only. */
export interface Changes {
  /** New ones in order of creation. */
  readonly put: readonly StoredObject[];
  readonly deleted: readonly string[];
}

/** `conflict`: another server changed the store since this one last asked; nothing was stored. */
export type CommitResult = 'stored' | 'conflict';

/**
 * Where objects are kept so that they outlive the server or are shared by several. A server works on objects in memory:
 * before each turn it asks what others changed, after it the changes are stored, all or none. Without a store the objects
 * live as long as the server.
 *
 * A rejection means that nothing was stored and that the next call may succeed.
 */
export interface ObjectStore {
  /** What changed since the last call, by others; the first time everything. */
  refresh(): Promise<Changes>;
  /** Stores durably. The objects are not changed afterwards and may be kept. */
  commit(changes: Changes): Promise<CommitResult>;
  /** Lets go of files and connections; the store is not used afterwards. */
  close(): Promise<void>;
}
