import fc from 'fast-check';
import { type Item, item } from '../../kmip/index.ts';

const tag = fc.integer({ min: 0, max: 0xff_ffff });

/** Any TTLV tree, all ten item types, any tags. */
export const arbitraryItem: fc.Arbitrary<Item> = fc.letrec<{ tree: Item; leaf: Item }>((tie) => ({
  leaf: fc.oneof(
    fc.tuple(tag, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })).map(([t, v]): Item => item.integer(t, v)),
    fc.tuple(tag, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)).map(([t, v]): Item => item.longInteger(t, v)),
    fc.tuple(tag, fc.bigInt(-(2n ** 600n), 2n ** 600n)).map(([t, v]): Item => item.bigInteger(t, v)),
    fc.tuple(tag, fc.integer({ min: 0, max: 2 ** 32 - 1 })).map(([t, v]): Item => item.enumeration(t, v)),
    fc.tuple(tag, fc.boolean()).map(([t, v]): Item => item.boolean(t, v)),
    fc.tuple(tag, fc.string({ unit: 'grapheme', maxLength: 300 })).map(([t, v]): Item => item.textString(t, v)),
    fc.tuple(tag, fc.uint8Array({ maxLength: 700 })).map(([t, v]): Item => item.byteString(t, Buffer.from(v))),
    fc.tuple(tag, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)).map(([t, v]): Item => item.dateTime(t, v)),
    fc.tuple(tag, fc.integer({ min: 0, max: 2 ** 32 - 1 })).map(([t, v]): Item => item.interval(t, v)),
  ),
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc.tuple(tag, fc.array(tie('tree'), { maxLength: 5 })).map(([t, v]): Item => item.structure(t, v)),
  ),
})).tree;
