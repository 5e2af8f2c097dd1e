import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decode, STANDARD_ATTRIBUTES, Tag, TtlvError } from '../../kmip/index.ts';

/** The bytes of an Attribute Name, by hand. KMIP 1.1 §9.1.1 */
function attributeName(value: Uint8Array): Buffer {
  const head = Buffer.from('42000a0700000000', 'hex');
  head.writeUInt32BE(value.length, 4);
  return Buffer.concat([head, value, Buffer.alloc(-value.length & 7)]);
}

const utf8 = (text: string) => new TextEncoder().encode(text);

test('every name is read as it stands, also names that were read before', () => {
  const names = Object.keys(STANDARD_ATTRIBUTES);
  for (const name of [...names, ...names.toReversed()]) {
    expect(decode(attributeName(utf8(name)))).toEqual({ tag: Tag.AttributeName, type: 7, value: name });
  }
});

test('names that are nearly alike are never taken for one another', () => {
  // Few letters and lengths: many names share what a cache could tell them by.
  const name = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }),
    fc.string({ unit: fc.constantFrom('a', 'ü', '€', '𝄞', '\0'), maxLength: 8 }),
    fc.string({ unit: fc.constantFrom('x', 'y'), minLength: 60, maxLength: 70 }),
  );
  fc.assert(
    fc.property(fc.array(name, { maxLength: 40 }), (names) => {
      for (const one of names) expect(decode(attributeName(utf8(one)))).toMatchObject({ value: one });
    }),
    { numRuns: 300 },
  );
});

test('a name that is not UTF-8 is refused every time', () => {
  const bytes = attributeName(Buffer.from('5374ff7465', 'hex'));
  for (let time = 0; time < 3; time++) expect(() => decode(bytes)).toThrow(TtlvError);
});
