/** What reading XML and JSON share: from the written form of a value to its item. */
import {
  type EnumerationName,
  enumCode,
  enumEntries,
  enumerationOfTag,
  type MaskName,
  maskCode,
  maskOfTag,
  Tag,
  tagCode,
} from '../registry/index.ts';
import { bigIntegerLength } from './big-integer.ts';
import { ITEM_TYPE_NAMES, type Item, ItemType } from './item.ts';

const TYPES_BY_NAME = new Map<string, ItemType>(
  Object.entries(ITEM_TYPE_NAMES).map(([code, name]) => [name, Number(code) as ItemType]),
);

/** The item type that XML and JSON name so. */
export function itemTypeOfName(name: string): ItemType | undefined {
  return TYPES_BY_NAME.get(name);
}

/** A tag's name, or six hexadecimal digits behind `0x`. Additional Message Encodings 1.0 §4.1.2, §6.1.2 */
export function tagOfText(text: string): number | undefined {
  return /^0x[0-9a-fA-F]{6}$/.test(text) ? Number(text) : tagCode(text);
}

/** The tag whose enumeration or mask an item's value belongs to. */
export function meaningTagOf(tag: number, attributeName: string | undefined): number {
  return tag === Tag.AttributeValue && attributeName !== undefined ? (tagCode(attributeName) ?? tag) : tag;
}

/** Says what is wrong with a value; the readers add where. */
export class ValueProblem extends Error {}

const INTEGER = /^[+-]?\d+$/;
const HEX = /^0x[0-9a-fA-F]+$/;

/**
 * Reads the written form of a value that is no structure.
 * @param meaning the tag that says which enumeration or mask the value belongs to
 * @throws ValueProblem; it does not quote what may be secret
 */
export function itemOfText(tag: number, type: ItemType, text: string, meaning: number): Item {
  switch (type) {
    case ItemType.Integer:
      return { tag, type, value: INTEGER.test(text) ? integer(text, 32) : maskBits(text, maskOfTag(meaning)) };
    case ItemType.LongInteger:
      return { tag, type, value: longInteger(text) };
    case ItemType.BigInteger:
      return bigInteger(tag, text);
    case ItemType.Enumeration:
      return { tag, type, value: enumeration(text, enumerationOfTag(meaning)) };
    case ItemType.Boolean:
      return { tag, type, value: boolean(text) };
    case ItemType.TextString:
      return { tag, type, value: text };
    case ItemType.ByteString:
      return { tag, type, value: bytes(text, 'a Byte String') };
    case ItemType.DateTime:
      return { tag, type, value: dateTime(text) };
    case ItemType.Interval:
      return { tag, type, value: interval(text) };
    case ItemType.Structure:
      throw new ValueProblem('a Structure has items in place of a value');
  }
}

/** A decimal number of so many bits, signed. */
function integer(text: string, bits: number): number {
  const value = Number(text);
  if (value < -(2 ** (bits - 1)) || value >= 2 ** (bits - 1)) {
    throw new ValueProblem(`${text} does not fit into ${bits} bits`);
  }
  // Number('-0') is -0, which nothing on the wire distinguishes from 0.
  return value + 0;
}

function longInteger(text: string): bigint {
  const value = INTEGER.test(text) ? BigInt(text) : hexInteger(text, 64);
  if (value !== BigInt.asIntN(64, value)) throw new ValueProblem(`${text} does not fit into 64 bits`);
  return value;
}

/** Two's complement written in at most `bits` bits. */
function hexInteger(text: string, bits: number): bigint {
  if (!HEX.test(text) || text.length > 2 + bits / 4) {
    throw new ValueProblem(`"${excerpt(text)}" is neither a decimal number nor 0x and at most ${bits / 4} digits`);
  }
  return BigInt.asIntN(bits, BigInt(text));
}

/** Names and hexadecimal words between spaces (XML) or bars (JSON); their bits together. */
function maskBits(text: string, mask: MaskName | undefined): number {
  const words = text.split(/[\s|]+/).filter((word) => word !== '');
  if (words.length === 0) throw new ValueProblem('an Integer is a number, not an empty text');
  let bits = 0;
  for (const word of words) {
    if (HEX.test(word)) bits |= Number(hexInteger(word, 32));
    else if (INTEGER.test(word)) bits |= integer(word, 32);
    else bits |= maskBit(word, mask);
  }
  return bits | 0;
}

