import { TtlvError, type TtlvErrorCode } from './errors.ts';
import { type Item, ItemType } from './item.ts';
import { DEFAULT_LIMITS, type TtlvLimits } from './limits.ts';
import { ATTRIBUTE_NAME, cachedName, cacheName } from './name-cache.ts';

/** Something that is accepted although the specification asks for something else. */
export type TtlvWarning = { code: 'NON_ZERO_PADDING'; offset: number; tag: number };

export type DecodeOptions = Partial<TtlvLimits> & {
  /** Is told of non-zero padding, which decoders may meet: KMIP 1.1 §9.1.1.3 only binds encoders. */
  warn?: (warning: TtlvWarning) => void;
};

/** An item's head and where its value stands; offsets count from the start of the message. */
export type ItemHead = {
  tag: number;
  type: number;
  offset: number;
  valueStart: number;
  valueEnd: number;
  /** Where the next item begins, after the padding. */
  end: number;
};

const HEAD_BYTES = 8;
/** For lengths that vary, and for those of item types that there are not. */
const VARYING = 0;
const NONE = -1;
/** Bytes of an item's value, by item type. */
const LENGTHS: readonly number[] = [NONE, VARYING, 4, 8, VARYING, 4, 8, VARYING, VARYING, 8, 4];

/**
 * Reads items from one message. Kept as an object so that a message can be read in parts: a broken batch item must not
 * hide the others (KMIP 1.1 §11.1). All parts share the item count.
 */
export class TtlvDecoder {
  readonly bytes: Buffer;
  readonly #maxDepth: number;
  readonly #maxItems: number;
  readonly #warn: ((warning: TtlvWarning) => void) | undefined;
  #items = 0;

  /** @param bytes one message, from its first byte to its last */
  constructor(bytes: Uint8Array, options: DecodeOptions = {}) {
    this.bytes = asBuffer(bytes);
    this.#maxDepth = options.maxDepth ?? DEFAULT_LIMITS.maxDepth;
    this.#maxItems = options.maxItems ?? DEFAULT_LIMITS.maxItems;
    this.#warn = options.warn;
    const maxBytes = options.maxBytes ?? DEFAULT_LIMITS.maxBytes;
    if (bytes.length > maxBytes) this.#fail('TOO_LARGE', `${bytes.length} bytes exceed the limit of ${maxBytes}`, 0);
  }

  /** Reads the head at `offset` and checks that the item ends at or before `limit`. */
  head(offset: number, limit: number): ItemHead {
    const { bytes } = this;
    if (offset + HEAD_BYTES > limit) this.#failHead(offset);
    const tag = tagAt(bytes, offset);
    const type = bytes[offset + 3] as number;
    const length = wordAt(bytes, offset + 4) >>> 0;
    const valueStart = offset + HEAD_BYTES;
    const valueEnd = valueStart + length;
    const end = valueEnd + (-length & 7);
    if (end > limit) this.#failLength(offset, tag, length);
    return { tag, type, offset, valueStart, valueEnd, end };
  }

  /** Reads the value behind a head; `depth` counts the structures around the item. */
  value({ tag, type, valueStart, valueEnd }: ItemHead, depth: number): Item {
    return this.#value(tag, type, valueStart, valueEnd, depth);
  }

  /** All items of a message come through here: it takes numbers, not an {@link ItemHead}, which would cost one object each. */
  #value(tag: number, type: number, start: number, end: number, depth: number): Item {
    const { bytes } = this;
    const length = end - start;
    this.#items += 1;
    if (this.#items > this.#maxItems) {
      this.#fail('TOO_MANY_ITEMS', `more than ${this.#maxItems} items`, start - HEAD_BYTES, tag);
    }
    const fixed = LENGTHS[type];
    if (fixed !== VARYING && fixed !== length) this.#failType(tag, type, start, length);
    if (this.#warn !== undefined) this.#checkPadding(tag, end, -length & 7, this.#warn);
    switch (type) {
      case ItemType.Structure:
        return { tag, type, value: this.#children(tag, start, end, depth) };
      case ItemType.Integer:
        return { tag, type, value: wordAt(bytes, start) };
      case ItemType.Enumeration:
      case ItemType.Interval:
        return { tag, type, value: wordAt(bytes, start) >>> 0 };
      case ItemType.TextString:
        return { tag, type, value: tag === ATTRIBUTE_NAME ? this.#name(tag, start, end) : this.#text(tag, start, end) };
      case ItemType.ByteString:
        return { tag, type, value: bytes.subarray(start, end) };
      case ItemType.Boolean:
        return { tag, type, value: this.#boolean(tag, start) };
      case ItemType.LongInteger:
      case ItemType.DateTime:
        return { tag, type, value: bytes.readBigInt64BE(start) };
      default:
        return this.#bigInteger(tag, start, end);
    }
  }

  #children(tag: number, start: number, end: number, depth: number): Item[] {
    const { bytes } = this;
    if (((end - start) & 7) !== 0) this.#failStructureLength(tag, start);
    if (depth >= this.#maxDepth) {
      this.#fail('TOO_DEEP', `more than ${this.#maxDepth} structures inside one another`, start - HEAD_BYTES, tag);
    }
    const children: Item[] = [];
    let offset = start;
    while (offset < end) {
      // head() again, without its object.
      if (offset + HEAD_BYTES > end) this.#failHead(offset);
      const childTag = tagAt(bytes, offset);
      const length = wordAt(bytes, offset + 4) >>> 0;
      const valueStart = offset + HEAD_BYTES;
      const next = valueStart + length + (-length & 7);
      if (next > end) this.#failLength(offset, childTag, length);
      children.push(this.#value(childTag, bytes[offset + 3] as number, valueStart, valueStart + length, depth + 1));
      offset = next;
    }
    return children;
  }

  /** KMIP 1.1 §9.1.1.3: a structure's length is the sum of its padded items, so a multiple of 8. */
  checkStructureLength(head: ItemHead): void {
    if ((head.valueEnd - head.valueStart) % 8 !== 0) this.#failStructureLength(head.tag, head.valueStart);
  }

  #bigInteger(tag: number, start: number, end: number): Item {
    const length = end - start;
    if (length === 0 || length % 8 !== 0) {
      this.#fail('LENGTH_OF_TYPE', 'a Big Integer has a positive multiple of 8 bytes', start - HEAD_BYTES, tag);
    }
    const { bytes } = this;
    const unsigned = BigInt(`0x${bytes.toString('hex', start, end)}`);
    const value = BigInt.asIntN(length * 8, unsigned);
    const padded = length > 8 && isSignExtension(bytes, start);
    return padded ? { tag, type: ItemType.BigInteger, value, length } : { tag, type: ItemType.BigInteger, value };
  }

  #boolean(tag: number, start: number): boolean {
    const { bytes } = this;
    const low = wordAt(bytes, start + 4);
    if (wordAt(bytes, start) !== 0 || (low !== 0 && low !== 1)) {
      this.#fail('BOOLEAN_VALUE', 'a Boolean is 0 or 1', start - HEAD_BYTES, tag);
    }
    return low === 1;
  }

  /** Attribute Names are few and come with every message: a string that was made before is taken again. */
  #name(tag: number, start: number, end: number): string {
    const { bytes } = this;
    const known = cachedName(bytes, start, end);
    if (known !== undefined) return known;
    const name = this.#text(tag, start, end);
    cacheName(name, bytes, start, end);
    return name;
  }

