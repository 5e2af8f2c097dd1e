import type { KeySource } from './key-source.ts';
import type { PostgresqlAddress } from './postgresql-store.ts';
import type { ObjectStore } from './store.ts';

/** Where the objects are kept, encrypted under a key that is kept elsewhere. */
export type StoreOptions =
  /** A file of one or several servers on one machine; made when it does not exist. */
  | ({ type: 'file'; path: string } & KeySource)
  /** A database of a cluster of servers. `schema`: of the tables, default `keyrig`; made when it does not exist. */
  | ({ type: 'postgresql'; schema?: string } & PostgresqlAddress & KeySource);

/**
 * Opens the store of one server; each server of a cluster opens its own.
 *
 * @throws KeyrigError ERR_STORE when it cannot be used or was made with another key, ERR_OPTION when an option is unusable
 */
export async function openStore(options: StoreOptions): Promise<ObjectStore> {
  // What is not used is not loaded: Node.js 22 warns when its SQLite is.
  if (options.type === 'file') {
    const { openFileStore } = await import('./file-store.ts');
    const { path, ...source } = options;
    return openFileStore(path, source);
  }
  const { openPostgresqlStore } = await import('./postgresql-store.ts');
  const { type, schema, key, keyFile, ...address } = options;
  return openPostgresqlStore(address, { key, keyFile } as KeySource, schema);
}
