import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, encode, TtlvError } from '../../kmip/index.ts';
import { arbitraryItem } from './arbitrary-item.ts';

test('any tree comes back as it was', () => {
  fc.assert(
    fc.property(arbitraryItem, (tree) => {
      const bytes = encode(tree);
      expect(bytes.length % 8).toBe(0);
      expect(decode(bytes)).toEqual(tree);
    }),
    { numRuns: 500 },
  );
});

test('any bytes are decoded, or refused with a TtlvError', () => {
  const corrupted = fc
    .tuple(
      arbitraryItem,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
    )
    .map(([tree, changes]) => {
      const bytes = Buffer.from(encode(tree));
      for (const [position, value] of changes) bytes[position % bytes.length] = value;
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(corrupted, fc.uint8Array({ maxLength: 200 })), (bytes) => {
      try {
        const found = decode(bytes);
        expect(decode(encode(found))).toEqual(found);
      } catch (error) {
        expect(error).toBeInstanceOf(TtlvError);
      }
    }),
    { numRuns: 1000 },
  );
});
