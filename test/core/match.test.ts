import { describe, expect, it } from 'vitest';
import { matches, mismatch } from '../../core/index.ts';

describe('matches', () => {
  it.each([
    ['scalar', 5, 5, true],
    ['other scalar', 5, '5', false],
    ['part of an object', { a: 1 }, { a: 1, b: 2 }, true],
    ['dotted path', { 'a.b': 1 }, { a: { b: 1 } }, true],
    ['whole array', [1, 2], [1, 2, 3], false],
    ['oneOf', { oneOf: ['Create', 'Get'] }, 'Get', true],
    ['contains text', { contains: 'generate' }, 'Cannot generate key', true],
    ['contains a member like this', { contains: { id: 2 } }, [{ id: 1 }, { id: 2, x: 0 }], true],
    ['matches', { matches: '^vmx-1[3-9]$' }, 'vmx-13', true],
    ['exists', { exists: true }, null, false],
    ['absent', { exists: false }, undefined, true],
    ['between', { between: [1, 3] }, 3, true],
    ['length', { length: { gte: 1 } }, [], false],
    ['not', { not: { equals: 'enabled' } }, 'disabled', true],
    ['all', { all: [{ gt: 1 }, { lt: 3 }] }, 2, true],
    ['any', { any: ['a', 'b'] }, 'c', false],
    ['absent and null are the same', { equals: null }, undefined, true],
  ] as const)('%s', (_name, pattern, value, expected) => {
    expect(matches(pattern, value)).toBe(expected);
  });
});

it('says where and why something does not fit', () => {
  expect(mismatch({ task: { state: 'success' } }, { task: { state: 'error' } })).toBe(
    'task.state should be "success", but is "error"',
  );
});
