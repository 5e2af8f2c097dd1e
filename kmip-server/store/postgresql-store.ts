/** Objects in a PostgreSQL database: servers on several machines that use the same tables are one KMS cluster. */
import pg from 'pg';
import { KeyrigError, messageOf, systemCode } from '../../core/index.ts';
import type { KeyEncryption } from './key-encryption.ts';
import { type KeySource, openKey } from './key-source.ts';
import {
  type Page,
  type Position,
  type RecordTable,
  type SealedRow,
  SealedStore,
  type TableRow,
} from './sealed-store.ts';
import type { ObjectStore } from './store.ts';

/** The database, as a URL or in parts; what is left out is taken from libpq's PG… environment variables. */
export type PostgresqlAddress =
  /** `postgresql://user:password@host:port/database?sslmode=verify-full&sslrootcert=…` */
  | { url: string }
  | { url?: undefined; host?: string; port?: number; database?: string; user?: string; password?: string };

/** Where the tables are when nothing else is said. */
export const defaultSchema = 'keyrig';

/**
 * Each brings tables of the version that is its index to the next one. Identifiers are bytes, for a client may choose ones
 * that a text column or an index of whole values refuses.
 */
const migrations: readonly ((schema: string) => string)[] = [
  (schema) =>
    `CREATE TABLE ${schema}.store (
       id integer PRIMARY KEY CHECK (id = 1),
       version integer NOT NULL,
       key_check bytea NOT NULL,
       last_commit bigint NOT NULL
     );
     CREATE TABLE ${schema}.object (
       place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       unique_identifier bytea NOT NULL,
       commit_number bigint NOT NULL,
       head bytea,
       material bytea
     );
     CREATE UNIQUE INDEX object_by_identifier ON ${schema}.object (sha256(unique_identifier));
     CREATE INDEX object_by_commit ON ${schema}.object (commit_number, place);`,
];

/** Limits, ms, after which a database that does not answer counts as gone. */
const limits = {
  connectionTimeoutMillis: 5_000,
  lock_timeout: 5_000,
  statement_timeout: 10_000,
  // Frees the tables when a server vanished within a commit.
  idle_in_transaction_session_timeout: 10_000,
  query_timeout: 12_000,
};

/** Rows in one statement of a commit. */
const writeRows = 1000;

/**
 * Opens the store in a database, PostgreSQL 13 or newer, and makes its schema and tables when there are none.
 *
 * @param schema of the tables; default {@link defaultSchema}
 * @throws KeyrigError ERR_STORE when the database cannot be used, ERR_OPTION or ERR_STORE for a key that does not fit
 */
export async function openPostgresqlStore(
  address: PostgresqlAddress,
  source: KeySource,
  schema: string = defaultSchema,
): Promise<ObjectStore> {
  const database = new Database(address);
  const quoted = pg.escapeIdentifier(schema);
  try {
    const encryption = await database.use((client) => prepare(client, quoted, schema, source));
    return new SealedStore(new PostgresqlTable(database, quoted), encryption);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** One connection that is made anew after any failure: what it was doing is then over. */
class Database {
  readonly #address: PostgresqlAddress;
  /** For messages; never the password. */
  readonly #where: string;
  #client: pg.Client | undefined;
  #closed = false;

  constructor(address: PostgresqlAddress) {
    this.#address = address;
    const { host, port } = this.#newClient();
    this.#where = `the PostgreSQL database at ${host}:${port}`;
  }

  #newClient(): pg.Client {
    const { url, ...parts } = this.#address;
    try {
      return new pg.Client({
        ...(url === undefined ? parts : { connectionString: url }),
        application_name: 'keyrig',
        keepAlive: true,
        ...limits,
      });
    } catch {
      // What the driver says may hold the URL, and so the password.
      throw new KeyrigError('ERR_OPTION', 'The address of the PostgreSQL database cannot be read: is the URL correct?');
    }
  }

  /** @throws KeyrigError ERR_STORE; the connection is then closed, which ends its transaction */
  async use<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#connected());
    } catch (error) {
      this.#drop(this.#client);
      throw this.#failure(error);
    }
  }

  async #connected(): Promise<pg.Client> {
    if (this.#closed) throw new KeyrigError('ERR_STORE', 'The store is closed.');
    if (this.#client) return this.#client;
    const client = this.#newClient();
    this.#client = client;
    // A connection may end at any time; the next call finds out.
    client.on('error', () => this.#drop(client));
    client.on('end', () => this.#drop(client));
    await client.connect();
    // An answer means that it is stored, whatever the database is set to.
    await client.query(
      `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`,
    );
    return client;
  }

  #drop(client: pg.Client | undefined): void {
    if (client === undefined || client !== this.#client) return;
    this.#client = undefined;
    void client.end();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
  }

  #failure(error: unknown): KeyrigError {
    if (error instanceof KeyrigError) return error;
    const reached = error instanceof pg.DatabaseError;
    const code = reached ? `SQLSTATE ${error.code}` : systemCode(error);
    const why = `${messageOf(error) || 'no answer'}${code === undefined ? '' : ` (${code})`}`;
    const what = reached ? 'answered' : 'cannot be reached';
    return new KeyrigError('ERR_STORE', `${capitalised(this.#where)} ${what}: ${why}.`, { cause: error });
  }
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Brings the tables to the present version and opens their key; servers that start at the same time wait for one another. */
async function prepare(client: pg.Client, quoted: string, schema: string, source: KeySource): Promise<KeyEncryption> {
  await client.query('BEGIN');
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`keyrig store ${schema}`]);
  const found = await client.query<{ schema: boolean; store: boolean }>(
    'SELECT to_regnamespace($1) IS NOT NULL AS schema, to_regclass($2) IS NOT NULL AS store',
    [quoted, `${quoted}.store`],
  );
  const { schema: hasSchema, store: hasStore } = found.rows[0]!;
  // A user without the right to make schemas may be given one.
  if (!hasSchema) await client.query(`CREATE SCHEMA ${quoted}`);
  const present = hasStore
    ? (await client.query<{ version: number; key_check: Buffer }>(`SELECT version, key_check FROM ${quoted}.store`))
        .rows[0]
    : undefined;
  const version = present?.version ?? 0;
  if (version > migrations.length) {
    throw new KeyrigError('ERR_STORE', 'The store was written by a newer keyrig: use that one, or a newer one still.');
  }
  for (const migration of migrations.slice(version)) await client.query(migration(quoted));
  const encryption = openKey(source, present?.key_check);
  if (present === undefined) {
    await client.query(`INSERT INTO ${quoted}.store (id, version, key_check, last_commit) VALUES (1, $1, $2, 0)`, [
      migrations.length,
      encryption.makeKeyCheck(),
    ]);
  } else if (version < migrations.length) {
    await client.query(`UPDATE ${quoted}.store SET version = $1`, [migrations.length]);
  }
  await client.query('COMMIT');
  return encryption;
}

