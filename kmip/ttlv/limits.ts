/** Bounds that the decoder and the message reader keep. */
export type TtlvLimits = {
  /** Bytes of one message, its 8-byte head included. */
  maxBytes: number;
  /** Structures inside one another, the message itself included. */
  maxDepth: number;
  /** Items of one message. */
  maxItems: number;
};

/** 1 MiB is also the largest request of PyKMIP's server (observed); the official messages nest at most ten deep. */
export const DEFAULT_LIMITS: TtlvLimits = { maxBytes: 1024 * 1024, maxDepth: 32, maxItems: 65_536 };
