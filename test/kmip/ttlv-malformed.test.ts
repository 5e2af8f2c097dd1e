import { expect, test } from 'vitest';
import { type DecodeOptions, decode, encode, item, TtlvError, type TtlvWarning } from '../../kmip/index.ts';

function refusal(hex: string, options?: DecodeOptions): TtlvError {
  try {
    decode(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'), options);
  } catch (error) {
    if (error instanceof TtlvError) return error;
    throw error;
  }
  throw new Error('the bytes were accepted');
}

const OUTER = 0x420020;
const INNER = 0x420004;

test.each<[name: string, hex: string, code: string, offset: number, path: number[]]>([
  ['no bytes', '', 'TRUNCATED', 0, []],
  ['half a head', '42002002 0000', 'TRUNCATED', 0, []],
  ['a value that is cut off', '42002002 00000004 0000', 'TRUNCATED', 0, [OUTER]],
  ['padding that is cut off', '42002002 00000004 00000008', 'TRUNCATED', 0, [OUTER]],
  ['bytes after the item', '42002002 00000004 00000008 00000000 00', 'TRAILING_BYTES', 16, []],
  ['an Integer of eight bytes', '42002002 00000008 0000000000000008', 'LENGTH_OF_TYPE', 0, [OUTER]],
  ['an Enumeration without bytes', '42002005 00000000', 'LENGTH_OF_TYPE', 0, [OUTER]],
  ['a Long Integer of four bytes', '42002003 00000004 00000008 00000000', 'LENGTH_OF_TYPE', 0, [OUTER]],
  ['a Boolean of four bytes', '42002006 00000004 00000001 00000000', 'LENGTH_OF_TYPE', 0, [OUTER]],
  ['a Date-Time of four bytes', '42002009 00000004 00000001 00000000', 'LENGTH_OF_TYPE', 0, [OUTER]],
  ['an Interval of eight bytes', '4200200A 00000008 0000000000000001', 'LENGTH_OF_TYPE', 0, [OUTER]],
  ['a Big Integer without bytes', '42002004 00000000', 'LENGTH_OF_TYPE', 0, [OUTER]],
  ['a Big Integer of four bytes', '42002004 00000004 00000001 00000000', 'LENGTH_OF_TYPE', 0, [OUTER]],
  ['a structure whose length is no multiple of 8', '42002001 00000004 00000000 00000000', 'LENGTH_OF_TYPE', 0, [OUTER]],
  ['Boolean 2', '42002006 00000008 0000000000000002', 'BOOLEAN_VALUE', 0, [OUTER]],
  ['a Boolean with a high bit', '42002006 00000008 0100000000000001', 'BOOLEAN_VALUE', 0, [OUTER]],
  ['item type 0', '42002000 00000000', 'UNKNOWN_TYPE', 0, [OUTER]],
  ['item type 0B', '4200200B 00000004 00000000 00000000', 'UNKNOWN_TYPE', 0, [OUTER]],
  ['a Text String that is not UTF-8', '42002007 00000002 C328 000000000000', 'TEXT_NOT_UTF8', 0, [OUTER]],
  [
    'an item that reaches beyond its structure inside a structure',
    '42002001 00000020  42000401 00000010 42000402 0000000C 00000000 00000000  0000000000000000',
    'LENGTH_BEYOND_PARENT',
    16,
    [OUTER, INNER, INNER],
  ],
  [
    'a fault two levels down',
    '42002001 00000010 42000406 00000008 0000000000000002',
    'BOOLEAN_VALUE',
    8,
    [OUTER, INNER],
  ],
  [
    'a fault behind other items and structures',
    `42002001 00000040  42000401 00000010 42000402 00000004 00000001 00000000
       42000407 00000001 61000000 00000000  42000401 00000010 42000406 00000008 00000000 00000002`,
    'BOOLEAN_VALUE',
    56,
    [OUTER, INNER, INNER],
  ],
])('%s is refused with code, offset and path', (_name, hex, code, offset, path) => {
  const error = refusal(hex);
  expect({ code: error.code, offset: error.offset, path: error.path }).toEqual({ code, offset, path });
});

test('a head inside a structure that is cut off is beyond its structure', () => {
  const error = refusal('42002001 00000018 42000402 00000004 00000001 00000000 42000402 00000004');
  expect(error).toMatchObject({ code: 'LENGTH_BEYOND_PARENT', offset: 24 });
});

function nested(depth: number): string {
  let value = item.structure(OUTER, []);
  for (let level = 1; level < depth; level += 1) value = item.structure(OUTER, [value]);
  return encode(value).toString('hex');
}

test('depth, item count and size have limits', () => {
  expect(() => decode(Buffer.from(nested(4), 'hex'), { maxDepth: 4 })).not.toThrow();
  expect(refusal(nested(5), { maxDepth: 4 })).toMatchObject({ code: 'TOO_DEEP', offset: 32 });
  expect(refusal(nested(40))).toMatchObject({ code: 'TOO_DEEP' });
  expect(() => decode(Buffer.from(nested(4), 'hex'), { maxItems: 4 })).not.toThrow();
  expect(refusal(nested(4), { maxItems: 3 })).toMatchObject({ code: 'TOO_MANY_ITEMS', offset: 24 });
  expect(() => decode(Buffer.from(nested(4), 'hex'), { maxBytes: 32 })).not.toThrow();
  expect(refusal(nested(4), { maxBytes: 31 })).toMatchObject({ code: 'TOO_LARGE' });
});

test('padding that is not zero is accepted, reported, and re-encoded as zero', () => {
  const warnings: TtlvWarning[] = [];
  const found = decode(Buffer.from('42002002000000040000000800000100', 'hex'), { warn: (one) => warnings.push(one) });
  expect(found).toEqual(item.integer(OUTER, 8));
  expect(warnings).toEqual([{ code: 'NON_ZERO_PADDING', offset: 14, tag: OUTER }]);
  expect(encode(found).toString('hex')).toBe('42002002000000040000000800000000');
});

test('the replacement character itself is valid text', () => {
  const bytes = Buffer.from('4200200700000003EFBFBD0000000000', 'hex');
  expect(decode(bytes)).toEqual(item.textString(OUTER, '\ufffd'));
});

test.each([
  ['Integer', item.integer(OUTER, 2 ** 31)],
  ['Integer that is no whole number', item.integer(OUTER, 1.5)],
  ['Enumeration', item.enumeration(OUTER, -1)],
  ['Interval', item.interval(OUTER, 2 ** 32)],
  ['Long Integer', item.longInteger(OUTER, 2n ** 63n)],
  ['Date-Time', item.dateTime(OUTER, -(2n ** 63n) - 1n)],
  ['Text String with a lone surrogate', item.textString(OUTER, '\ud800')],
  ['Big Integer in too few bytes', { ...item.bigInteger(OUTER, 2n ** 64n), length: 8 }],
])('a value that does not fit is not encoded: %s', (_name, value) => {
  expect(() => encode(value)).toThrow(expect.objectContaining({ code: 'VALUE_OUT_OF_RANGE', path: [OUTER] }));
});
