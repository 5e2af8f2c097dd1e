import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createDecipheriv } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../kmip-server/store/open-store.ts';
import type { Changes, ObjectStore } from '../../../kmip-server/store/store.ts';
import { objectStoreSuite } from './object-store-suite.ts';
import { aesKey } from './sample-objects.ts';

const key = Buffer.alloc(32, 0x42);
const put = (...names: string[]): Changes => ({ put: names.map((id) => aesKey(id)), deleted: [] });
const identifiers = ({ put: objects }: Changes) => objects.map(({ uniqueIdentifier }) => uniqueIdentifier);

objectStoreSuite('file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyrig-store-'));
  const path = join(folder, 'store.db');
  return {
    connect: () => openStore({ type: 'file', path, key }),
    remove: async () => rmSync(folder, { recursive: true }),
  };
});

let folder: string;
let path: string;
let opened: ObjectStore[];
let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyrig-store-'));
  path = join(folder, 'store.db');
  opened = [];
  children = [];
});
afterEach(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  await Promise.all(opened.map((store) => store.close()));
  rmSync(folder, { recursive: true });
});

async function open(options: { path?: string; key?: string | Uint8Array } = {}): Promise<ObjectStore> {
  const store = await openStore({ type: 'file', path, key, ...options });
  opened.push(store);
  return store;
}
async function openRefreshed(): Promise<ObjectStore> {
  const store = await open();
  await store.refresh();
  return store;
}
const stored = async () => identifiers(await (await open()).refresh());

const script = fileURLToPath(new URL('./file-store-child.ts', import.meta.url));

/** Lines that a child process has printed; whatever is incomplete when it is killed is left out. */
function run(command: string, wrapper: string[] = [], options: { uid?: number; gid?: number } = {}) {
  const [program, ...args] = [...wrapper, process.execPath, script, command, path];
  const child = spawn(program as string, args, { ...options, stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  let output = '';
  const exited = once(child, 'close');
  /** The first line. */
  const line = () =>
    new Promise<string>((resolve, reject) => {
      child.stdout.on('data', () => lines().length > 0 && resolve(lines()[0] as string));
      child.on('close', () => reject(new Error(`${command} ended without a word`)));
    });
  const lines = () => output.split('\n').slice(0, -1);
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
  });
  return { child, exited, lines, line };
}

describe('file store: what a killed process leaves', () => {
  it('loses no acknowledged object, whenever its servers are killed', async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < 10; round++) {
      const servers = round % 3 === 2 ? [run('forever'), run('forever')] : [run('forever')];
      await Promise.all(servers.map(({ line }) => line()));
      await sleep((round * 37) % 101);
      for (const { child } of servers) child.kill('SIGKILL');
      await Promise.all(servers.map(({ exited }) => exited));
      for (const { lines } of servers) acknowledged.push(...lines());
      const found = new Set(await stored());
      expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
      await Promise.all(opened.splice(0).map((store) => store.close()));
    }
    expect(acknowledged.length).toBeGreaterThan(10);
  });

  it('can be opened, whenever the process that made it was killed', async () => {
    for (let round = 0; round < 6; round++) {
      path = join(folder, `store-${round}.db`);
      const { child, exited, lines } = run('forever');
      while (!existsSync(path) && child.exitCode === null) await sleep(1);
      await sleep(round * 2);
      child.kill('SIGKILL');
      expect(await exited).toEqual([null, 'SIGKILL']);
      const found = await stored();
      expect(found).toEqual(expect.arrayContaining(lines()));
    }
  });
});

const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', tmpdir()]).status === 0;
const canLimit = spawnSync('prlimit', ['--version']).status === 0;

