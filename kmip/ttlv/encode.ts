import { bigIntegerHex, bigIntegerLength } from './big-integer.ts';
import { TtlvError } from './errors.ts';
import { type BigIntegerItem, type Item, ItemType, type StructureItem } from './item.ts';

const FIRST_CAPACITY = 512;

/** A buffer that grows; structure lengths are filled in when the structure ends. */
class Writer {
  #buffer = Buffer.allocUnsafe(FIRST_CAPACITY);
  #length = 0;

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(count: number): number {
    const needed = this.#length + count;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    return this.#length;
  }

  #head(offset: number, tag: number, type: number, length: number): void {
    const buffer = this.#buffer;
    buffer[offset] = tag >>> 16;
    buffer[offset + 1] = tag >>> 8;
    buffer[offset + 2] = tag;
    buffer[offset + 3] = type;
    buffer.writeUInt32BE(length, offset + 4);
  }

  item(item: Item): void {
    switch (item.type) {
      case ItemType.Structure:
        this.#structure(item);
        break;
      case ItemType.Integer:
        this.#word(item, item.value, -0x8000_0000, 0x7fff_ffff);
        break;
      case ItemType.Enumeration:
      case ItemType.Interval:
        this.#word(item, item.value, 0, 0xffff_ffff);
        break;
      case ItemType.LongInteger:
      case ItemType.DateTime:
        this.#long(item, item.value);
        break;
      case ItemType.Boolean:
        this.#long(item, item.value ? 1n : 0n);
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

  #structure(item: StructureItem): void {
    const offset = this.#reserve(8);
    this.#head(offset, item.tag, item.type, 0);
    this.#length += 8;
    for (const inner of item.value) this.item(inner);
    this.#buffer.writeUInt32BE(this.#length - offset - 8, offset + 4);
  }

  #word(item: Item, value: number, min: number, max: number): void {
    if (!Number.isInteger(value) || value < min || value > max)
      this.#outOfRange(item.tag, 'the value does not fit 32 bits');
    const offset = this.#reserve(16);
    this.#head(offset, item.tag, item.type, 4);
    this.#buffer.writeUInt32BE(value >>> 0, offset + 8);
    this.#buffer.writeUInt32BE(0, offset + 12);
    this.#length += 16;
  }

  #long(item: Item, value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) this.#outOfRange(item.tag, 'the value does not fit 64 bits');
    const offset = this.#reserve(16);
    this.#head(offset, item.tag, item.type, 8);
    this.#buffer.writeBigInt64BE(value, offset + 8);
    this.#length += 16;
  }

  #bigInteger(item: BigIntegerItem): void {
    const needed = bigIntegerLength(item.value);
    const length = item.length ?? needed;
    // The value itself may be a private key: the message must not show it.
    if (length < needed || length % 8 !== 0) this.#outOfRange(item.tag, `${length} bytes cannot hold the Big Integer`);
    const offset = this.#reserve(8 + length);
    this.#head(offset, item.tag, item.type, length);
    this.#buffer.write(bigIntegerHex(item.value, length), offset + 8, 'hex');
    this.#length += 8 + length;
  }

  #text(tag: number, value: string): void {
    if (!value.isWellFormed()) this.#outOfRange(tag, 'a Text String cannot hold a lone surrogate');
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const offset = this.#reserve(8 + value.length * 3 + 7);
    const length = this.#buffer.write(value, offset + 8, 'utf8');
    this.#head(offset, tag, ItemType.TextString, length);
    this.#pad(offset + 8 + length, length);
  }

  #byteString(tag: number, value: Uint8Array): void {
    const offset = this.#reserve(8 + value.length + 7);
    this.#head(offset, tag, ItemType.ByteString, value.length);
    this.#buffer.set(value, offset + 8);
    this.#pad(offset + 8 + value.length, value.length);
  }

  #pad(end: number, length: number): void {
    const padded = end + (-length & 7);
    // At most seven bytes: a call of fill() would cost more than they do.
    for (let at = end; at < padded; at++) this.#buffer[at] = 0;
    this.#length = padded;
  }

  #outOfRange(tag: number, message: string): never {
    throw new TtlvError('VALUE_OUT_OF_RANGE', message, this.#length, [tag]);
  }
}

/**
 * Encodes an item and everything inside it as TTLV.
 * @throws TtlvError with code VALUE_OUT_OF_RANGE when a value does not fit its item type
 */
export function encode(item: Item): Buffer {
  const writer = new Writer();
  writer.item(item);
  return writer.bytes();
}
