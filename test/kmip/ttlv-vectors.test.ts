import { expect, test } from 'vitest';
import { decode, encode, type Item, item } from '../../kmip/index.ts';

// KMIP 1.1 §9.1.2; the tag is 420020 throughout. The last one comes from another implementation's tests.
const VECTORS: [name: string, value: Item, hex: string][] = [
  ['Integer 8', item.integer(0x420020, 8), '42002002000000040000000800000000'],
  ['Long Integer', item.longInteger(0x420020, 123456789000000000n), '420020030000000801B69B4BA5749200'],
  [
    'Big Integer',
    item.bigInteger(0x420020, 1234567890000000000000000000n),
    '42002004000000100000000003FD35EB6BC2DF4618080000',
  ],
  ['Enumeration 255', item.enumeration(0x420020, 255), '4200200500000004000000FF00000000'],
  ['Boolean True', item.boolean(0x420020, true), '42002006000000080000000000000001'],
  ['Text String', item.textString(0x420020, 'Hello World'), '420020070000000B48656C6C6F20576F726C640000000000'],
  ['Byte String', item.byteString(0x420020, Buffer.from([1, 2, 3])), '42002008000000030102030000000000'],
  [
    'Date-Time 2008-03-14 11:56:40 GMT',
    item.dateTime(0x420020, Date.UTC(2008, 2, 14, 11, 56, 40) / 1000),
    '42002009000000080000000047DA67F8',
  ],
  ['Interval, 10 days', item.interval(0x420020, 10 * 24 * 60 * 60), '4200200A00000004000D2F0000000000'],
  [
    'Structure',
    item.structure(0x420020, [item.enumeration(0x420004, 254), item.integer(0x420005, 255)]),
    '42002001000000204200040500000004000000FE000000004200050200000004000000FF00000000',
  ],
  [
    'negative Big Integer',
    item.bigInteger(0x420020, -1234567890000000000000000000n),
    '4200200400000010FFFFFFFFFC02CA14943D20B9E7F80000',
  ],
];

test.each(VECTORS)('%s is encoded as the specification shows', (_name, value, hex) => {
  expect(encode(value).toString('hex').toUpperCase()).toBe(hex);
});

test.each(VECTORS)('%s is decoded from what the specification shows', (_name, value, hex) => {
  expect(decode(Buffer.from(hex, 'hex'))).toEqual(value);
});

test.each([
  [0n, '42002004000000080000000000000000'],
  [-1n, '4200200400000008FFFFFFFFFFFFFFFF'],
  [2n ** 63n - 1n, '42002004000000087FFFFFFFFFFFFFFF'],
  [2n ** 63n, '420020040000001000000000000000008000000000000000'],
  [-(2n ** 63n), '42002004000000088000000000000000'],
  [-(2n ** 63n) - 1n, '4200200400000010FFFFFFFFFFFFFFFF7FFFFFFFFFFFFFFF'],
])('Big Integer %s takes the fewest whole eight bytes', (value, hex) => {
  expect(encode(item.bigInteger(0x420020, value)).toString('hex').toUpperCase()).toBe(hex);
  expect(decode(Buffer.from(hex, 'hex'))).toEqual(item.bigInteger(0x420020, value));
});

test('a Big Integer with more sign bytes than it needs keeps them', () => {
  const bytes = Buffer.from('420020040000001000000000000000000000000000000007', 'hex');
  const found = decode(bytes);
  expect(found).toEqual({ ...item.bigInteger(0x420020, 7n), length: 16 });
  expect(encode(found)).toEqual(bytes);
});

test('a tag that begins with neither 42 nor 54 is kept', () => {
  const bytes = Buffer.from('01424207000000026E61000000000000', 'hex');
  expect(decode(bytes)).toEqual(item.textString(0x014242, 'na'));
  expect(encode(decode(bytes))).toEqual(bytes);
});
