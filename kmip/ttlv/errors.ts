/** What can be wrong with TTLV bytes, or with a tree that is to be encoded. Stable. */
export type TtlvErrorCode =
  /** The bytes end before the item does. */
  | 'TRUNCATED'
  /** An item is longer than the structure that holds it. */
  | 'LENGTH_BEYOND_PARENT'
  /** The length does not fit the item type. */
  | 'LENGTH_OF_TYPE'
  /** The type byte is none of 01 to 0A. */
  | 'UNKNOWN_TYPE'
  /** A Boolean that is neither 0 nor 1. */
  | 'BOOLEAN_VALUE'
  /** A Text String that is not UTF-8. */
  | 'TEXT_NOT_UTF8'
  /** Bytes follow the outermost item. */
  | 'TRAILING_BYTES'
  /** Larger than the size limit. */
  | 'TOO_LARGE'
  /** Structures nested deeper than the limit. */
  | 'TOO_DEEP'
  /** More items than the limit. */
  | 'TOO_MANY_ITEMS'
  /** The stream does not carry KMIP messages. */
  | 'NOT_KMIP'
  /** The outermost item is not a request or response message. */
  | 'NOT_A_MESSAGE'
  /** A value that its item type cannot carry (encoding only). */
  | 'VALUE_OUT_OF_RANGE';

/** `4200xx`, as the specification writes tags. */
export function tagHex(tag: number): string {
  return tag.toString(16).toUpperCase().padStart(6, '0');
}

/**
 * Malformed TTLV. `offset` counts bytes from the start of the message; `path` holds the tags of the structures around
 * the fault, outermost first, then the faulty item's own tag when it was read.
 */
export class TtlvError extends Error {
  readonly code: TtlvErrorCode;
  readonly offset: number;
  readonly path: readonly number[];

  constructor(code: TtlvErrorCode, message: string, offset: number, path: readonly number[] = []) {
    const where = path.length === 0 ? '' : ` in ${path.map(tagHex).join('/')}`;
    super(`${message} (byte ${offset}${where})`);
    this.name = 'TtlvError';
    this.code = code;
    this.offset = offset;
    this.path = path;
  }
}