describe('file store: trouble', () => {
  it.skipIf(!canMount)(
    canMount
      ? 'refuses when the disk is full and goes on when it is not'
      : 'disk full: SKIPPED, tmpfs cannot be mounted',
    async () => {
      const mounted = `mount -t tmpfs -o size=1m none '${folder}' && exec "$@"`;
      const { exited, lines } = run('fill', ['unshare', '-rm', 'sh', '-c', mounted, 'sh']);
      await exited;
      const told = JSON.parse(lines()[0] as string);
      expect(told.refusal).toBe(`ERR_STORE The store ${path} cannot be used: the disk is full.`);
      expect(told).toMatchObject({
        again: told.refusal,
        refreshed: { put: [], deleted: [] },
        afterwards: 'stored',
        found: told.stored + 1,
        last: 'afterwards',
      });
      expect(told.stored).toBeGreaterThan(10);
    },
  );

  it.skipIf(!canLimit)(
    canLimit ? 'refuses when writing fails and goes on when it works again' : 'write failure: SKIPPED, no prlimit',
    async () => {
      await (await open()).close();
      const { child, exited, lines, line } = run('starve', ['prlimit', `--fsize=${200 * 1024}:`]);
      const { stored: count, refusal } = JSON.parse(await line());
      expect(refusal).toMatch(/^ERR_STORE The store .* cannot be used: the disk (failed to read or write|is full)\.$/);
      spawnSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited:']);
      child.stdin.write('go on\n');
      await exited;
      expect(JSON.parse(lines()[1] as string)).toEqual({ afterwards: 'stored' });
      expect(await stored()).toHaveLength(count + 1);
    },
  );

  it('refuses while another process keeps the file locked, and goes on', async () => {
    const store = await openRefreshed();
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.commit(put('a'))).rejects.toMatchObject({
      code: 'ERR_STORE',
      message: `The store ${path} cannot be used: another process keeps it locked.`,
    });
    expect(await store.refresh()).toEqual({ put: [], deleted: [] });
    other.exec('ROLLBACK');
    other.close();
    expect(await store.commit(put('a'))).toBe('stored');
  });

  it('refuses to write a file that it may only read', async () => {
    await (await open()).close();
    // Root may write all files: it has to be somebody else.
    const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    if (user.uid !== undefined) for (const file of [folder, path]) chownSync(file, user.uid, user.gid);
    chmodSync(path, 0o400);
    chmodSync(folder, 0o500);
    const { exited, lines } = run('once', [], user);
    await exited;
    chmodSync(folder, 0o700);
    expect(lines()).toEqual([`ERR_STORE The store ${path} cannot be used: it is read-only.`]);
  });

  it.each([
    ['its folder does not exist', () => join(folder, 'none', 'store.db'), 'ENOENT'],
    ['it is a folder', () => folder, 'it cannot be opened'],
    [
      'it is something else',
      () => {
        writeFileSync(path, 'This is a letter. '.repeat(1000));
        return path;
      },
      'it is damaged, or not a key store at all',
    ],
    [
      'it is the database of another program',
      () => {
        const other = new DatabaseSync(path);
        other.exec('CREATE TABLE letters (text TEXT)');
        other.close();
        return path;
      },
      'is the database of another program, not a key store',
    ],
  ])('refuses to open when %s, and leaves what is there', async (_, prepare, why) => {
    const place = prepare();
    const before = existsSync(path) ? readFileSync(path) : undefined;
    await expect(open({ path: place })).rejects.toMatchObject({
      code: 'ERR_STORE',
      message: expect.stringContaining(why),
    });
    expect(existsSync(path) ? readFileSync(path) : undefined).toEqual(before);
  });

  it('refuses a damaged file, and works with the one that is put back', async () => {
    const store = await openRefreshed();
    await store.commit(put(...Array.from({ length: 200 }, (_, i) => `object ${i}`)));
    await store.close();
    const copy = join(folder, 'copy');
    copyFileSync(path, copy);
    truncateSync(path, statSync(path).size / 2);
    await expect(open().then((damaged) => damaged.refresh())).rejects.toMatchObject({
      code: 'ERR_STORE',
      message: `The store ${path} cannot be used: it is damaged.`,
    });
    renameSync(copy, path);
    expect(await stored()).toHaveLength(200);
  });

  it('refuses to go on with a file that was removed, and works when it is back', async () => {
    const store = await openRefreshed();
    await store.commit(put('a'));
    const gone = { code: 'ERR_STORE', message: `The store ${path} cannot be used: ENOENT.` };
    for (const suffix of ['', '-wal', '-shm']) renameSync(`${path}${suffix}`, `${join(folder, 'aside')}${suffix}`);
    await expect(store.commit(put('b'))).rejects.toMatchObject(gone);
    await expect(store.refresh()).rejects.toMatchObject(gone);
    for (const suffix of ['', '-wal', '-shm']) {
      if (existsSync(`${join(folder, 'aside')}${suffix}`)) {
        renameSync(`${join(folder, 'aside')}${suffix}`, `${path}${suffix}`);
      }
    }
    expect(await store.commit(put('b'))).toBe('stored');
    expect(await stored()).toEqual(['a', 'b']);
  });

  it('refuses another store in the place of its own', async () => {
    const store = await openRefreshed();
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`);
    const other = await openRefreshed();
    await other.commit(put('another'));
    await expect(store.commit(put('a'))).rejects.toMatchObject({
      code: 'ERR_STORE',
      message: expect.stringContaining('not the file that the server was started with'),
    });
    expect(await stored()).toEqual(['another']);
  });
});

describe('file store: the file', () => {
  it('may be read by its owner only, and so may the files beside it', async () => {
    const before = process.umask(0);
    try {
      const store = await openRefreshed();
      await store.commit(put('a'));
      for (const suffix of ['', '-wal', '-shm']) expect(statSync(`${path}${suffix}`).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });

  it('holds no key material and no attribute in plain text, nor does its log', async () => {
    const store = await openRefreshed();
    const fill = 0x6b;
    await store.commit({ put: [aesKey('a', { fill, name: 'a telling name' })], deleted: [] });
    // Copied by another process: this one must not close a descriptor of an open database.
    const look = () => {
      for (const suffix of ['', '-wal']) {
        if (!existsSync(`${path}${suffix}`)) continue;
        spawnSync('cp', [`${path}${suffix}`, join(folder, 'copy')]);
        const bytes = readFileSync(join(folder, 'copy'));
        for (const secret of [Buffer.alloc(8, fill), 'a telling name', 'vcenter']) {
          expect(bytes.includes(secret)).toBe(false);
        }
      }
    };
    look();
    await store.close();
    look();
    expect(readFileSync(path).includes('key store')).toBe(false);
  });

  it('keeps each part as nonce, AES-256-GCM ciphertext and tag, bound to the identifier', async () => {
    const store = await openRefreshed();
    await store.commit({ put: [aesKey('a', { fill: 0x6b, name: 'a telling name' })], deleted: [] });
    await store.close();
    const database = new DatabaseSync(path);
    const row = database.prepare('SELECT head, material FROM object').get() as Record<string, Uint8Array>;
    database.close();
    const open = (sealed: Uint8Array, associated: string) => {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
      decipher.setAAD(Buffer.from(associated)).setAuthTag(sealed.subarray(-16));
      return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
    };
    expect(open(row.material!, 'material of a').includes(Buffer.alloc(32, 0x6b))).toBe(true);
    expect(open(row.head!, 'head of a').includes('a telling name')).toBe(true);
  });

  it('never seals twice with the same nonce', async () => {
    const store = await openRefreshed();
    await store.commit(put(...Array.from({ length: 500 }, (_, i) => `object ${i}`)));
    await store.close();
    const database = new DatabaseSync(path);
    const rows = database.prepare('SELECT head, material FROM object').all() as Record<string, Uint8Array>[];
    database.close();
    const nonces = rows.flatMap(({ head, material }) =>
      [head!, material!].map((sealed) => Buffer.from(sealed.subarray(0, 12)).toString('hex')),
    );
    expect(new Set(nonces).size).toBe(1000);
  });

  /** Changes the closed file behind the store's back. */
  function tamper(sql: string): void {
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
  }

  it.each([
    ['the material of another object', `SET material = (SELECT material FROM object WHERE unique_identifier = 'b')`],
    ['the head of another object', `SET head = (SELECT head FROM object WHERE unique_identifier = 'b')`],
    ['its own material as head', 'SET head = material'],
    ['a flipped bit', `SET material = CAST(substr(material, 1, 40) || x'00' || substr(material, 42) AS BLOB)`],
    ['a short stump', `SET head = x'00'`],
    ['another identifier', `SET unique_identifier = 'c'`],
  ])('refuses a record with %s', async (_, change) => {
    const store = await openRefreshed();
    await store.commit(put('a', 'b'));
    await store.close();
    tamper(`UPDATE object ${change} WHERE unique_identifier = 'a'`);
    await expect((await open()).refresh()).rejects.toMatchObject({
      code: 'ERR_STORE',
      message: expect.stringMatching(/^The record of object [ac] cannot be decrypted/),
    });
  });

  it('refuses a file of a newer keyrig', async () => {
    await (await open()).close();
    tamper('PRAGMA user_version = 99');
    await expect(open()).rejects.toMatchObject({ code: 'ERR_STORE', message: expect.stringContaining('newer keyrig') });
  });

  it('tells its version', async () => {
    await (await open()).close();
    const database = new DatabaseSync(path);
    expect(database.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    expect(database.prepare('PRAGMA application_id').get()).toEqual({ application_id: 0x4b524947 });
    database.close();
  });

  it('can be opened by several servers at once, from the first moment on', async () => {
    const servers = Array.from({ length: 4 }, () => run('forever'));
    await Promise.all(servers.map(({ line }) => line()));
    await sleep(200);
    for (const { child } of servers) child.kill('SIGKILL');
    await Promise.all(servers.map(({ exited }) => exited));
    const found = await stored();
    expect(new Set(found).size).toBe(found.length);
    expect(found).toEqual(expect.arrayContaining(servers.flatMap(({ lines }) => lines())));
  });
});
