import { beforeEach, describe, expect, it } from 'vitest';
import { KeyrigError, ManualClock } from '../../core/index.ts';
import { item, KmipError, ResultReason, State, Tag } from '../../kmip/index.ts';
import type { ObjectLayer } from '../../kmip-server/store/object-layer.ts';
import { ObjectSpace, type TimeRules } from '../../kmip-server/store/object-space.ts';
import { SharedMemory } from '../../kmip-server/store/shared-memory.ts';
import type { Changes, ObjectStore } from '../../kmip-server/store/store.ts';
import type { DraftObject, StoredObject } from '../../kmip-server/store/stored-object.ts';
import { aesKey, nameItem } from './stores/sample-objects.ts';

/** Pre-Active objects become Active at their Activation Date. */
const rules: TimeRules = {
  nextDue({ attributes }) {
    const date = attributes.read('Activation Date');
    return date === undefined || attributes.read('State') !== State.PreActive ? undefined : date * 1000;
  },
  settle: ({ attributes }) => attributes.write('State', State.Active),
};

let clock: ManualClock;
beforeEach(() => {
  clock = new ManualClock(1_000_000);
});

const space = (store?: ObjectStore) => new ObjectSpace(rules, clock, store);
const create =
  (...names: string[]) =>
  (objects: ObjectLayer) => {
    for (const name of names) objects.put(aesKey(name));
  };
const identifiers = (objects: Iterable<StoredObject> | undefined) =>
  Array.from(objects ?? [], ({ uniqueIdentifier }) => uniqueIdentifier);
const edit = (objects: ObjectLayer, name: string) => objects.edit(name) as DraftObject;
const state = (object: StoredObject | undefined) => object?.attributes.read('State');

/** A key that becomes Active `ms` after the clock's start. */
function activatedAt(name: string, ms: number): DraftObject {
  const object = aesKey(name);
  object.attributes.write('Activation Date', (1_000_000 + ms) / 1000);
  return object;
}

/** A store that counts its calls and whose commits can be held up or made to fail. */
function watched(inner: ObjectStore) {
  const seen = { refreshes: 0, commits: [] as Changes[] };
  let trouble: { refresh?: unknown; commit?: unknown } = {};
  let gate: Promise<void> = Promise.resolve();
  const store: ObjectStore = {
    async refresh() {
      seen.refreshes++;
      if ('refresh' in trouble) throw trouble.refresh;
      return inner.refresh();
    },
    async commit(changes) {
      await gate;
      if ('commit' in trouble) throw trouble.commit;
      seen.commits.push(changes);
      return inner.commit(changes);
    },
    close: () => inner.close(),
  };
  return {
    store,
    seen,
    fail(what: typeof trouble) {
      trouble = what;
    },
    /** Holds commits up until the returned function is called. */
    hold(): () => void {
      let open = () => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return open;
    },
  };
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 10));

describe('objects of a server without a store', () => {
  it('are changed at once', () => {
    const objects = space();
    expect(objects.run((layer) => layer.put(aesKey('a')))).toBeUndefined();
    expect(objects.run((layer) => identifiers(layer.all()))).toEqual(['a']);
    expect(objects.get('a')?.owner).toBe('vcenter');
  });

  it('are as they were after work that throws', () => {
    const objects = space();
    objects.run(create('a', 'b'));
    const work = (layer: ObjectLayer) => {
      edit(layer, 'a').attributes.write('State', State.Active);
      edit(layer, 'a').attributes.replace('Name', 0, nameItem('other'));
      layer.remove('b');
      layer.put(aesKey('c'));
      throw new Error('changed my mind');
    };
    expect(() => objects.run(work)).toThrow('changed my mind');
    expect(identifiers(objects.all())).toEqual(['a', 'b']);
    expect(state(objects.get('a'))).toBe(State.PreActive);
    expect(identifiers(objects.having('Name', 'a'))).toEqual(['a']);
    expect(identifiers(objects.having('Name', 'other'))).toEqual([]);
  });

  it('are found by what the work itself has changed', () => {
    const objects = space();
    objects.run(create('a', 'b', 'c'));
    objects.run((layer) => {
      edit(layer, 'b').attributes.replace('Name', 0, nameItem('a'));
      layer.remove('c');
      layer.put(aesKey('d', { name: 'a' }));
      expect(identifiers(layer.all())).toEqual(['a', 'b', 'd']);
      expect(identifiers(layer.having('Name', 'a'))).toEqual(['a', 'b', 'd']);
      expect(identifiers(layer.having('Name', 'b'))).toEqual([]);
      expect(identifiers(layer.having('Name', 'c'))).toEqual([]);
      expect(layer.countHaving('Name', 'a')).toBeGreaterThanOrEqual(3);
      expect(identifiers(objects.having('Name', 'a'))).toEqual(['a']);
    });
    expect(identifiers(objects.having('Name', 'a'))).toEqual(['a', 'b', 'd']);
  });

  it('lose their key material when it goes', () => {
    const objects = space();
    objects.run(create('a', 'b', 'c'));
    const bytes = Array.from(objects.all(), keyBytes);
    objects.run((layer) => {
      edit(layer, 'a').material = undefined;
      layer.remove('b');
      edit(layer, 'c').attributes.write('State', State.Active);
    });
    expect(bytes).toEqual([Buffer.alloc(32), Buffer.alloc(32), Buffer.alloc(32, 7)]);
  });
});