interface FoundRow {
  last_commit: string;
  place: string | null;
  commit_number: string;
  unique_identifier: Buffer;
  head: Buffer | null;
  material: Buffer | null;
}

function tableRow(row: FoundRow): TableRow {
  return {
    place: Number(row.place),
    commit: Number(row.commit_number),
    uniqueIdentifier: row.unique_identifier.toString(),
    head: row.head ?? undefined,
    material: row.material ?? undefined,
  };
}

class PostgresqlTable implements RecordTable {
  readonly #database: Database;
  readonly #sql: { read: string; claim: string; put: string; wait: string };

  constructor(database: Database, schema: string) {
    this.#database = database;
    this.#sql = {
      read: `SELECT s.last_commit, o.* FROM ${schema}.store s LEFT JOIN LATERAL (
          SELECT place, commit_number, unique_identifier, head, material FROM ${schema}.object
          WHERE (commit_number, place) > ($1, $2) ORDER BY commit_number, place LIMIT $3
        ) o ON true ORDER BY o.commit_number, o.place`,
      // Locks the store's row until the commit: commits become visible in the order of their numbers.
      claim: `UPDATE ${schema}.store SET last_commit = last_commit + 1 WHERE last_commit = $1
        RETURNING pg_current_xact_id()::text AS transaction`,
      put: `INSERT INTO ${schema}.object (unique_identifier, commit_number, head, material)
        SELECT u, $1, h, m FROM unnest($2::bytea[], $3::bytea[], $4::bytea[]) WITH ORDINALITY AS t (u, h, m, n) ORDER BY n
        ON CONFLICT (sha256(unique_identifier))
        DO UPDATE SET commit_number = excluded.commit_number, head = excluded.head, material = excluded.material`,
      wait: `SELECT 1 FROM ${schema}.store FOR UPDATE`,
    };
  }

  async read(after: Position, limit: number): Promise<Page> {
    const { rows } = await this.#database.use((client) =>
      client.query<FoundRow>({ name: 'read', text: this.#sql.read, values: [after.commit, after.place, limit] }),
    );
    const [first] = rows;
    if (first === undefined) throw new KeyrigError('ERR_STORE', 'The tables of the store were emptied: put them back.');
    // The store's own row comes also when there is nothing to read.
    return { rows: rows.filter(({ place }) => place !== null).map(tableRow), lastCommit: Number(first.last_commit) };
  }

  async write(lastCommit: number, rows: readonly SealedRow[]): Promise<boolean> {
    let transaction: string | undefined;
    let isCommitting = false;
    try {
      return await this.#database.use(async (client) => {
        await client.query('BEGIN');
        const claim = await client.query<{ transaction: string }>(this.#sql.claim, [lastCommit]);
        transaction = claim.rows[0]?.transaction;
        if (transaction === undefined) {
          await client.query('ROLLBACK');
          return false;
        }
        for (let start = 0; start < rows.length; start += writeRows) {
          await client.query(this.#sql.put, parameters(lastCommit + 1, rows.slice(start, start + writeRows)));
        }
        isCommitting = true;
        await client.query('COMMIT');
        return true;
      });
    } catch (error) {
      if (!isCommitting || (await this.#wasCommitted(transaction as string)) === false) throw error;
      return true;
    }
  }

  /** What became of a transaction whose connection broke while it was being committed. */
  async #wasCommitted(transaction: string): Promise<boolean> {
    try {
      return await this.#database.use(async (client) => {
        // Its backend may still be at it; it lets go of the store's row when it is through.
        await client.query(this.#sql.wait);
        const sql = `SELECT pg_xact_status($1::text::xid8) = 'committed' AS committed`;
        return (await client.query<{ committed: boolean }>(sql, [transaction])).rows[0]?.committed === true;
      });
    } catch (error) {
      const message =
        'The connection broke while the change was being stored. Whether it was will show when the database is back.';
      throw new KeyrigError('ERR_STORE', message, { cause: error });
    }
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

function parameters(commit: number, rows: readonly SealedRow[]): unknown[] {
  return [
    commit,
    rows.map(({ uniqueIdentifier }) => Buffer.from(uniqueIdentifier)),
    rows.map(({ head }) => head),
    rows.map(({ material }) => material),
  ];
}
