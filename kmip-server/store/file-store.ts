/** Objects in an SQLite file. */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { KeyrigError, messageOf, systemCode } from '../../core/index.ts';
import type { KeyEncryption } from './key-encryption.ts';
import { type KeySource, openKey, syncFolder } from './key-source.ts';
import {
  type Page,
  type Position,
  type RecordTable,
  type SealedRow,
  SealedStore,
  type TableRow,
} from './sealed-store.ts';
import type { ObjectStore } from './store.ts';

/** `KRIG`: tells a store from the databases of other programs. */
const applicationId = 0x4b52_4947;

/** Each brings a file of the version that is its index to the next one; `user_version` counts them. */
const migrations: readonly string[] = [
  `CREATE TABLE store (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     store_id TEXT NOT NULL,
     key_check BLOB NOT NULL,
     last_commit INTEGER NOT NULL
   ) STRICT;
   CREATE TABLE object (
     place INTEGER PRIMARY KEY AUTOINCREMENT,
     unique_identifier TEXT NOT NULL UNIQUE,
     commit_number INTEGER NOT NULL,
     head BLOB,
     material BLOB
   ) STRICT;
   CREATE INDEX object_by_commit ON object (commit_number, place);`,
];

/** How long another process may keep the file locked, ms. The server stands still meanwhile. */
const lockTimeoutMs = 5000;
const pauseMs = 20;

/**
 * Opens a store in a file, made with mode 0600 when there is none. All servers on one machine may share it: write-ahead
 * logging lets them read while one writes, and SQLite's locks let one write at a time. A file on a network file system
 * must have one server only, for such locks do not reach other machines.
 *
 * What was stored outlives a killed process and, as far as the disk keeps its word, a power failure.
 *
 * @throws KeyrigError ERR_STORE when the file cannot be used, ERR_OPTION or ERR_STORE for a key that does not fit
 */
export function openFileStore(path: string, source: KeySource): ObjectStore {
  const table = new FileTable(path, source);
  return new SealedStore(table, table.encryption);
}

interface OpenFile {
  database: DatabaseSync;
  /** Device and inode: tell whether the path still names this file. */
  identity: string;
  read: StatementSync;
  claim: StatementSync;
  put: StatementSync;
}

class FileTable implements RecordTable {
  readonly encryption: KeyEncryption;
  readonly #path: string;
  readonly #storeId: string;
  /** Undefined after a failure: the next call opens the file again. */
  #open: OpenFile | undefined;
  #closed = false;

  constructor(path: string, source: KeySource) {
    this.#path = path;
    try {
      makeFile(path);
      const database = openDatabase(path);
      try {
        const { encryption, storeId } = prepare(database, source);
        this.encryption = encryption;
        this.#storeId = storeId;
        this.#open = usable(database, path);
      } catch (error) {
        database.close();
        throw error;
      }
    } catch (error) {
      throw fileFailure(error, path);
    }
  }

