import { expect, test } from 'vitest';
import { decode, encode, item, TtlvError } from '../../kmip/index.ts';

const OUTER = 0x420008;
const INNER = 0x42000b;

function bytesOf(length: number, fill: number): Buffer {
  return Buffer.alloc(length, fill);
}

/** The bytes of a structure in a structure that holds a Byte String and an Integer, by hand. KMIP 1.1 §9.1.1 */
function expected(length: number, fill: number): Buffer {
  const padded = Math.ceil(length / 8) * 8;
  const head = (tag: number, type: number, size: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeUIntBE(tag, 0, 3);
    bytes.writeUInt8(type, 3);
    bytes.writeUInt32BE(size, 4);
    return bytes;
  };
  const integer = Buffer.from('0000002a00000000', 'hex');
  return Buffer.concat([
    head(OUTER, 1, 8 + 8 + padded + 16),
    head(OUTER, 1, 8 + padded + 16),
    head(INNER, 8, length),
    bytesOf(length, fill),
    Buffer.alloc(padded - length),
    head(INNER, 2, 4),
    integer,
  ]);
}

function tree(length: number, fill: number) {
  return item.structure(OUTER, [
    item.structure(OUTER, [item.byteString(INNER, bytesOf(length, fill)), item.integer(INNER, 42)]),
  ]);
}

test('messages of any size in a row have the right bytes, and keep them when others are encoded', () => {
  // Small ones that fill memory bit by bit, and large ones among them.
  const lengths = Array.from({ length: 400 }, (_, index) => (index % 40 === 39 ? 7_000 + index * 97 : index * 3));
  const encoded = lengths.map((length, index) => encode(tree(length, index & 0xff)));
  for (const [index, length] of lengths.entries()) {
    expect(encoded[index]?.equals(expected(length, index & 0xff))).toBe(true);
  }
});

test('a message of several megabytes is encoded', () => {
  const length = 3 * 1024 * 1024 + 5;
  expect(encode(tree(length, 7)).equals(expected(length, 7))).toBe(true);
});

test('a value that is refused in the middle of a message leaves nothing behind', () => {
  const before = encode(tree(20, 1));
  expect(() => encode(item.structure(OUTER, [item.integer(INNER, 1), item.integer(INNER, 2 ** 40)]))).toThrow(
    TtlvError,
  );
  expect(encode(tree(21, 2)).equals(expected(21, 2))).toBe(true);
  expect(before.equals(expected(20, 1))).toBe(true);
});

test.each([
  ['nothing', ''],
  ['ASCII', 'a'],
  ['ASCII of the longest kind that is written by hand', 'x'.repeat(48)],
  ['long ASCII', 'x'.repeat(5_000)],
  ['an umlaut behind ASCII', `${'x'.repeat(20)}ü`],
  ['two-, three- and four-byte characters', 'ü€𝄞'],
  ['NUL', 'a\0b'],
])('a Text String is UTF-8: %s', (_name, text) => {
  const utf8 = Buffer.from(new TextEncoder().encode(text));
  const bytes = encode(item.textString(INNER, text));
  expect(bytes.readUInt32BE(4)).toBe(utf8.length);
  expect(bytes.subarray(8, 8 + utf8.length).equals(utf8)).toBe(true);
  expect(bytes.subarray(8 + utf8.length).every((byte) => byte === 0)).toBe(true);
  expect(bytes.length).toBe(8 + Math.ceil(utf8.length / 8) * 8);
  expect(decode(bytes)).toEqual(item.textString(INNER, text));
});