function maskBit(word: string, mask: MaskName | undefined): number {
  const code = mask && maskCode(mask, word);
  if (code === undefined) throw unknownName(word, mask);
  return code;
}

function enumeration(text: string, name: EnumerationName | undefined): number {
  const word = text.trim();
  if (HEX.test(word) && word.length <= 10) return Number(word);
  const code = name && (enumCode(name, word) ?? codeWithoutRemark(name, word));
  if (code === undefined) throw unknownName(word, name);
  return code;
}

/** `SHA_256WithRSAEncryption` for `SHA-256 with RSA Encryption (PKCS#1 v1.5)`, as the published test cases write it. */
function codeWithoutRemark(enumeration: EnumerationName, word: string): number | undefined {
  const found = enumEntries(enumeration).filter(({ name }) => {
    const remark = name.indexOf(' (');
    return remark > 0 && letters(name.slice(0, remark)) === letters(word);
  });
  return found.length === 1 ? found[0]?.code : undefined;
}

function letters(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
}

function unknownName(word: string, where: string | undefined): ValueProblem {
  const known = where === undefined ? 'nothing tells which names this item may have' : `${where} has no such name`;
  return new ValueProblem(`"${excerpt(word)}" means nothing here: ${known}`);
}

/** KMIP 1.1 §9.1.1.4: two's complement, most significant byte first. */
function bigInteger(tag: number, text: string): Item {
  const octets = bytes(text.replace(/^0x/, ''), 'a Big Integer');
  if (octets.length === 0) throw new ValueProblem('a Big Integer has digits');
  const value = BigInt.asIntN(octets.length * 8, BigInt(`0x${octets.toString('hex')}`));
  // Written wider than it needs to be: kept, so that encoding gives the sender's bytes.
  const wide = octets.length % 8 === 0 && octets.length > bigIntegerLength(value);
  return { tag, type: ItemType.BigInteger, value, ...(wide && { length: octets.length }) };
}

function boolean(text: string): boolean {
  const word = text.trim();
  // xsd:boolean, and the hexadecimal form that JSON allows.
  if (word === 'true' || word === '1' || /^0x0*1$/.test(word)) return true;
  if (word === 'false' || word === '0' || /^0x0+$/.test(word)) return false;
  throw new ValueProblem(`"${excerpt(word)}" is neither true nor false`);
}

function bytes(text: string, what: string): Buffer {
  const digits = text.replace(/\s+/g, '');
  if (!/^[0-9a-fA-F]*$/.test(digits)) throw new ValueProblem(`${what} is written in hexadecimal digits`);
  if (digits.length % 2 === 1) throw new ValueProblem(`${digits.length} hexadecimal digits are not whole bytes`);
  return Buffer.from(digits, 'hex');
}

const DATE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|([+-])(\d\d):(\d\d))?$/;

/** POSIX seconds of an ISO 8601 date with its offset (none is UTC: assumed); fractions of a second are cut off. */
function dateTime(text: string): bigint {
  const word = text.trim();
  // What the writers give for dates that four digits cannot hold.
  if (INTEGER.test(word) || HEX.test(word)) return longInteger(word);
  const [, local, sign, hours, minutes] = DATE_TIME.exec(word) ?? [];
  const utc = Date.parse(`${local}Z`);
  // A day that the month does not have is moved into the next one without a word.
  if (Number.isNaN(utc) || !new Date(utc).toISOString().startsWith(local as string)) {
    throw new ValueProblem(`"${excerpt(word)}" is no date such as 2012-04-27T08:12:24+00:00`);
  }
  const offset = sign === undefined ? 0 : (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60 : 60);
  return BigInt(utc / 1000 - offset);
}

function interval(text: string): number {
  const word = text.trim();
  const value = /^\d+$/.test(word) || (HEX.test(word) && word.length <= 10) ? Number(word) : Number.NaN;
  if (!(value < 2 ** 32)) throw new ValueProblem(`"${excerpt(word)}" is no number of seconds of 32 bits`);
  return value;
}

function excerpt(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