  async read(after: Position, limit: number): Promise<Page> {
    return this.#use(({ read }) => {
      const found = read.all(after.commit, after.place, limit) as unknown as FoundRow[];
      // The store's own row comes also when there is nothing to read.
      const rows = found.filter(({ place }) => place !== null).map(tableRow);
      return { rows, lastCommit: (found[0] as FoundRow).lastCommit };
    });
  }

  async write(lastCommit: number, rows: readonly SealedRow[]): Promise<boolean> {
    return this.#use(({ database, claim, put }) => {
      database.exec('BEGIN IMMEDIATE');
      if (claim.run(lastCommit).changes === 0) {
        database.exec('ROLLBACK');
        return false;
      }
      for (const { uniqueIdentifier, head, material } of rows) {
        put.run(uniqueIdentifier, lastCommit + 1, head ?? null, material ?? null);
      }
      database.exec('COMMIT');
      return true;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#release();
  }

  #use<T>(work: (file: OpenFile) => T): T {
    try {
      return work(this.#opened());
    } catch (error) {
      this.#recover(error);
      throw fileFailure(error, this.#path);
    }
  }

  #opened(): OpenFile {
    if (this.#closed) throw new KeyrigError('ERR_STORE', 'The store is closed.');
    // SQLite would go on with a file that was deleted, and all would be lost with the process.
    if (this.#open && this.#open.identity !== identityOf(this.#path)) this.#release();
    if (this.#open) return this.#open;
    statSync(this.#path);
    const database = openDatabase(this.#path);
    try {
      const { storeId } = stored(database) ?? {};
      if (storeId !== this.#storeId) {
        const message = 'it is not the file that the server was started with. Put that back, or start again';
        throw new KeyrigError('ERR_STORE', `The store ${this.#path} cannot be used: ${message}.`);
      }
      this.#open = usable(database, this.#path);
    } catch (error) {
      database.close();
      throw error;
    }
    return this.#open;
  }

  /** Ends the transaction; a connection that may be damaged is given up. */
  #recover(error: unknown): void {
    const code = sqliteCode(error);
    if (code !== undefined && lasting.has(code)) {
      try {
        // SQLite has already ended it after some failures.
        if (this.#open?.database.isTransaction) this.#open.database.exec('ROLLBACK');
        return;
      } catch {
        // Closing ends it in any case.
      }
    }
    this.#release();
  }

  #release(): void {
    const open = this.#open;
    this.#open = undefined;
    open?.database.close();
  }
}

interface FoundRow {
  lastCommit: number;
  place: number | null;
  commit: number;
  uniqueIdentifier: string;
  head: Uint8Array | null;
  material: Uint8Array | null;
}

function tableRow({ place, commit, uniqueIdentifier, head, material }: FoundRow): TableRow {
  return { place: place as number, commit, uniqueIdentifier, head: head ?? undefined, material: material ?? undefined };
}

/** SQLite would take the rights from the umask. The log files beside it get the same rights as the file. */
function makeFile(path: string): void {
  try {
    // Only ever a new file: closing a descriptor of an open database would drop this process's locks on it.
    closeSync(openSync(path, 'wx', 0o600));
    syncFolder(dirname(path));
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: lockTimeoutMs });
  try {
    checkPurpose(database, path);
    // Two servers that make a file at the same time would each wait for the other: SQLite refuses one at once.
    patiently(() => database.exec('PRAGMA journal_mode = WAL'));
    // Overwritten and destroyed records do not stay in unused pages.
    database.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

/** Tries again while another process keeps the file locked, for as long as SQLite itself would wait. */
function patiently(work: () => void): void {
  for (let waited = 0; ; waited += pauseMs) {
    try {
      work();
      return;
    } catch (error) {
      if (sqliteCode(error) !== SQLITE_BUSY || waited >= lockTimeoutMs) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}

function pragma(database: DatabaseSync, name: string): number {
  return Object.values(database.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[0] as number;
}

/** Before anything is written to a file that may belong to somebody else. */
function checkPurpose(database: DatabaseSync, path: string): void {
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined;
  if (isEmpty || pragma(database, 'application_id') === applicationId) return;
  throw new KeyrigError('ERR_STORE', `${path} is the database of another program, not a key store.`);
}

/** Brings the file to the present version and opens its key. */
function prepare(database: DatabaseSync, source: KeySource): { encryption: KeyEncryption; storeId: string } {
  database.exec('BEGIN IMMEDIATE');
  const version = pragma(database, 'user_version');
  if (version > migrations.length) {
    throw new KeyrigError('ERR_STORE', 'The store was written by a newer keyrig: use that one, or a newer one still.');
  }
  for (const migration of migrations.slice(version)) database.exec(migration);
  if (version < migrations.length) {
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`);
  }
  const present = stored(database);
  const encryption = openKey(source, present?.keyCheck);
  const storeId = present?.storeId ?? randomBytes(16).toString('hex');
  if (!present) {
    const insert = 'INSERT INTO store (id, store_id, key_check, last_commit) VALUES (1, ?, ?, 0)';
    database.prepare(insert).run(storeId, encryption.makeKeyCheck());
  }
  database.exec('COMMIT');
  return { encryption, storeId };
}

function stored(database: DatabaseSync): { storeId: string; keyCheck: Uint8Array } | undefined {
  const statement = database.prepare('SELECT store_id AS storeId, key_check AS keyCheck FROM store');
  return statement.get() as { storeId: string; keyCheck: Uint8Array } | undefined;
}

function usable(database: DatabaseSync, path: string): OpenFile {
  return {
    database,
    identity: identityOf(path),
    read: database.prepare(
      `SELECT last_commit AS lastCommit, place, commit_number AS "commit", unique_identifier AS uniqueIdentifier, head, material
       FROM store LEFT JOIN (
         SELECT * FROM object WHERE (commit_number, place) > (?, ?) ORDER BY commit_number, place LIMIT ?
       ) ORDER BY commit_number, place`,
    ),
    claim: database.prepare('UPDATE store SET last_commit = last_commit + 1 WHERE last_commit = ?'),
    put: database.prepare(
      `INSERT INTO object (unique_identifier, commit_number, head, material) VALUES (?, ?, ?, ?)
       ON CONFLICT (unique_identifier)
       DO UPDATE SET commit_number = excluded.commit_number, head = excluded.head, material = excluded.material`,
    ),
  };
}

function identityOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.dev}:${found.ino}` : 'none';
}

// https://www.sqlite.org/rescode.html; the low byte of an extended code.
const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

const reasons: Readonly<Record<number, string>> = {
  3: 'its access rights do not allow it',
  [SQLITE_BUSY]: 'another process keeps it locked',
  8: 'it is read-only',
  10: 'the disk failed to read or write',
  11: 'it is damaged',
  [SQLITE_FULL]: 'the disk is full',
  14: 'it cannot be opened',
  26: 'it is damaged, or not a key store at all',
};

/** After these the connection is as good as before, and can read while the cause lasts. */
const lasting: ReadonlySet<number> = new Set([SQLITE_BUSY, SQLITE_FULL]);

/** SQLite's primary result code. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

function fileFailure(error: unknown, path: string): KeyrigError {
  if (error instanceof KeyrigError) return error;
  const code = sqliteCode(error);
  const reason = (code === undefined ? systemCode(error) : reasons[code]) ?? messageOf(error);
  return new KeyrigError('ERR_STORE', `The store ${path} cannot be used: ${reason}.`, {
    cause: error,
    details: { path },
  });
}
