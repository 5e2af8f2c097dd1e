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

/** Create of an AES-256 key for Encrypt and Decrypt: what vCenter asks for. KMIP 1.1 §4.1 */
export const create = request(
  1,
  enumeration(0x420057, 2),
  structure(
    0x420091,
    attribute('Cryptographic Algorithm', enumeration(attributeValue, 3)),
    attribute('Cryptographic Usage Mask', integer(attributeValue, 12)),
    attribute('Cryptographic Length', integer(attributeValue, 256)),
  ),
);

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
