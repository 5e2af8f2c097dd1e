/** A throw-away PostgreSQL server on the loopback interface. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../free-port.ts';

export interface PostgresqlServer {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** `postgresql://…` with the password. */
  url(port?: number): string;
  /** A connection as the owner of all, to be ended by the caller. */
  connect(): Promise<pg.Client>;
  /** Runs statements as the owner of all. */
  query(sql: string): Promise<pg.QueryResult>;
  /** Ends it at once, as a crash would, and keeps its data. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** Where `initdb` and `postgres` are; undefined when PostgreSQL is not installed. */
function binaries(): string | undefined {
  const versions = '/usr/lib/postgresql';
  const installed = existsSync(versions) ? readdirSync(versions).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...installed.map((version) => join(versions, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

const folder = binaries();

/** False where its tests must be skipped. In CI they must not be. */
export const hasPostgresql = folder !== undefined || process.env.CI !== undefined;

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (option: string, name: string) => Number(spawnSync('id', [option, name], { encoding: 'utf8' }).stdout);
  const name = spawnSync('id', ['postgres']).status === 0 ? 'postgres' : 'nobody';
  return { uid: id('-u', name), gid: id('-g', name) };
}

/** Starts a server with an empty database `postgres`. */
export async function startPostgresql(): Promise<PostgresqlServer> {
  if (folder === undefined) throw new Error('PostgreSQL is not installed: initdb and postgres were not found');
  const user = 'keyrig';
  const password = 'S3cret-of-the-test';
  const owner = unprivilegedUser();
  const data = mkdtempSync(join(tmpdir(), 'keyrig-postgresql-'));
  const passwordFile = join(data, 'password');
  writeFileSync(passwordFile, password);
  if (owner.uid !== undefined && owner.gid !== undefined) {
    chownSync(data, owner.uid, owner.gid);
    chownSync(passwordFile, owner.uid, owner.gid);
  }
  const cluster = join(data, 'cluster');
  const made = spawnSync(
    join(folder, 'initdb'),
    ['-D', cluster, '-U', user, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--no-locale', '-N'],
    { ...owner, cwd: data, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);

  const port = await freePort();
  let running: ChildProcess | undefined;
  const url = (toPort = port) => `postgresql://${user}:${password}@127.0.0.1:${toPort}/postgres`;

  async function connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url() });
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  async function query(sql: string) {
    const client = await connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  }

  async function start(): Promise<void> {
    const settings = [
      'fsync=off',
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${data}`,
      'max_connections=40',
    ];
    const options = settings.flatMap((setting) => ['-c', setting]);
    running = spawn(join(folder as string, 'postgres'), ['-D', cluster, '-p', String(port), ...options], {
      ...owner,
      cwd: data,
      stdio: 'ignore',
    });
    for (let attempt = 0; ; attempt++) {
      try {
        await query('SELECT 1');
        return;
      } catch (error) {
        if (attempt === 100 || running.exitCode !== null) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  async function kill(): Promise<void> {
    if (!running) return;
    const exited = once(running, 'exit');
    running.kill('SIGQUIT');
    await exited;
    running = undefined;
  }

  await start();
  return {
    port,
    user,
    password,
    url,
    connect,
    query,
    kill,
    start,
    async remove() {
      await kill();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