function keyBytes(object: StoredObject): Buffer {
  const { material } = object;
  if (!material || !('keyBlock' in material)) throw new Error('no key');
  return (material.keyBlock.keyValue as { keyMaterial: Buffer }).keyMaterial;
}

describe('the index', () => {
  it('finds in order of creation, whatever was changed since', () => {
    const objects = space();
    objects.run(create('a', 'b', 'c'));
    objects.run((layer) => {
      for (const name of ['c', 'a', 'b']) edit(layer, name).attributes.add('Object Group', text('group'));
    });
    expect(identifiers(objects.having('Object Group', 'group'))).toEqual(['a', 'b', 'c']);
    expect(objects.countHaving('Object Group', 'group')).toBe(3);
  });

  it('follows changes and removals', () => {
    const objects = space();
    objects.run(create('a', 'b'));
    objects.run((layer) => edit(layer, 'a').attributes.replace('Name', 0, nameItem('z')));
    objects.run((layer) => layer.remove('b'));
    expect(identifiers(objects.having('Name', 'a'))).toEqual([]);
    expect(identifiers(objects.having('Name', 'z'))).toEqual(['a']);
    expect(identifiers(objects.having('Name', 'b'))).toEqual([]);
    expect(objects.countHaving('Name', 'b')).toBe(0);
  });

  it('keeps an object that has a text twice until both are gone', () => {
    const objects = space();
    objects.run((layer) => {
      const object = aesKey('a');
      for (let i = 0; i < 2; i++) object.attributes.add('x-tag', text('same'));
      layer.put(object);
    });
    objects.run((layer) => edit(layer, 'a').attributes.remove('x-tag', 0));
    expect(identifiers(objects.having('x-tag', 'same'))).toEqual(['a']);
    objects.run((layer) => edit(layer, 'a').attributes.remove('x-tag', 1));
    expect(identifiers(objects.having('x-tag', 'same'))).toEqual([]);
  });

  it('says which attributes it does not hold', () => {
    expect(space().having('Unique Identifier', 'a')).toBeUndefined();
    expect(space().countHaving('Unique Identifier', 'a')).toBe(Number.POSITIVE_INFINITY);
  });
});

const text = (value: string) => item.textString(Tag.AttributeValue, value);

describe('what only time changes', () => {
  it('has happened when work comes after its time', async () => {
    const objects = space();
    objects.run((layer) => {
      layer.put(activatedAt('late', 3000));
      layer.put(activatedAt('early', 1000));
      layer.put(aesKey('never'));
    });
    const states = () => objects.run((layer) => ['early', 'late', 'never'].map((name) => state(layer.get(name))));
    const { PreActive, Active } = State;
    await clock.advance(999);
    expect(states()).toEqual([PreActive, PreActive, PreActive]);
    await clock.advance(1);
    expect(states()).toEqual([Active, PreActive, PreActive]);
    await clock.advance(2000);
    expect(states()).toEqual([Active, Active, PreActive]);
  });

  it('follows a date that is moved, taken away, or goes with its object', async () => {
    const objects = space();
    objects.run((layer) => {
      for (const name of ['sooner', 'later', 'not', 'gone']) layer.put(activatedAt(name, 2000));
    });
    objects.run((layer) => {
      edit(layer, 'sooner').attributes.write('Activation Date', 1001);
      edit(layer, 'later').attributes.write('Activation Date', 1003);
      edit(layer, 'not').attributes.remove('Activation Date', 0);
      layer.remove('gone');
    });
    const active = () =>
      objects.run((layer) => identifiers(Array.from(layer.all()).filter((object) => state(object) === State.Active)));
    await clock.advance(1000);
    expect(active()).toEqual(['sooner']);
    await clock.advance(1000);
    expect(active()).toEqual(['sooner']);
    await clock.advance(1000);
    expect(active()).toEqual(['sooner', 'later']);
  });

  it('happens in the right order among many', async () => {
    const objects = space();
    const times = Array.from({ length: 200 }, (_, i) => ((i * 73) % 200) * 1000);
    objects.run((layer) => {
      for (const [i, ms] of times.entries()) layer.put(activatedAt(`${i}`, ms));
    });
    for (let second = 0; second < 200; second += 20) {
      const count = objects.run((layer) => Array.from(layer.all()).filter((one) => state(one) === State.Active).length);
      expect(count).toBe(second + 1);
      await clock.advance(20_000);
    }
  });
});

