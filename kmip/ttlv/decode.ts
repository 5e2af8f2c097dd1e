import { TtlvError, type TtlvErrorCode } from './errors.ts';
import { type Item, ItemType } from './item.ts';
import { DEFAULT_LIMITS, type TtlvLimits } from './limits.ts';

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
const FIXED_LENGTHS = new Map<number, number>([
  [ItemType.Integer, 4],
  [ItemType.LongInteger, 8],
  [ItemType.Enumeration, 4],
  [ItemType.Boolean, 8],
  [ItemType.DateTime, 8],
  [ItemType.Interval, 4],
]);

/**
 * Reads items from one message. Kept as an object so that a message can be read in parts: a broken batch item must not
 * hide the others (KMIP 1.1 §11.1). All parts share the item count.
 */
export class TtlvDecoder {
  readonly bytes: Buffer;
  readonly #maxDepth: number;
  readonly #maxItems: number;
  readonly #warn: ((warning: TtlvWarning) => void) | undefined;
  readonly #path: number[] = [];
  #items = 0;

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
    if (offset + HEAD_BYTES > limit) this.#fail(this.#shortCode(), 'an item head needs 8 bytes', offset);
    const tag = bytes.readUIntBE(offset, 3);
    const type = bytes[offset + 3] as number;
    const length = bytes.readUInt32BE(offset + 4);
    const valueStart = offset + HEAD_BYTES;
    const valueEnd = valueStart + length;
    const end = valueEnd + (-length & 7);
    if (end > limit) {
      this.#fail(this.#shortCode(), `an item of ${length} bytes does not fit`, offset, tag);
    }
    return { tag, type, offset, valueStart, valueEnd, end };
  }

  /** Reads one item and everything inside it. */
  item(offset: number, limit: number): Item {
    return this.value(this.head(offset, limit));
  }

  /** Reads the value behind a head. */
  value(head: ItemHead): Item {
    this.#items += 1;
    if (this.#items > this.#maxItems) {
      this.#fail('TOO_MANY_ITEMS', `more than ${this.#maxItems} items`, head.offset, head.tag);
    }
    const { bytes } = this;
    const { tag, type, valueStart, valueEnd } = head;
    const length = valueEnd - valueStart;
    const fixed = FIXED_LENGTHS.get(type);
    if (fixed !== undefined && fixed !== length) {
      this.#fail('LENGTH_OF_TYPE', `item type ${type} has ${fixed} bytes, not ${length}`, head.offset, tag);
    }
    if (this.#warn !== undefined) this.#checkPadding(head, this.#warn);
    switch (type) {
      case ItemType.Structure:
        return { tag, type, value: this.#children(head) };
      case ItemType.Integer:
        return { tag, type, value: bytes.readInt32BE(valueStart) };
      case ItemType.LongInteger:
        return { tag, type, value: bytes.readBigInt64BE(valueStart) };
      case ItemType.BigInteger:
        return this.#bigInteger(head, length);
      case ItemType.Enumeration:
        return { tag, type, value: bytes.readUInt32BE(valueStart) };
      case ItemType.Boolean:
        return { tag, type, value: this.#boolean(head) };
      case ItemType.TextString:
        return { tag, type, value: this.#text(head) };
      case ItemType.ByteString:
        return { tag, type, value: bytes.subarray(valueStart, valueEnd) };
      case ItemType.DateTime:
        return { tag, type, value: bytes.readBigInt64BE(valueStart) };
      case ItemType.Interval:
        return { tag, type, value: bytes.readUInt32BE(valueStart) };
      default:
        return this.#fail('UNKNOWN_TYPE', `item type ${type} is not defined`, head.offset, tag);
    }
  }

  #children(head: ItemHead): Item[] {
    this.checkStructureLength(head);
    if (this.#path.length >= this.#maxDepth) {
      this.#fail('TOO_DEEP', `more than ${this.#maxDepth} structures inside one another`, head.offset, head.tag);
    }
    this.#path.push(head.tag);
    const children: Item[] = [];
    let offset = head.valueStart;
    while (offset < head.valueEnd) {
      const childHead = this.head(offset, head.valueEnd);
      children.push(this.value(childHead));
      offset = childHead.end;
    }
    this.#path.pop();
    return children;
  }

  /** KMIP 1.1 §9.1.1.3: a structure's length is the sum of its padded items, so a multiple of 8. */
  checkStructureLength(head: ItemHead): void {
    if ((head.valueEnd - head.valueStart) % 8 !== 0) {
      this.#fail('LENGTH_OF_TYPE', 'the length of a structure is a multiple of 8', head.offset, head.tag);
    }
  }

  /** Says which structures are around what is read next, so that errors in a part of a message name the whole path. */
  inside(tags: readonly number[]): this {
    this.#path.length = 0;
    for (const tag of tags) this.#path.push(tag);
    return this;
  }

  #bigInteger(head: ItemHead, length: number): Item {
    const { tag, valueStart, valueEnd } = head;
    if (length === 0 || length % 8 !== 0) {
      this.#fail('LENGTH_OF_TYPE', 'a Big Integer has a positive multiple of 8 bytes', head.offset, tag);
    }
    const { bytes } = this;
    const unsigned = BigInt(`0x${bytes.toString('hex', valueStart, valueEnd)}`);
    const value = BigInt.asIntN(length * 8, unsigned);
    const padded = length > 8 && isSignExtension(bytes, valueStart);
    return padded ? { tag, type: ItemType.BigInteger, value, length } : { tag, type: ItemType.BigInteger, value };
  }

  #boolean(head: ItemHead): boolean {
    const { bytes } = this;
    const high = bytes.readUInt32BE(head.valueStart);
    const low = bytes.readUInt32BE(head.valueStart + 4);
    if (high !== 0 || low > 1) this.#fail('BOOLEAN_VALUE', 'a Boolean is 0 or 1', head.offset, head.tag);
    return low === 1;
  }

  #text(head: ItemHead): string {
    const { bytes } = this;
    const text = bytes.toString('utf8', head.valueStart, head.valueEnd);
    // toString() puts U+FFFD where the bytes are not UTF-8; a sender may also have meant that character.
    if (text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(bytes.subarray(head.valueStart, head.valueEnd))) {
      this.#fail('TEXT_NOT_UTF8', 'a Text String is UTF-8', head.offset, head.tag);
    }
    return text;
  }

  #checkPadding(head: ItemHead, warn: (warning: TtlvWarning) => void): void {
    for (let offset = head.valueEnd; offset < head.end; offset += 1) {
      if (this.bytes[offset] !== 0) {
        warn({ code: 'NON_ZERO_PADDING', offset, tag: head.tag });
        return;
      }
    }
  }

  #shortCode(): TtlvErrorCode {
    return this.#path.length === 0 ? 'TRUNCATED' : 'LENGTH_BEYOND_PARENT';
  }

  #fail(code: TtlvErrorCode, message: string, offset: number, tag?: number): never {
    throw new TtlvError(code, message, offset, tag === undefined ? [...this.#path] : [...this.#path, tag]);
  }
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
  return decoder.value(head);
}
