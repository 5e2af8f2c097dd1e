import type { TtlvErrorCode } from './errors.ts';

/** What can be wrong with KMIP XML or JSON. Stable. */
export type RenderingErrorCode =
  | Extract<TtlvErrorCode, 'TOO_LARGE' | 'TOO_DEEP' | 'TOO_MANY_ITEMS'>
  /** Not well-formed XML or JSON, or a DOCTYPE. */
  | 'SYNTAX'
  /** Well-formed, but not an item: a member is missing, of the wrong kind, or of an unknown item type. */
  | 'NOT_AN_ITEM'
  /** A tag that KMIP 1.0 to 1.4 do not define. */
  | 'UNKNOWN_TAG'
  /** A value that its item type cannot carry, or a name that its enumeration or mask does not define. */
  | 'VALUE';

/**
 * Malformed KMIP XML or JSON. `position` says where: `line 3, column 7` for XML, the path of the item for JSON. The
 * message never holds the value of a Text String, a Byte String or a Big Integer, which may be secret.
 */
export class RenderingError extends Error {
  readonly code: RenderingErrorCode;
  readonly position: string;

  constructor(code: RenderingErrorCode, message: string, position: string, options?: ErrorOptions) {
    super(`${message} (${position})`, options);
    this.name = 'RenderingError';
    this.code = code;
    this.position = position;
  }
}
