import { KeyrigError } from '../../core/index.ts';
import type { KeyEncryption } from './key-encryption.ts';
import { objectOf, recordOf } from './object-record.ts';
import type { Changes, CommitResult, ObjectStore } from './store.ts';
import type { StoredObject } from './stored-object.ts';

/** An object's record with both parts encrypted; without a head it is the mark of an object that went. */
export interface SealedRow {
  readonly uniqueIdentifier: string;
  readonly head: Uint8Array | undefined;
  readonly material: Uint8Array | undefined;
}

/** A row with what tells when it came and when it changed. */
export interface TableRow extends SealedRow {
  /** Grows in order of creation. */
  readonly place: number;
  /** The commit that last changed it, counted from 1. */
  readonly commit: number;
}

/** Where to go on reading: behind this row in the order (commit, place). */
export type Position = Pick<TableRow, 'commit' | 'place'>;

/** What was read in one look. */
export interface Page {
  readonly rows: readonly TableRow[];
  /** The number of the last commit. */
  readonly lastCommit: number;
}

/**
 * A table of rows that several servers share. Commits are numbered without gaps and become visible one after the other;
 * each gives its number to all rows that it changes. The marks of objects that went stay: nobody knows how long another
 * server has not asked, and they are small and rare, since a destroyed object keeps its attributes.
 *
 * A rejection is a KeyrigError and means that nothing was written.
 */
export interface RecordTable {
  /** At most `limit` rows behind a position, in the order (commit, place). */
  read(after: Position, limit: number): Promise<Page>;
  /** Writes rows as the commit that follows `lastCommit`, all or none; false when another one already does. */
  write(lastCommit: number, rows: readonly SealedRow[]): Promise<boolean>;
  close(): Promise<void>;
}

/** Bounds what one answer of a database brings. */
const pageRows = 1000;

/**
 * An object store on a table. Pages need no transaction around them: a row that changes while they are read moves behind
 * all that was read, so reading to the end finds everything as it is at the end.
 */
export class SealedStore implements ObjectStore {
  readonly #table: RecordTable;
  readonly #encryption: KeyEncryption;
  /** The last commit that this server knows. */
  #seen = 0;

  constructor(table: RecordTable, encryption: KeyEncryption) {
    this.#table = table;
    this.#encryption = encryption;
  }

  async refresh(): Promise<Changes> {
    const found = new Map<string, { place: number; object: StoredObject | undefined }>();
    let after: Position = { commit: this.#seen, place: Number.MAX_SAFE_INTEGER };
    for (;;) {
      const { rows, lastCommit } = await this.#table.read(after, pageRows);
      if (lastCommit < this.#seen) {
        const message = 'The store lacks what this server has stored: it was put back to an older state. Start again.';
        throw new KeyrigError('ERR_STORE', message);
      }
      for (const row of rows) found.set(row.uniqueIdentifier, { place: row.place, object: this.#open(row) });
      const last = rows.at(-1);
      if (last === undefined || rows.length < pageRows) {
        this.#seen = lastCommit;
        return changesOf(found);
      }
      after = last;
      // Connections are served while a large store is read.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async commit({ put, deleted }: Changes): Promise<CommitResult> {
    const rows = [
      ...put.map((object) => this.#seal(object)),
      ...deleted.map((uniqueIdentifier) => ({ uniqueIdentifier, head: undefined, material: undefined })),
    ];
    if (rows.length === 0) return 'stored';
    if (!(await this.#table.write(this.#seen, rows))) return 'conflict';
    this.#seen++;
    return 'stored';
  }

  close(): Promise<void> {
    return this.#table.close();
  }

  /** The head is encrypted, too: it holds the Digest, by which a short secret could be guessed. */
  #seal(object: StoredObject): SealedRow {
    const { uniqueIdentifier, head, material } = recordOf(object);
    const sealed = {
      uniqueIdentifier,
      head: this.#encryption.seal(head, headText(uniqueIdentifier)),
      material: material && this.#encryption.seal(material, materialText(uniqueIdentifier)),
    };
    material?.fill(0);
    return sealed;
  }

  #open(row: SealedRow): StoredObject | undefined {
    const { uniqueIdentifier } = row;
    if (row.head === undefined) return undefined;
    const head = this.#encryption.open(row.head, headText(uniqueIdentifier)) ?? unreadable(uniqueIdentifier);
    const material =
      row.material &&
      (this.#encryption.open(row.material, materialText(uniqueIdentifier)) ?? unreadable(uniqueIdentifier));
    return objectOf({ uniqueIdentifier, head, material });
  }
}

/** The associated data of a part: it can stand neither for the other part nor for another object's. */
const headText = (uniqueIdentifier: string) => `head of ${uniqueIdentifier}`;
const materialText = (uniqueIdentifier: string) => `material of ${uniqueIdentifier}`;

function unreadable(uniqueIdentifier: string): never {
  const message = `The record of object ${uniqueIdentifier} cannot be decrypted: it is damaged or another object's.`;
  throw new KeyrigError('ERR_STORE', message, { details: { uniqueIdentifier } });
}

function changesOf(found: ReadonlyMap<string, { place: number; object: StoredObject | undefined }>): Changes {
  const deleted = Array.from(found).flatMap(([uniqueIdentifier, { object }]) => (object ? [] : [uniqueIdentifier]));
  const present = Array.from(found.values()).sort((a, b) => a.place - b.place);
  return { put: present.flatMap(({ object }) => object ?? []), deleted };
}
