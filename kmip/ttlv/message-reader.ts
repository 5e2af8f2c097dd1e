import { TtlvError, tagHex } from './errors.ts';
import { ItemType } from './item.ts';
import { DEFAULT_LIMITS } from './limits.ts';

/** Request Message and Response Message. KMIP 1.1 §7 */
const REQUEST_MESSAGE = 0x420078;
const RESPONSE_MESSAGE = 0x42007b;

export type MessageReaderOptions = {
  /** Which message the peer sends; default: either. */
  expect?: 'request' | 'response';
  /** Bytes of one message, head included. */
  maxBytes?: number;
  /** A refused message up to this size is skipped and the stream goes on; beyond it the stream is given up. */
  maxSkipBytes?: number;
};

/**
 * What the reader found: a complete message, or something that is refused. After `canContinue: false` the
 * stream's framing is lost and every later byte is ignored; otherwise the reader skips the refused bytes.
 */
export type ReaderEvent =
  | { type: 'message'; bytes: Buffer }
  | { type: 'refused'; error: TtlvError; canContinue: boolean };

/**
 * Cuts a byte stream into KMIP messages, whatever its segmentation. Keeps at most one incomplete message; never
 * reserves memory for bytes that were only announced.
 */
export class MessageReader {
  readonly #maxBytes: number;
  readonly #maxSkipBytes: number;
  readonly #tags: readonly number[];
  #pending = Buffer.alloc(0);
  #pendingLength = 0;
  /** Bytes of the current message, head included; 0 until the head is complete. */
  #announced = 0;
  #toSkip = 0;
  #lost = false;

  constructor(options: MessageReaderOptions = {}) {
    this.#maxBytes = options.maxBytes ?? DEFAULT_LIMITS.maxBytes;
    this.#maxSkipBytes = options.maxSkipBytes ?? 16 * 1024 * 1024;
    this.#tags =
      options.expect === 'request'
        ? [REQUEST_MESSAGE]
        : options.expect === 'response'
          ? [RESPONSE_MESSAGE]
          : [REQUEST_MESSAGE, RESPONSE_MESSAGE];
  }

  /** Bytes of an incomplete message that wait for more; 0 between messages. */
  get pendingBytes(): number {
    return this.#pendingLength;
  }

  /** Bytes of the message being received as its head announces them, or undefined while the head is incomplete. */
  get announcedBytes(): number | undefined {
    return this.#announced === 0 ? undefined : this.#announced;
  }

  /** Takes the next bytes of the stream. The returned messages may be views on `chunk`. */
  push(chunk: Buffer): ReaderEvent[] {
    const events: ReaderEvent[] = [];
    let offset = 0;
    while (offset < chunk.length && !this.#lost) {
      if (this.#toSkip > 0) {
        const skipped = Math.min(this.#toSkip, chunk.length - offset);
        this.#toSkip -= skipped;
        offset += skipped;
      } else if (this.#pendingLength === 0 && chunk.length - offset >= 8) {
        offset = this.#startFrom(chunk, offset, events);
      } else {
        offset = this.#collect(chunk, offset, events);
      }
    }
    return events;
  }

  /** A message begins in `chunk` with its whole head. */
  #startFrom(chunk: Buffer, offset: number, events: ReaderEvent[]): number {
    const total = this.#readHead(chunk, offset, events);
    if (total === 0) return offset + 8;
    if (offset + total <= chunk.length) {
      // Most chunks are one message, and a view on all of it would be one object more.
      const whole = offset === 0 && total === chunk.length;
      events.push({ type: 'message', bytes: whole ? chunk : chunk.subarray(offset, offset + total) });
      return offset + total;
    }
    this.#announced = total;
    this.#append(chunk, offset, chunk.length);
    return chunk.length;
  }

  /** Adds to the incomplete head or message. */
  #collect(chunk: Buffer, offset: number, events: ReaderEvent[]): number {
    const wanted = this.#announced === 0 ? 8 : this.#announced;
    const end = Math.min(chunk.length, offset + wanted - this.#pendingLength);
    if (this.#pendingLength === 0 && chunk[offset] !== 0x42) {
      this.#refuseForeign(chunk[offset] as number, events);
      return end;
    }
    this.#append(chunk, offset, end);
    if (this.#pendingLength < wanted) return end;
    if (this.#announced === 0) {
      this.#announced = this.#readHead(this.#pending, 0, events);
      if (this.#announced === 0) this.#reset();
      if (this.#announced !== 8) return end;
    }
    events.push({ type: 'message', bytes: this.#pending.subarray(0, this.#announced) });
    this.#reset();
    return end;
  }

  #append(chunk: Buffer, start: number, end: number): void {
    const needed = this.#pendingLength + end - start;
    if (needed > this.#pending.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, Math.min(this.#pending.length * 2, this.#announced), 64));
      this.#pending.copy(grown, 0, 0, this.#pendingLength);
      this.#pending = grown;
    }
    chunk.copy(this.#pending, this.#pendingLength, start, end);
    this.#pendingLength = needed;
  }

  #reset(): void {
    // The buffer was handed out or is done with: never write into it again.
    this.#pending = Buffer.alloc(0);
    this.#pendingLength = 0;
    this.#announced = 0;
  }

  /** @returns the message's size, or 0 when it was refused (what follows its head is then to be skipped) */
  #readHead(bytes: Buffer, offset: number, events: ReaderEvent[]): number {
    const first = bytes[offset] as number;
    if (first !== 0x42) {
      this.#refuseForeign(first, events);
      return 0;
    }
    const tag = bytes.readUIntBE(offset, 3);
    const type = bytes[offset + 3] as number;
    const length = bytes.readUInt32BE(offset + 4);
    if (type < ItemType.Structure || type > ItemType.Interval) {
      this.#refuse(new TtlvError('UNKNOWN_TYPE', `item type ${type} is not defined`, 3, [tag]), undefined, events);
      return 0;
    }
    if (type !== ItemType.Structure || !this.#tags.includes(tag)) {
      const expected = this.#tags.map(tagHex).join(' or ');
      const error = new TtlvError('NOT_A_MESSAGE', `a message is a structure ${expected}, not type ${type}`, 0, [tag]);
      this.#refuse(error, length + (-length & 7), events);
      return 0;
    }
    if (8 + length > this.#maxBytes) {
      const message = `a message of ${8 + length} bytes exceeds the limit of ${this.#maxBytes}`;
      this.#refuse(new TtlvError('TOO_LARGE', message, 4, [tag]), length, events);
      return 0;
    }
    return 8 + length;
  }

  #refuseForeign(first: number, events: ReaderEvent[]): void {
    const message = `a KMIP message begins with 42, not ${first.toString(16).toUpperCase().padStart(2, '0')}`;
    this.#refuse(new TtlvError('NOT_KMIP', message, 0), undefined, events);
  }

  #refuse(error: TtlvError, skip: number | undefined, events: ReaderEvent[]): void {
    const canContinue = skip !== undefined && skip <= this.#maxSkipBytes;
    if (canContinue) this.#toSkip = skip;
    else this.#lost = true;
    events.push({ type: 'refused', error, canContinue });
  }
}
