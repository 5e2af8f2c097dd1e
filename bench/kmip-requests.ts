import type { RawClient } from './raw-client.ts';

/** Requests of the bench, written by hand from KMIP 1.1 §9.1 so that no code under test has a part in them. */

const type = { structure: 1, integer: 2, enumeration: 5, text: 7 } as const;

/** One TTLV item. KMIP 1.1 §9.1.1 */
function item(tag: number, kind: number, value: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUIntBE(tag, 0, 3);
  head.writeUInt8(kind, 3);
  head.writeUInt32BE(value.length, 4);
  return Buffer.concat([head, value, Buffer.alloc((8 - (value.length % 8)) % 8)]);
}

const structure = (tag: number, ...items: Buffer[]) => item(tag, type.structure, Buffer.concat(items));
const text = (tag: number, value: string) => item(tag, type.text, Buffer.from(value));
const number = (tag: number, kind: number, value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return item(tag, kind, bytes);
};
const integer = (tag: number, value: number) => number(tag, type.integer, value);
const enumeration = (tag: number, value: number) => number(tag, type.enumeration, value);

/** A request of KMIP 1.1 with one batch item. */
function request(operation: number, ...payload: Buffer[]): Buffer {
  const version = structure(0x420069, integer(0x42006a, 1), integer(0x42006b, 1));
  const header = structure(0x420077, version, integer(0x42000d, 1));
  const batchItem = structure(0x42000f, enumeration(0x42005c, operation), structure(0x420079, ...payload));
  return structure(0x420078, header, batchItem);
}

const attribute = (name: string, value: Buffer) => structure(0x420008, text(0x42000a, name), value);
const attributeValue = 0x42000b;

/** An attribute with a text value, by name. */
export type TextAttribute = readonly [name: string, value: string];

/** A Name, or a custom attribute. KMIP 1.1 §3.2, §3.39 */
function textAttribute([name, value]: TextAttribute): Buffer {
  if (name !== 'Name') return attribute(name, text(attributeValue, value));
  return attribute(name, structure(attributeValue, text(0x420055, value), enumeration(0x420054, 1)));
}

/** Create of an AES-256 key for Encrypt and Decrypt, as vCenter asks for it, and with more attributes. KMIP 1.1 §4.1 */
export function createWith(...more: TextAttribute[]): Buffer {
  return request(
    1,
    enumeration(0x420057, 2),
    structure(
      0x420091,
      attribute('Cryptographic Algorithm', enumeration(attributeValue, 3)),
      attribute('Cryptographic Usage Mask', integer(attributeValue, 12)),
      attribute('Cryptographic Length', integer(attributeValue, 256)),
      ...more.map(textAttribute),
    ),
  );
}

/** What vCenter asks for. */
export const create = createWith();

/** Locate by attributes. KMIP 1.1 §4.9 */
export function locate(...attributes: TextAttribute[]): Buffer {
  return request(8, ...attributes.map(textAttribute));
}

/** Get by Unique Identifier. KMIP 1.1 §4.11 */
export function get(uniqueIdentifier: string): Buffer {
  return request(10, text(0x420094, uniqueIdentifier));
}

/** The first Unique Identifier in an answer. Throws when the answer holds none, as a refusal does. */
export function uniqueIdentifierOf(answer: Buffer): string {
  const at = answer.indexOf(Buffer.from([0x42, 0x00, 0x94, type.text]));
  if (at < 0) throw new Error('the answer holds no Unique Identifier: the server refused');
  return answer.toString('utf8', at + 8, at + 8 + answer.readUInt32BE(at + 4));
}

/** Creates a key, gets it, and tells its Unique Identifier. Throws when the server refuses either. */
export async function createAndGet(client: RawClient): Promise<string> {
  const uniqueIdentifier = uniqueIdentifierOf(await client.exchange(create));
  const got = await client.exchange(get(uniqueIdentifier));
  if (uniqueIdentifierOf(got) !== uniqueIdentifier) throw new Error('Get answered with another key');
  return uniqueIdentifier;
}
