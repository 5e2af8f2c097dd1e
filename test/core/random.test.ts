import { expect, it } from 'vitest';
import { createRandom } from '../../core/index.ts';

it('gives the same values for the same seed and purpose, and others otherwise', () => {
  const take = (seed: string, purpose: string) => {
    const stream = createRandom(seed).stream(purpose);
    return [stream.uuid(), stream.hex(7), stream.integer(1_000_000), stream.alphanumeric(16), stream.next()];
  };
  expect(take('a', 'ids')).toEqual(take('a', 'ids'));
  expect(take('a', 'ids')).not.toEqual(take('a', 'tasks'));
  expect(take('a', 'ids')).not.toEqual(take('b', 'ids'));
});

it('one purpose never changes the values of another', () => {
  const alone = createRandom('s').stream('ids').uuid();
  const random = createRandom('s');
  random.stream('other').uuid();
  expect(random.stream('ids').uuid()).toBe(alone);
});

it('makes version 4 UUIDs, hexadecimal and alphanumeric text of the asked length', () => {
  const stream = createRandom('shape').stream('x');
  for (let i = 0; i < 100; i++) {
    expect(stream.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(stream.hex(i)).toMatch(new RegExp(`^[0-9a-f]{${i}}$`));
    expect(stream.alphanumeric(32)).toMatch(/^[A-Za-z0-9]{32}$/);
    expect(stream.integer(7)).toBeLessThan(7);
  }
});

it('draws depend on nothing but the seed and the parts', () => {
  const random = createRandom('d');
  const first = random.draw('fault', 'x', 1);
  random.stream('y').next();
  expect(random.draw('fault', 'x', 1)).toBe(first);
  expect(random.draw('fault', 'x', 2)).not.toBe(first);
  expect(random.draw('ab', 'c')).not.toBe(random.draw('a', 'bc'));
});

it('without a seed it makes one and tells it', () => {
  const random = createRandom();
  expect(createRandom(random.seed).stream('x').uuid()).toBe(random.stream('x').uuid());
  expect(createRandom().seed).not.toBe(random.seed);
});