describe('objects of a server with a store', () => {
  it('are grouped: what comes while the store is busy shares one commit', async () => {
    const { store, seen, hold } = watched(new SharedMemory().connect());
    const objects = space(store);
    const open = hold();
    const first = objects.run(create('first'));
    await soon();
    const rest = Array.from({ length: 50 }, (_, i) => objects.run(create(`${i}`)));
    await soon();
    expect(seen.commits).toHaveLength(0);
    open();
    await Promise.all([first, ...rest]);
    expect(seen.commits.map(({ put }) => put.length)).toEqual([1, 50]);
    expect(seen.refreshes).toBe(2);
  });

  it('are told of when they are stored, not before', async () => {
    const { store, hold } = watched(new SharedMemory().connect());
    const objects = space(store);
    const open = hold();
    let told = 0;
    const count = () => void told++;
    const both = [
      Promise.resolve(objects.run(create('a'))).then(count),
      // It has seen what is not yet stored.
      Promise.resolve(objects.run((layer) => layer.get('a')?.owner)).then(count),
    ];
    await soon();
    expect(told).toBe(0);
    open();
    await Promise.all(both);
    expect(told).toBe(2);
  });

  it('are not committed when nothing was changed', async () => {
    const { store, seen } = watched(new SharedMemory().connect());
    const objects = space(store);
    expect(await objects.run((layer) => identifiers(layer.all()))).toEqual([]);
    expect(seen.commits).toEqual([]);
  });

  it('of one message are not disturbed by another in the same turn that fails', async () => {
    const memory = new SharedMemory();
    const objects = space(memory.connect());
    const results = await Promise.allSettled([
      objects.run(create('a')),
      objects.run((layer) => {
        layer.remove('a');
        layer.put(aesKey('b'));
        throw new Error('no');
      }),
      objects.run((layer) => identifiers(layer.all())),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[2]).toMatchObject({ value: ['a'] });
    expect(identifiers((await memory.connect().refresh()).put)).toEqual(['a']);
  });

  it('are as they were when a commit fails, and the failure is told', async () => {
    const { store, fail, seen } = watched(new SharedMemory().connect());
    const objects = space(store);
    const key = activatedAt('a', 1000);
    await objects.run((layer) => layer.put(key));

    fail({ commit: new KeyrigError('ERR_STORE', 'The disk is full.') });
    await clock.advance(1000);
    const results = await Promise.allSettled([
      objects.run((layer) => {
        edit(layer, 'a').attributes.replace('Name', 0, nameItem('z'));
        edit(layer, 'a').material = undefined;
      }),
      objects.run(create('b')),
      objects.run((layer) => [identifiers(layer.all()), identifiers(layer.having('Name', 'a'))]),
      objects.run(() => {
        throw new KmipError(ResultReason.ItemNotFound, 'my own');
      }),
    ]);
    const failure = {
      reason: expect.objectContaining({
        reason: ResultReason.GeneralFailure,
        message: 'The key store failed: The disk is full.',
      }),
    };
    expect(results[0]).toMatchObject(failure);
    expect(results[1]).toMatchObject(failure);
    // What only reads is answered from what is stored.
    expect(results[2]).toMatchObject({ value: [['a'], ['a']] });
    expect(results[3]).toMatchObject({ reason: { message: 'my own' } });
    expect(keyBytes(objects.get('a') as StoredObject)).toEqual(Buffer.alloc(32, 7));

    fail({});
    expect(await objects.run((layer) => state(layer.get('a')))).toBe(State.Active);
    await objects.run(create('c'));
    expect(identifiers(objects.all())).toEqual(['a', 'c']);
    expect(seen.commits.at(-1)?.put.map(({ uniqueIdentifier }) => uniqueIdentifier)).toEqual(['c']);
  });

  it('are refused to all while the store cannot be asked, and come back', async () => {
    const { store, fail } = watched(new SharedMemory().connect());
    const objects = space(store);
    await objects.run(create('a'));
    fail({ refresh: new KeyrigError('ERR_STORE', 'The database is away.') });
    await expect(objects.run(create('b'))).rejects.toThrow('failed: The database is away.');
    fail({});
    expect(await objects.run((layer) => identifiers(layer.all()))).toEqual(['a']);
  });

  it('do not tell what an unexpected error says', async () => {
    const { store, fail } = watched(new SharedMemory().connect());
    const objects = space(store);
    fail({ commit: new Error('password=secret') });
    const failure = await Promise.resolve(objects.run(create('a'))).catch((error: unknown) => error);
    expect((failure as Error).message).toBe('The key store failed: an unexpected error');
  });

  it('lose their key material when that is stored, not before', async () => {
    const { store, hold } = watched(new SharedMemory().connect());
    const objects = space(store);
    const key = aesKey('a');
    const bytes = keyBytes(key);
    await objects.run((layer) => layer.put(key));
    const open = hold();
    const destroyed = objects.run((layer) => {
      edit(layer, 'a').material = undefined;
    });
    await soon();
    expect(bytes).toEqual(Buffer.alloc(32, 7));
    open();
    await destroyed;
    expect(bytes).toEqual(Buffer.alloc(32));
  });

  it('let a manual clock go on afterwards', async () => {
    const objects = space(new SharedMemory().connect());
    const running = objects.run(create('a'));
    expect(clock.held).toBe(true);
    await running;
    await soon();
    expect(clock.held).toBe(false);
  });
});

describe('objects that several servers share', () => {
  it('are seen by all', async () => {
    const memory = new SharedMemory();
    const one = space(memory.connect());
    const two = space(memory.connect());
    await one.run(create('a', 'b'));
    await two.run((layer) => {
      edit(layer, 'a').attributes.replace('Name', 0, nameItem('z'));
      layer.remove('b');
      layer.put(aesKey('c'));
    });
    expect(await one.run((layer) => identifiers(layer.all()))).toEqual(['a', 'c']);
    expect(identifiers(one.having('Name', 'z'))).toEqual(['a']);
    expect(identifiers(one.having('Name', 'a'))).toEqual([]);
  });

  it('are worked on again when another server was quicker', async () => {
    const memory = new SharedMemory();
    const servers = Array.from({ length: 3 }, () => {
      const inner = memory.connect();
      // As with a database, others have a turn meanwhile.
      return space({
        ...inner,
        async commit(changes) {
          await new Promise((resolve) => setImmediate(resolve));
          return inner.commit(changes);
        },
      });
    });
    await servers[0]?.run((layer) => {
      const object = aesKey('counter');
      object.attributes.write('Cryptographic Length', 0);
      layer.put(object);
    });
    let attempts = 0;
    const count = (layer: ObjectLayer) => {
      attempts++;
      const { attributes } = edit(layer, 'counter');
      attributes.write('Cryptographic Length', (attributes.read('Cryptographic Length') as number) + 1);
      return attributes.read('Cryptographic Length');
    };
    const results = await Promise.all(servers.flatMap((server) => Array.from({ length: 20 }, () => server.run(count))));
    expect(results.sort((a, b) => (a as number) - (b as number))).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(attempts).toBeGreaterThan(60);
  });

  it('are refused when others are always quicker', async () => {
    const inner = new SharedMemory().connect();
    const store: ObjectStore = { ...inner, commit: async () => 'conflict' };
    await expect(space(store).run(create('a'))).rejects.toMatchObject({ reason: ResultReason.GeneralFailure });
  });

  it('change with time on one server and are known to the others', async () => {
    const memory = new SharedMemory();
    const one = space(memory.connect());
    const two = space(memory.connect());
    await one.run((layer) => layer.put(activatedAt('a', 1000)));
    await two.run(() => {});
    await clock.advance(1000);
    const both = await Promise.all([one, two].map((server) => server.run((layer) => state(layer.get('a')))));
    expect(both).toEqual([State.Active, State.Active]);
    expect(state((await memory.connect().refresh()).put[0])).toBe(State.Active);
  });
});
