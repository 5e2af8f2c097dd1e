import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { causeChain } from '../../../core/index.ts';
import { openStore, type StoreOptions } from '../../../kmip-server/store/open-store.ts';
import type { Changes, ObjectStore } from '../../../kmip-server/store/store.ts';
import { objectStoreSuite } from './object-store-suite.ts';
import { hasPostgresql, type PostgresqlServer, startPostgresql } from './postgresql-server.ts';
import { aesKey, contentOf } from './sample-objects.ts';

const key = Buffer.alloc(32, 0x42);
const put = (...identifiers: string[]): Changes => ({ put: identifiers.map((id) => aesKey(id)), deleted: [] });
const identifiers = ({ put: objects }: Changes) => objects.map(({ uniqueIdentifier }) => uniqueIdentifier);

describe.skipIf(!hasPostgresql)(
  hasPostgresql ? 'PostgreSQL store' : 'PostgreSQL store: SKIPPED, PostgreSQL is not installed',
  () => {
    let server: PostgresqlServer;
    let schemas = 0;
    let schema: string;
    const opened: ObjectStore[] = [];

    beforeAll(async () => {
      server = await startPostgresql();
    });
    afterAll(() => server?.remove());
    beforeEach(() => {
      schema = `test ${++schemas}`;
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()));
    });

    async function open(options: Partial<Extract<StoreOptions, { type: 'postgresql' }>> = {}): Promise<ObjectStore> {
      const store = await openStore({ type: 'postgresql', url: server.url(), schema, key, ...options } as StoreOptions);
      opened.push(store);
      return store;
    }
    async function openRefreshed(): Promise<ObjectStore> {
      const store = await open();
      await store.refresh();
      return store;
    }

    objectStoreSuite('PostgreSQL', async () => {
      schema = `suite "${++schemas}"`;
      return {
        connect: () => openStore({ type: 'postgresql', url: server.url(), schema, key }),
        remove: async () => {},
      };
    });

    it('may be told its address in parts, and uses the schema keyrig', async () => {
      const { port, user, password } = server;
      const parts = { host: '127.0.0.1', port, user, password, database: 'postgres' };
      const store = await openStore({ type: 'postgresql', ...parts, key });
      await store.refresh();
      await store.commit(put('a'));
      await store.close();
      expect((await server.query('SELECT count(*)::int AS n FROM keyrig.object')).rows).toEqual([{ n: 1 }]);
    });

    it('can be opened by several servers that start at once on an empty database', async () => {
      const stores = await Promise.all(Array.from({ length: 8 }, () => open()));
      await Promise.all(stores.map((store) => store.refresh()));
      expect(await stores[7]?.commit(put('a'))).toBe('stored');
      expect(identifiers(await stores[0]!.refresh())).toEqual(['a']);
    });

    it('makes one key file for servers that start at once, and asks the others for it', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'keyrig-key-'));
      try {
        const files = ['a', 'b', 'c'].map((name) => join(folder, name));
        const results = await Promise.allSettled(files.map((keyFile) => open({ key: undefined, keyFile })));
        expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
        expect(files.filter(existsSync)).toHaveLength(1);
        const refused = results.find((result) => result.status === 'rejected');
        expect(refused?.reason).toMatchObject({
          code: 'ERR_OPTION',
          message: expect.stringContaining('put that file'),
        });
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    it('refuses another key than the one that the store was made with', async () => {
      await open();
      await expect(open({ key: Buffer.alloc(32, 1) })).rejects.toMatchObject({
        code: 'ERR_STORE',
        message: 'The key-encryption key is not the one that the store was made with.',
      });
    });

    it('refuses a store of a newer keyrig', async () => {
      await open();
      await server.query(`UPDATE "${schema}".store SET version = 99`);
      await expect(open()).rejects.toMatchObject({
        code: 'ERR_STORE',
        message: expect.stringContaining('newer keyrig'),
      });
    });

    it('works in a schema that it was given, without the right to make one', async () => {
      const role = `role${schemas}`;
      await server.query(`CREATE ROLE ${role} LOGIN PASSWORD 'p'; CREATE SCHEMA "${schema}" AUTHORIZATION ${role}`);
      const store = await open({ url: server.url().replace(/\/\/.*@/, `//${role}:p@`) });
      await store.refresh();
      expect(await store.commit(put('a'))).toBe('stored');
      await expect(
        open({ url: server.url().replace(/\/\/.*@/, `//${role}:p@`), schema: 'not allowed' }),
      ).rejects.toMatchObject({ code: 'ERR_STORE', message: expect.stringContaining('permission denied') });
    });

    it('has no key material or attribute in plain text in its tables', async () => {
      const store = await openRefreshed();
      await store.commit({ put: [aesKey('a', { fill: 0x6b, name: 'a telling name' })], deleted: [] });
      const { rows } = await server.query(`SELECT o::text AS row FROM "${schema}".object o`);
      const text = (rows[0] as { row: string }).row;
      expect(text).toContain(Buffer.from('a').toString('hex'));
      expect(text).not.toContain('6b'.repeat(16));
      expect(text).not.toContain(Buffer.from('a telling name').toString('hex'));
    });

    it('refuses records that were changed or moved to another object', async () => {
      const store = await openRefreshed();
      await store.commit(put('a', 'b'));
      await server.query(
        `UPDATE "${schema}".object SET material = (SELECT material FROM "${schema}".object WHERE unique_identifier = 'b')
         WHERE unique_identifier = 'a'`,
      );
      await expect((await open()).refresh()).rejects.toMatchObject({
        code: 'ERR_STORE',
        message: expect.stringContaining('object a cannot be decrypted'),
      });
    });

    it('stores nothing of a commit of which a part is refused', async () => {
      const store = await openRefreshed();
      await server.query(
        `ALTER TABLE "${schema}".object ADD CONSTRAINT few CHECK (unique_identifier <> 'key 1700') NOT VALID`,
      );
      const many = put(...Array.from({ length: 2_000 }, (_, i) => `key ${i}`));
      await expect(store.commit(many)).rejects.toMatchObject({
        code: 'ERR_STORE',
        message: expect.stringContaining('23514'),
      });
      expect(await (await open()).refresh()).toEqual({ put: [], deleted: [] });
      await server.query(`ALTER TABLE "${schema}".object DROP CONSTRAINT few`);
      expect(await store.commit(many)).toBe('stored');
    });

    it('rejects while the database is away and goes on when it is back', async () => {
      const store = await openRefreshed();
      await store.commit(put('a'));
      await server.kill();
      try {
        const gone = { code: 'ERR_STORE', message: expect.stringContaining(`127.0.0.1:${server.port}`) };
        await expect(store.commit(put('b'))).rejects.toMatchObject(gone);
        await expect(store.refresh()).rejects.toMatchObject(gone);
        await expect(open()).rejects.toMatchObject(gone);
      } finally {
        await server.start();
      }
      expect(await store.refresh()).toEqual({ put: [], deleted: [] });
      expect(await store.commit(put('c'))).toBe('stored');
      expect(identifiers(await (await open()).refresh())).toEqual(['a', 'c']);
    });

    it('notices an idle connection that was cut', async () => {
      const store = await openRefreshed();
      // Told to end, and waited for: within 20 s.
      await server.query(
        'SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE application_name = $$keyrig$$',
      );
      // The end of the connection may be noticed before the next call or by it.
      await store.refresh().catch(() => {});
      expect(await store.refresh()).toEqual({ put: [], deleted: [] });
      expect(await store.commit(put('a'))).toBe('stored');
    });

    it('rejects when the tables stay locked, and goes on', async () => {
      const store = await openRefreshed();
      const other = await server.connect();
      await other.query(`BEGIN; SELECT 1 FROM "${schema}".store FOR UPDATE`);
      await expect(store.commit(put('a'))).rejects.toMatchObject({
        code: 'ERR_STORE',
        message: expect.stringContaining('lock timeout'),
      });
      await other.end();
      expect(await store.commit(put('a'))).toBe('stored');
    });

    it('rejects when the store was put back to an older state', async () => {
      const store = await openRefreshed();
      await store.commit(put('a'));
      await server.query(`DELETE FROM "${schema}".object; UPDATE "${schema}".store SET last_commit = 0`);
      await expect(store.refresh()).rejects.toMatchObject({
        code: 'ERR_STORE',
        message: expect.stringContaining('older state'),
      });
    });

    it('makes a commit last even where the database does not by default', async () => {
      await server.query('ALTER SYSTEM SET synchronous_commit = off');
      await server.query('SELECT pg_reload_conf()');
      try {
        await open();
        await server.query(
          `CREATE TABLE "${schema}".seen AS SELECT ''::text AS setting;
           CREATE FUNCTION "${schema}".note() RETURNS trigger LANGUAGE plpgsql AS
             $$BEGIN UPDATE "${schema}".seen SET setting = current_setting('synchronous_commit'); RETURN NEW; END$$;
           CREATE TRIGGER note AFTER INSERT ON "${schema}".object FOR EACH ROW EXECUTE FUNCTION "${schema}".note()`,
        );
        const store = await openRefreshed();
        await store.commit(put('a'));
        expect((await server.query(`SELECT setting FROM "${schema}".seen`)).rows).toEqual([{ setting: 'on' }]);
      } finally {
        await server.query('ALTER SYSTEM RESET synchronous_commit');
        await server.query('SELECT pg_reload_conf()');
      }
    });

    it.each([
      ['a wrong password', () => server.url().replace(server.password, 'Wr0ng-secret')],
      ['an unknown user', () => server.url().replace('//keyrig:', '//nobody-known:')],
      ['an unknown database', () => `${server.url()}-unknown`],
      ['a port where nobody listens', () => server.url(1)],
      ['a URL that is none', () => `postgresql://keyrig:${server.password}@127.0.0.1:port/postgres`],
      ['an unknown host', () => `postgresql://keyrig:${server.password}@host.invalid/postgres`],
    ])('says clearly, without the password, what is wrong with %s', async (_, url) => {
      const failure = await open({ url: url() }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: expect.stringMatching(/^ERR_(STORE|OPTION)$/) });
      expect(causeChain(failure)[0]).toMatch(/PostgreSQL database/);
      expect(inspect(failure, { depth: 10, showHidden: true })).not.toMatch(/S3cret|Wr0ng/);
    });

    it('gives up on a server that accepts and says nothing', async () => {
      const silent = createServer().listen(0, '127.0.0.1');
      await once(silent, 'listening');
      try {
        const { port } = silent.address() as { port: number };
        await expect(open({ url: server.url(port) })).rejects.toMatchObject({
          code: 'ERR_STORE',
          message: expect.stringContaining('timeout'),
        });
      } finally {
        silent.close();
      }
    });

    describe('behind a connection that breaks during COMMIT', () => {
      let proxy: Server;
      let cut: 'before' | 'after' | undefined;
      let isDown = false;

      beforeEach(async () => {
        cut = undefined;
        isDown = false;
        proxy = createServer((client) => {
          if (isDown) client.destroy();
          else relay(client, connectTcp(server.port, '127.0.0.1'));
        }).listen(0, '127.0.0.1');
        await once(proxy, 'listening');
      });
      afterEach(() => proxy.close());

      function relay(client: Socket, database: Socket): void {
        for (const socket of [client, database]) socket.on('error', () => {});
        client.on('close', () => database.destroy());
        database.on('close', () => client.destroy());
        let swallow = false;
        database.on('data', (data) => {
          if (!swallow) client.write(data);
          // The database has answered COMMIT: it is done.
          else client.destroy();
        });
        client.on('data', (data) => {
          // The simple query message of the protocol: Q, length, text, zero.
          if (cut !== undefined && data.includes('Q\0\0\0\x0bCOMMIT\0')) {
            if (cut === 'before') {
              client.destroy();
              return;
            }
            swallow = true;
          }
          database.write(data);
        });
      }

      const openThroughProxy = async () => {
        const store = await open({ url: server.url((proxy.address() as { port: number }).port) });
        await store.refresh();
        return store;
      };

      it('finds out that it was stored', async () => {
        const store = await openThroughProxy();
        cut = 'after';
        expect(await store.commit(put('a'))).toBe('stored');
        cut = undefined;
        expect(await store.commit(put('b'))).toBe('stored');
        expect(identifiers(await (await open()).refresh())).toEqual(['a', 'b']);
      });

      it('finds out that it was not stored', async () => {
        const store = await openThroughProxy();
        cut = 'before';
        await expect(store.commit(put('a'))).rejects.toMatchObject({ code: 'ERR_STORE' });
        cut = undefined;
        expect(await store.commit(put('b'))).toBe('stored');
        expect(identifiers(await (await open()).refresh())).toEqual(['b']);
      });

      it('says so when it cannot find out, and learns it later', async () => {
        const store = await openThroughProxy();
        cut = 'after';
        isDown = true;
        await expect(store.commit(put('a'))).rejects.toMatchObject({
          code: 'ERR_STORE',
          message: expect.stringContaining('will show when the database is back'),
        });
        cut = undefined;
        isDown = false;
        const { put: found } = await store.refresh();
        expect(found.map(contentOf)).toEqual([contentOf(aesKey('a'))]);
      });
    });
  },
);
