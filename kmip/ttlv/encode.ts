import { bigIntegerHex, bigIntegerLength } from './big-integer.ts';
import { TtlvError } from './errors.ts';
import { type BigIntegerItem, type Item, ItemType, type StructureItem } from './item.ts';

/** Messages are written one behind the other into a block of this size; each is a view on its part. */
const BLOCK_BYTES = 16 * 1024;
/** Up to here a loop is faster than a call into native code. */
const SHORT_TEXT = 48;

/** Writes items into a block; structure lengths are filled in when the structure ends. */
class Writer {
  #block: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(this.#block.buffer, 0, 0);
  /** Where the current message begins, and where its next item does: a multiple of 8. */
  #start = 0;
  #next = 0;

  /** @returns the item's bytes; the writer never touches them again */
  message(item: Item): Buffer {
    this.#next = this.#start;
    this.#item(item);
    const bytes = this.#block.subarray(this.#start, this.#next);
    this.#start = this.#next;
    // A block that one large message filled is left to it: small ones would keep all of it in memory.
    if (this.#block.length > BLOCK_BYTES) this.#take(Buffer.alloc(0), 0);
    return bytes;
  }

  #take(block: Buffer, written: number): void {
    this.#block = block;
    this.#view = new DataView(block.buffer, block.byteOffset, block.length);
    this.#start = 0;
    this.#next = written;
  }

  /** Makes room for `count` bytes, at most seven of them padding: goes on in a new block when this one is full. */
  #reserve(count: number): number {
    if (this.#next + count > this.#block.length) this.#newBlock(count);
    return this.#next;
  }

  #newBlock(count: number): void {
    const written = this.#next - this.#start;
    const needed = written + count;
    const block = Buffer.allocUnsafeSlow(needed > BLOCK_BYTES / 2 ? needed * 2 : BLOCK_BYTES);
    this.#block.copy(block, 0, this.#start, this.#next);
    this.#take(block, written);
  }

  #item(item: Item): void {
    switch (item.type) {
      case ItemType.Structure:
        this.#structure(item);
        break;
      case ItemType.Integer:
        this.#word(item.tag, item.type, item.value, -0x8000_0000, 0x7fff_ffff);
        break;
      case ItemType.Enumeration:
      case ItemType.Interval:
        this.#word(item.tag, item.type, item.value, 0, 0xffff_ffff);
        break;
      case ItemType.LongInteger:
      case ItemType.DateTime:
        this.#long(item.tag, item.type, item.value);
        break;
      case ItemType.Boolean:
        this.#boolean(item.tag, item.value);
        break;
      case ItemType.BigInteger:
        this.#bigInteger(item);
        break;
      case ItemType.TextString:
        this.#text(item.tag, item.value);
        break;
      case ItemType.ByteString:
        this.#byteString(item.tag, item.value);
        break;
    }
  }

  #head(offset: number, tag: number, type: number, length: number): void {
    this.#view.setInt32(offset, (tag << 8) | type);
    this.#view.setInt32(offset + 4, length);
  }

  #structure({ tag, value }: StructureItem): void {
    const offset = this.#reserve(8);
    this.#head(offset, tag, ItemType.Structure, 0);
    // Not the offset itself: a new block moves the message.
    const fromStart = offset - this.#start;
    this.#next = offset + 8;
    for (const inner of value) this.#item(inner);
    const begin = this.#start + fromStart;
    this.#view.setInt32(begin + 4, this.#next - begin - 8);
  }

  #word(tag: number, type: number, value: number, min: number, max: number): void {
    if (!Number.isInteger(value) || value < min || value > max) {
      this.#outOfRange(tag, 'the value does not fit 32 bits');
    }
    const offset = this.#reserve(16);
    this.#head(offset, tag, type, 4);
    this.#view.setInt32(offset + 8, value);
    this.#view.setInt32(offset + 12, 0);
    this.#next = offset + 16;
  }

  #long(tag: number, type: number, value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) this.#outOfRange(tag, 'the value does not fit 64 bits');
    const offset = this.#reserve(16);
    this.#head(offset, tag, type, 8);
    this.#view.setBigInt64(offset + 8, value);
    this.#next = offset + 16;
  }

  #boolean(tag: number, value: boolean): void {
    const offset = this.#reserve(16);
    this.#head(offset, tag, ItemType.Boolean, 8);
    this.#view.setInt32(offset + 8, 0);
    this.#view.setInt32(offset + 12, value ? 1 : 0);
    this.#next = offset + 16;
  }

  #bigInteger(item: BigIntegerItem): void {
    const needed = bigIntegerLength(item.value);
    const length = item.length ?? needed;
    // The value itself may be a private key: the message must not show it.
    if (length < needed || length % 8 !== 0) this.#outOfRange(item.tag, `${length} bytes cannot hold the Big Integer`);
    const offset = this.#reserve(8 + length);
    this.#head(offset, item.tag, item.type, length);
    this.#block.write(bigIntegerHex(item.value, length), offset + 8, 'hex');
    this.#next = offset + 8 + length;
  }

  #text(tag: number, value: string): void {
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const offset = this.#reserve(8 + value.length * 3 + 7);
    const start = offset + 8;
    const short = value.length <= SHORT_TEXT && this.#ascii(value, start);
    const length = short ? value.length : this.#utf8(tag, value, start);
    this.#head(offset, tag, ItemType.TextString, length);
    this.#pad(start + length, length);
  }

  /** @returns whether all of it was ASCII; otherwise what was written is worth nothing */
  #ascii(value: string, start: number): boolean {
    const block = this.#block;
    for (let index = 0; index < value.length; index += 1) {
      const unit = value.charCodeAt(index);
      if (unit > 0x7f) return false;
      block[start + index] = unit;
    }
    return true;
  }

  #utf8(tag: number, value: string, start: number): number {
    if (!value.isWellFormed()) this.#outOfRange(tag, 'a Text String cannot hold a lone surrogate');
    return this.#block.write(value, start, 'utf8');
  }

  #byteString(tag: number, value: Uint8Array): void {
    const offset = this.#reserve(8 + value.length + 7);
    this.#head(offset, tag, ItemType.ByteString, value.length);
    this.#block.set(value, offset + 8);
    this.#pad(offset + 8 + value.length, value.length);
  }

  #pad(end: number, length: number): void {
    const padded = end + (-length & 7);
    // At most seven bytes: a call of fill() would cost more than they do.
    for (let at = end; at < padded; at++) this.#block[at] = 0;
    this.#next = padded;
  }

  #outOfRange(tag: number, message: string): never {
    throw new TtlvError('VALUE_OUT_OF_RANGE', message, this.#next - this.#start, [tag]);
  }
}

/** One for all: encoding is never interrupted, and a message that fails leaves its part of the block to the next. */
const writer = new Writer();

/**
 * Encodes an item and everything inside it as TTLV. The bytes share their memory with those of other messages, as
 * Buffer.allocUnsafe()'s do: who keeps them for long copies them.
 * @throws TtlvError with code VALUE_OUT_OF_RANGE when a value does not fit its item type
 */
export function encode(item: Item): Buffer {
  return writer.message(item);
}
