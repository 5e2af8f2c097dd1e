/** What every object store does; run against each of them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { item, Tag } from '../../../kmip/index.ts';
import type { Changes, ObjectStore } from '../../../kmip-server/store/store.ts';
import { draftOf, type StoredObject } from '../../../kmip-server/store/stored-object.ts';
import { aesKey, contentOf, objectsOfAllKinds } from './sample-objects.ts';

/** One store, empty at first. */
export interface StoreUnderTest {
  /** The access of one more server; the suite closes it. */
  connect(): Promise<ObjectStore>;
  remove(): Promise<void>;
}

export function objectStoreSuite(name: string, create: () => Promise<StoreUnderTest>): void {
  describe(`every object store: ${name}`, () => {
    let store: StoreUnderTest;
    let connections: ObjectStore[];

    beforeEach(async () => {
      connections = [];
      store = await create();
    });
    afterEach(async () => {
      await Promise.all(connections.map((connection) => connection.close()));
      await store.remove();
    });

    /** A server that has not asked for anything yet. */
    async function connect(): Promise<ObjectStore> {
      const connection = await store.connect();
      connections.push(connection);
      return connection;
    }

    /** A server that knows all there is. */
    async function server(): Promise<ObjectStore> {
      const connection = await connect();
      await connection.refresh();
      return connection;
    }

    const put = (...objects: StoredObject[]): Changes => ({ put: objects, deleted: [] });
    const identifiers = ({ put: objects }: Changes) => objects.map(({ uniqueIdentifier }) => uniqueIdentifier);

    it('is empty at first', async () => {
      expect(await (await connect()).refresh()).toEqual({ put: [], deleted: [] });
    });

    it.each(objectsOfAllKinds().map((object) => [object.uniqueIdentifier, object] as const))(
      'gives back an object as it was: %s',
      async (_, object) => {
        const before = contentOf(structuredCloneOf(object));
        expect(await (await server()).commit(put(object))).toBe('stored');
        const { put: found, deleted } = await (await connect()).refresh();
        expect(deleted).toEqual([]);
        expect(found.map(contentOf)).toEqual([before]);
        expect(found[0]?.attributes.dump().nextIndex).toEqual(object.attributes.dump().nextIndex);
      },
    );

    it.each([
      ['with a zero character', 'a\0b'],
      ['of ten thousand characters', 'x'.repeat(10_000)],
      ['outside of ASCII', 'Schlüssel 鍵 🗝'],
      ['with signs of SQL', `'; DROP TABLE object; -- "`],
    ])('takes an identifier %s', async (_, uniqueIdentifier) => {
      const one = await server();
      expect(await one.commit(put(aesKey(uniqueIdentifier, { fill: 1 })))).toBe('stored');
      expect(await one.commit(put(aesKey(uniqueIdentifier, { fill: 2 })))).toBe('stored');
      const { put: found } = await (await connect()).refresh();
      expect(found.map(contentOf)).toEqual([contentOf(aesKey(uniqueIdentifier, { fill: 2 }))]);
    });

    it('does not tell a server of its own changes', async () => {
      const one = await server();
      await one.commit(put(aesKey('a')));
      await one.commit({ put: [aesKey('b')], deleted: ['a'] });
      expect(await one.refresh()).toEqual({ put: [], deleted: [] });
    });

    it('tells each server what the others did', async () => {
      const one = await server();
      const two = await server();
      await one.commit(put(aesKey('a', { fill: 1 }), aesKey('b')));
      expect(identifiers(await two.refresh())).toEqual(['a', 'b']);

      const changed = { ...aesKey('a', { fill: 2 }), archived: true };
      expect(await two.commit({ put: [changed], deleted: ['b'] })).toBe('stored');
      const { put: found, deleted } = await one.refresh();
      expect(found.map(contentOf)).toEqual([contentOf(changed)]);
      expect(deleted).toEqual(['b']);
      expect(await two.refresh()).toEqual({ put: [], deleted: [] });
    });

    it('tells a server that comes later of what is there, not of what was', async () => {
      const one = await server();
      await one.commit(put(aesKey('a'), aesKey('b')));
      await one.commit({ put: [], deleted: ['a'] });
      expect(identifiers(await (await connect()).refresh())).toEqual(['b']);
    });

    it('refuses a commit on top of changes that the server has not seen', async () => {
      const one = await server();
      const two = await server();
      expect(await one.commit(put(aesKey('a')))).toBe('stored');
      expect(await two.commit({ put: [aesKey('b')], deleted: ['a'] })).toBe('conflict');
      expect(await two.commit(put(aesKey('b')))).toBe('conflict');
      expect(identifiers(await (await connect()).refresh())).toEqual(['a']);

      expect(identifiers(await two.refresh())).toEqual(['a']);
      expect(await two.commit(put(aesKey('b')))).toBe('stored');
      expect(identifiers(await one.refresh())).toEqual(['b']);
    });

    it('stores nothing with an empty commit', async () => {
      const one = await server();
      const two = await server();
      expect(await one.commit({ put: [], deleted: [] })).toBe('stored');
      expect(await two.refresh()).toEqual({ put: [], deleted: [] });
      expect(await two.commit(put(aesKey('a')))).toBe('stored');
    });

    it('goes on after an object was deleted that never was there', async () => {
      const one = await server();
      const two = await server();
      expect(await one.commit({ put: [], deleted: ['never'] })).toBe('stored');
      await two.refresh();
      expect(await two.commit(put(aesKey('a')))).toBe('stored');
      await one.refresh();
      expect(await one.commit(put(aesKey('b')))).toBe('stored');
    });

    it('keeps the order of creation, whatever changes later', async () => {
      const one = await server();
      await one.commit(put(aesKey('z'), aesKey('m')));
      await one.commit(put(aesKey('a')));
      await one.commit(put(aesKey('m', { fill: 9 })));
      await one.commit({ put: [aesKey('z', { fill: 9 }), aesKey('0')], deleted: [] });
      expect(identifiers(await (await connect()).refresh())).toEqual(['z', 'm', 'a', '0']);
    });

    it('keeps ten thousand objects', async () => {
      const one = await server();
      const two = await server();
      const names = Array.from({ length: 10_000 }, (_, i) => `object ${i}`);
      for (let start = 0; start < names.length; start += 2_500) {
        const batch = names.slice(start, start + 2_500).map((id) => aesKey(id));
        expect(await one.commit(put(...batch))).toBe('stored');
      }
      expect(identifiers(await two.refresh())).toEqual(names);
      await one.commit({ put: [aesKey('object 17', { fill: 1 })], deleted: ['object 18'] });
      const changes = await two.refresh();
      expect([identifiers(changes), changes.deleted]).toEqual([['object 17'], ['object 18']]);
      expect(identifiers(await (await connect()).refresh())).toEqual(names.filter((id) => id !== 'object 18'));
    });

    it('shows a commit as a whole or not at all', async () => {
      const [writer, ...readers] = [await server(), await server(), await server()];
      const generation = (n: number) => Array.from({ length: 1_500 }, (_, i) => aesKey(`key ${i}`, { fill: n }));
      let writing = true;
      const write = async () => {
        for (let n = 1; n <= 5; n++) expect(await writer.commit(put(...generation(n)))).toBe('stored');
        writing = false;
      };
      const read = async (reader: ObjectStore) => {
        while (writing) {
          const { put: found } = await reader.refresh();
          expect([0, 1_500]).toContain(found.length);
          const fills = found.map(({ material }) => JSON.stringify(material));
          expect(new Set(fills).size).toBeLessThanOrEqual(1);
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      await Promise.all([write(), ...readers.map(read)]);
    });

    it('loses no change when servers work at the same time', async () => {
      const start = aesKey('counter');
      start.attributes.add('x-count', item.integer(Tag.AttributeValue, 0));
      await (await server()).commit(put(start));

      const count = async (connection: ObjectStore) => {
        let counter: StoredObject | undefined;
        for (let added = 0; added < 25; ) {
          counter = (await connection.refresh()).put[0] ?? counter;
          const draft = draftOf(counter as StoredObject);
          const value = draft.attributes.at('x-count', 0)?.value.value as number;
          draft.attributes.replace('x-count', 0, item.integer(Tag.AttributeValue, value + 1));
          if ((await connection.commit(put(draft))) === 'stored') {
            counter = draft;
            added++;
          }
        }
      };
      await Promise.all([await connect(), await connect(), await connect(), await connect()].map(count));
      const [counter] = (await (await connect()).refresh()).put;
      expect(counter?.attributes.at('x-count', 0)?.value.value).toBe(100);
    });

    it('leaves the objects that it was given as they were', async () => {
      const object = aesKey('a');
      await (await server()).commit(put(object));
      expect(contentOf(object)).toEqual(contentOf(aesKey('a')));
    });
  });
}

/** The sample anew: a store may keep the object it is given, so the expectation must not be the same one. */
function structuredCloneOf(object: StoredObject): StoredObject {
  return objectsOfAllKinds().find(
    ({ uniqueIdentifier }) => uniqueIdentifier === object.uniqueIdentifier,
  ) as StoredObject;
}
