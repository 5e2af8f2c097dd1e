import { expect, it } from 'vitest';
import type { Json } from '../../core/index.ts';
import { interpolate } from '../../lab/scenario/interpolate.ts';

const variables = new Map<string, Json>([
  ['kms', { address: '127.0.0.1', port: 5696 }],
  ['ids', [7, 8]],
]);

it('keeps the type of what a whole scalar refers to', () => {
  expect(interpolate({ port: '${kms.port}', all: '${ids}', second: '${ids.1}' }, variables)).toEqual({
    port: 5696,
    all: [7, 8],
    second: 8,
  });
});

it('puts values into longer texts', () => {
  expect(interpolate('https://${kms.address}:${kms.port}/x', variables)).toBe('https://127.0.0.1:5696/x');
});

it('says which name is unknown and what is near', () => {
  expect(() => interpolate('${kns.port}', variables)).toThrow('nothing is known as ${kns.port}; did you mean ${kms}?');
  expect(() => interpolate('${kms.prt}', variables)).toThrow('nothing is known as ${kms.prt}');
});