  #text(tag: number, start: number, end: number): string {
    const { bytes } = this;
    const text = bytes.toString('utf8', start, end);
    // toString() puts U+FFFD where the bytes are not UTF-8; a sender may also have meant that character.
    if (text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(bytes.subarray(start, end))) {
      this.#fail('TEXT_NOT_UTF8', 'a Text String is UTF-8', start - HEAD_BYTES, tag);
    }
    return text;
  }

  #checkPadding(tag: number, start: number, count: number, warn: (warning: TtlvWarning) => void): void {
    for (let offset = start; offset < start + count; offset += 1) {
      if (this.bytes[offset] !== 0) {
        warn({ code: 'NON_ZERO_PADDING', offset, tag });
        return;
      }
    }
  }

  #failHead(offset: number): never {
    return this.#fail(this.#shortCode(offset), 'an item head needs 8 bytes', offset);
  }

  #failLength(offset: number, tag: number, length: number): never {
    return this.#fail(this.#shortCode(offset), `an item of ${length} bytes does not fit`, offset, tag);
  }

  #failStructureLength(tag: number, start: number): never {
    return this.#fail('LENGTH_OF_TYPE', 'the length of a structure is a multiple of 8', start - HEAD_BYTES, tag);
  }

  #failType(tag: number, type: number, start: number, length: number): never {
    const expected = LENGTHS[type] ?? NONE;
    if (expected === NONE) this.#fail('UNKNOWN_TYPE', `item type ${type} is not defined`, start - HEAD_BYTES, tag);
    const message = `item type ${type} has ${expected} bytes, not ${length}`;
    return this.#fail('LENGTH_OF_TYPE', message, start - HEAD_BYTES, tag);
  }

  #shortCode(offset: number): TtlvErrorCode {
    return this.#around(offset).length === 0 ? 'TRUNCATED' : 'LENGTH_BEYOND_PARENT';
  }

  /** Tags of the structures around `offset`. Asked for only when something is wrong there; what is before it was read. */
  #around(offset: number): number[] {
    const { bytes } = this;
    const path: number[] = [];
    for (let at = 0; at < offset; ) {
      const start = at + HEAD_BYTES;
      const length = wordAt(bytes, at + 4) >>> 0;
      const end = start + length + (-length & 7);
      if (offset < end) path.push(tagAt(bytes, at));
      at = offset < end ? start : end;
    }
    return path;
  }

  #fail(code: TtlvErrorCode, message: string, offset: number, tag?: number): never {
    const path = this.#around(offset);
    if (tag !== undefined) path.push(tag);
    throw new TtlvError(code, message, offset, path);
  }
}

function tagAt(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) << 16) | ((bytes[offset + 1] as number) << 8) | (bytes[offset + 2] as number);
}

/** Four bytes as a signed number. Plain arithmetic: Buffer's readInt32BE() checks its arguments every time. */
function wordAt(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] as number) << 24) |
    ((bytes[offset + 1] as number) << 16) |
    ((bytes[offset + 2] as number) << 8) |
    (bytes[offset + 3] as number)
  );
}

/** True when the first eight bytes only repeat the sign of what follows: the value would fit without them. */
function isSignExtension(bytes: Buffer, start: number): boolean {
  const sign = ((bytes[start + 8] as number) & 0x80) === 0 ? 0x00 : 0xff;
  for (let offset = start; offset < start + 8; offset += 1) if (bytes[offset] !== sign) return false;
  return true;
}

/** The same memory as a Buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Decodes one item that fills `bytes` exactly. Unknown tags are kept, whatever their prefix.
 * @throws TtlvError
 */
export function decode(bytes: Uint8Array, options?: DecodeOptions): Item {
  const decoder = new TtlvDecoder(bytes, options);
  const head = decoder.head(0, bytes.length);
  if (head.end !== bytes.length) {
    throw new TtlvError('TRAILING_BYTES', `${bytes.length - head.end} bytes follow the item`, head.end);
  }
  return decoder.value(head, 0);
}
