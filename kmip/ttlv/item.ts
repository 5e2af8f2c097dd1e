/** The ten item types. KMIP 1.1 §9.1.1.2 */
export const ItemType = {
  Structure: 0x01,
  Integer: 0x02,
  LongInteger: 0x03,
  BigInteger: 0x04,
  Enumeration: 0x05,
  Boolean: 0x06,
  TextString: 0x07,
  ByteString: 0x08,
  DateTime: 0x09,
  Interval: 0x0a,
} as const;
export type ItemType = (typeof ItemType)[keyof typeof ItemType];

/** The type's name as XML and JSON spell it. KMIP Additional Message Encodings 1.0 §4.1.2 */
export const ITEM_TYPE_NAMES: Readonly<Record<ItemType, string>> = {
  [ItemType.Structure]: 'Structure',
  [ItemType.Integer]: 'Integer',
  [ItemType.LongInteger]: 'LongInteger',
  [ItemType.BigInteger]: 'BigInteger',
  [ItemType.Enumeration]: 'Enumeration',
  [ItemType.Boolean]: 'Boolean',
  [ItemType.TextString]: 'TextString',
  [ItemType.ByteString]: 'ByteString',
  [ItemType.DateTime]: 'DateTime',
  [ItemType.Interval]: 'Interval',
};

export type StructureItem = { tag: number; type: typeof ItemType.Structure; value: Item[] };
/** Signed, 32 bits. */
export type IntegerItem = { tag: number; type: typeof ItemType.Integer; value: number };
/** Signed, 64 bits. */
export type LongIntegerItem = { tag: number; type: typeof ItemType.LongInteger; value: bigint };
/**
 * Signed, any size. `length` is the number of bytes on the wire (a multiple of 8); the decoder sets it only when the
 * sender used more bytes than the value needs, so that re-encoding gives the same bytes.
 */
export type BigIntegerItem = { tag: number; type: typeof ItemType.BigInteger; value: bigint; length?: number };
/** Unsigned, 32 bits. */
export type EnumerationItem = { tag: number; type: typeof ItemType.Enumeration; value: number };
export type BooleanItem = { tag: number; type: typeof ItemType.Boolean; value: boolean };
export type TextStringItem = { tag: number; type: typeof ItemType.TextString; value: string };
/** The decoder gives a view on the message's bytes, not a copy. */
export type ByteStringItem = { tag: number; type: typeof ItemType.ByteString; value: Uint8Array };
/** POSIX seconds, signed 64 bits. The typed messages above this layer use a `number` of seconds. */
export type DateTimeItem = { tag: number; type: typeof ItemType.DateTime; value: bigint };
/** Seconds, unsigned 32 bits. */
export type IntervalItem = { tag: number; type: typeof ItemType.Interval; value: number };

/** One TTLV item; `tag` is the 24-bit tag. KMIP 1.1 §9.1.1 */
export type Item =
  | StructureItem
  | IntegerItem
  | LongIntegerItem
  | BigIntegerItem
  | EnumerationItem
  | BooleanItem
  | TextStringItem
  | ByteStringItem
  | DateTimeItem
  | IntervalItem;

/** Builders, one per item type. */
export const item = {
  structure: (tag: number, value: Item[]): StructureItem => ({ tag, type: ItemType.Structure, value }),
  integer: (tag: number, value: number): IntegerItem => ({ tag, type: ItemType.Integer, value }),
  longInteger: (tag: number, value: bigint): LongIntegerItem => ({ tag, type: ItemType.LongInteger, value }),
  bigInteger: (tag: number, value: bigint): BigIntegerItem => ({ tag, type: ItemType.BigInteger, value }),
  enumeration: (tag: number, value: number): EnumerationItem => ({ tag, type: ItemType.Enumeration, value }),
  boolean: (tag: number, value: boolean): BooleanItem => ({ tag, type: ItemType.Boolean, value }),
  textString: (tag: number, value: string): TextStringItem => ({ tag, type: ItemType.TextString, value }),
  byteString: (tag: number, value: Uint8Array): ByteStringItem => ({ tag, type: ItemType.ByteString, value }),
  /** @param value POSIX seconds */
  dateTime: (tag: number, value: bigint | number): DateTimeItem => ({
    tag,
    type: ItemType.DateTime,
    value: BigInt(value),
  }),
  /** @param value seconds */
  interval: (tag: number, value: number): IntervalItem => ({ tag, type: ItemType.Interval, value }),
};

/** The first child of a structure that carries `tag`. */
export function child(structure: StructureItem, tag: number): Item | undefined {
  for (const candidate of structure.value) if (candidate.tag === tag) return candidate;
  return undefined;
}
