/**
 * One declaration of a structure gives its TypeScript type, decoding, encoding and the version gate.
 *
 *   const name = structure({
 *     nameValue: required(Tag.NameValue, textString),
 *     nameType: required(Tag.NameType, enumeration('NameType')),
 *   });
 *   type Name = TypeOf<typeof name>;      // { nameValue: string; nameType: number }
 *
 * Fields stand in the specification's order; that is the order on the wire.
 */
import { type EnumerationName, enumEntries, ResultReason, tagName } from '../registry/index.ts';
import type { KmipVersion } from '../registry/row.ts';
import { asBuffer, ITEM_TYPE_NAMES, type Item, ItemType, item, type StructureItem } from '../ttlv/index.ts';
import { KmipError } from './errors.ts';
import { formatVersion, isNewerThanKnown, minorOf, type ProtocolVersion } from './version.ts';

export type CodecContext = {
  version: ProtocolVersion;
  /** What to do with a field that the structure does not have at this version; default `reject` (Invalid Field). */
  unknownFields?: 'reject' | 'ignore';
  /** Is told of what was accepted although the specification asks for something else. */
  warn?: (message: string) => void;
};

/** Translates between an item's value and a typed one. */
export interface ValueCodec<T> {
  /** Set when the typed value is the value of an item of this type, as it is: structures read it without `decode`. */
  readonly readAs?: ItemType;
  /** The same for writing: at every version, without `encode`. */
  readonly writeAs?: ItemType;
  decode(item: Item, context: CodecContext): T;
  /** @returns undefined when the message's version does not know the value */
  encode(tag: number, value: T, context: CodecContext): Item | undefined;
  /** Removes what the message's version does not know from an item that is passed on as it is. */
  gate?(item: Item, context: CodecContext): Item | undefined;
}

/** The typed value of a codec. */
export type TypeOf<C> = C extends ValueCodec<infer T> ? T : never;

function invalid(message: string): never {
  throw new KmipError(ResultReason.InvalidMessage, message);
}

function wrongType(found: Item, expected: string): never {
  return invalid(`${tagName(found.tag)} must be of type ${expected}, not ${ITEM_TYPE_NAMES[found.type]}`);
}

/** Signed 32-bit; also masks. */
export const integer: ValueCodec<number> = {
  readAs: ItemType.Integer,
  writeAs: ItemType.Integer,
  decode: (found) => (found.type === ItemType.Integer ? found.value : wrongType(found, 'Integer')),
  encode: item.integer,
};

export const longInteger: ValueCodec<bigint> = {
  readAs: ItemType.LongInteger,
  writeAs: ItemType.LongInteger,
  decode: (found) => (found.type === ItemType.LongInteger ? found.value : wrongType(found, 'LongInteger')),
  encode: item.longInteger,
};

export const bigInteger: ValueCodec<bigint> = {
  readAs: ItemType.BigInteger,
  writeAs: ItemType.BigInteger,
  decode: (found) => (found.type === ItemType.BigInteger ? found.value : wrongType(found, 'BigInteger')),
  encode: item.bigInteger,
};

export const boolean: ValueCodec<boolean> = {
  readAs: ItemType.Boolean,
  writeAs: ItemType.Boolean,
  decode: (found) => (found.type === ItemType.Boolean ? found.value : wrongType(found, 'Boolean')),
  encode: item.boolean,
};

export const textString: ValueCodec<string> = {
  readAs: ItemType.TextString,
  writeAs: ItemType.TextString,
  decode: (found) => (found.type === ItemType.TextString ? found.value : wrongType(found, 'TextString')),
  encode: item.textString,
};

/** Decoding gives a view on the message's bytes. */
export const byteString: ValueCodec<Buffer> = {
  writeAs: ItemType.ByteString,
  decode: (found) => (found.type === ItemType.ByteString ? asBuffer(found.value) : wrongType(found, 'ByteString')),
  encode: item.byteString,
};

/** POSIX seconds. Dates that a `number` cannot hold exactly are refused. */
export const dateTime: ValueCodec<number> = {
  decode(found) {
    if (found.type !== ItemType.DateTime) return wrongType(found, 'DateTime');
    const seconds = Number(found.value);
    if (!Number.isSafeInteger(seconds)) {
      throw new KmipError(ResultReason.InvalidField, `${tagName(found.tag)} is too far from now`);
    }
    return seconds;
  },
  encode: item.dateTime,
};

/** Seconds. */
export const interval: ValueCodec<number> = {
  readAs: ItemType.Interval,
  writeAs: ItemType.Interval,
  decode: (found) => (found.type === ItemType.Interval ? found.value : wrongType(found, 'Interval')),
  encode: item.interval,
};

/**
 * Values are plain numbers: a peer may send one that is not registered, and only the operation knows what that means.
 * A registered value newer than the message is not sent.
 */
export function enumeration(name: EnumerationName): ValueCodec<number> {
  const newer = new Map(
    enumEntries(name)
      .filter(({ since }) => since !== '1.0')
      .map(({ code, since }) => [code, minorOf(since)]),
  );
  if (newer.size === 0) return openEnumeration;
  return {
    readAs: ItemType.Enumeration,
    decode: openEnumeration.decode,
    encode(tag, value, { version }) {
      const since = newer.get(value);
      return since === undefined || since <= newestKnown(version) ? item.enumeration(tag, value) : undefined;
    },
  };
}

/** An enumeration without registered values, such as Opaque Data Type. */
export const openEnumeration: ValueCodec<number> = {
  readAs: ItemType.Enumeration,
  writeAs: ItemType.Enumeration,
  decode: (found) => (found.type === ItemType.Enumeration ? found.value : wrongType(found, 'Enumeration')),
  encode: item.enumeration,
};

/** Any item, passed on as it is. The tag is the field's. */
export const anyItem: ValueCodec<Item> = {
  decode: (found) => found,
  encode: (tag, value) => (value.tag === tag ? value : { ...value, tag }),
};

/** A structure whose content is not declared, passed on as it is. */
export const anyStructure: ValueCodec<StructureItem> = {
  decode: (found) => (found.type === ItemType.Structure ? found : wrongType(found, 'Structure')),
  encode: (tag, value) => (value.tag === tag ? value : { ...value, tag }),
};

type Presence = 'required' | 'optional' | 'repeated';

/** One field of a structure. A choice stands for several tags; a plain field for one. */
export interface Field<T, P extends Presence = Presence> {
  readonly tags: readonly number[];
  readonly presence: P;
  readonly since: KmipVersion;
  /** As in {@link ValueCodec}; `writeAs` only where there is one tag. */
  readonly readAs?: ItemType | undefined;
  readonly writeAs?: ItemType | undefined;
  decode(item: Item, context: CodecContext): T;
  encode(value: T, context: CodecContext): Item | undefined;
  gate?(item: Item, context: CodecContext): Item | undefined;
}

function field<T, P extends Presence>(tag: number, codec: ValueCodec<T>, presence: P, since: KmipVersion): Field<T, P> {
  return {
    tags: [tag],
    presence,
    since,
    readAs: codec.readAs,
    writeAs: codec.writeAs,
    decode: codec.decode.bind(codec),
    encode: codec.encode.bind(codec, tag),
    ...(codec.gate && { gate: codec.gate.bind(codec) }),
  };
}

/** A field that SHALL be there once. */
export function required<T>(tag: number, codec: ValueCodec<T>): Field<T, 'required'> {
  return field(tag, codec, 'required', '1.0');
}

/** A field that may be there once. */
export function optional<T>(tag: number, codec: ValueCodec<T>, since: KmipVersion = '1.0'): Field<T, 'optional'> {
  return field(tag, codec, 'optional', since);
}

/** A field that may be there any number of times, also never; its typed value is an array. */
export function repeated<T>(tag: number, codec: ValueCodec<T>, since: KmipVersion = '1.0'): Field<T, 'repeated'> {
  return field(tag, codec, 'repeated', since);
}

/** What a structure is declared from: fields in the specification's order. */
export type Fields = Record<string, Field<unknown>>;

type FieldValue<F> = F extends Field<infer T, infer P> ? (P extends 'repeated' ? T[] : T) : never;
type OptionalKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends Field<unknown, infer P> ? ('optional' extends P ? K : never) : never;
}[keyof F];

/** The typed value of declared fields: repeated ones are arrays, optional ones may be absent. */
export type FieldsValue<F extends Fields> = { [K in Exclude<keyof F, OptionalKeys<F>>]: FieldValue<F[K]> } & {
  [K in OptionalKeys<F>]?: FieldValue<F[K]>;
};

/** A declared structure. */
export interface StructureCodec<T> extends ValueCodec<T> {
  readonly fields: Fields;
  encode(tag: number, value: T, context: CodecContext): StructureItem;
  gate(item: Item, context: CodecContext): Item;
}

/** Declares a structure; see the head of this file. */
export function structure<F extends Fields>(fields: F): StructureCodec<FieldsValue<F>> {
  // Sorted out once: every message is decoded and encoded through this.
  const entries = Object.entries(fields).map(([key, declared], order) => entryOf(key, declared, order));
  const byTag = new Map(entries.flatMap((entry) => entry.declared.tags.map((tag) => [tag, entry])));
  const repeatedKeys = entries.filter(({ isRepeated }) => isRepeated).map(({ key }) => key);
  const requiredCount = entries.filter(({ isRequired }) => isRequired).length;

  return {
    fields,

    decode(found, context) {
      if (found.type !== ItemType.Structure) return wrongType(found, 'Structure');
      const newest = newestKnown(context.version);
      const value: Record<string, unknown> = {};
      for (const key of repeatedKeys) value[key] = [];
      let lastOrder = -1;
      let highestOrder = -1;
      let requiredFound = 0;
      for (const inner of found.value) {
        const known = byTag.get(inner.tag);
        if (known === undefined || known.since > newest) {
          rejectUnknown(inner, found, context);
          continue;
        }
        const { key, order } = known;
        if (order < lastOrder) context.warn?.(`${tagName(inner.tag)} is out of order in ${tagName(found.tag)}`);
        lastOrder = order;
        const decoded = inner.type === known.readAs ? inner.value : known.declared.decode(inner, context);
        if (known.isRepeated) (value[key] as unknown[]).push(decoded);
        // Behind all others it cannot have been there before: what is in order needs no look.
        else if (order > highestOrder || value[key] === undefined) {
          value[key] = decoded;
          if (known.isRequired) requiredFound += 1;
        } else invalid(`${tagName(found.tag)} has more than one ${tagName(inner.tag)}`);
        if (order > highestOrder) highestOrder = order;
      }
      if (requiredFound < requiredCount) missing(found, entries, value);
      return value as FieldsValue<F>;
    },

    encode(tag, value, context) {
      const newest = newestKnown(context.version);
      const children: Item[] = [];
      const values = value as Record<string, unknown>;
      for (const entry of entries) {
        const present = values[entry.key];
        if (present === undefined || entry.since > newest) continue;
        if (entry.isRepeated) {
          for (const one of present as unknown[]) encodeField(entry, one, children, context);
        } else if (entry.writeAs !== undefined) {
          children.push({ tag: entry.tag, type: entry.writeAs, value: present } as Item);
        } else encodeField(entry, present, children, context);
      }
      return item.structure(tag, children);
    },

    gate(found, context) {
      if (found.type !== ItemType.Structure) return found;
      const newest = newestKnown(context.version);
      const children: Item[] = [];
      for (const inner of found.value) {
        const known = byTag.get(inner.tag);
        if (known !== undefined && known.since > newest) continue;
        const gated = known?.declared.gate === undefined ? inner : known.declared.gate(inner, context);
        if (gated !== undefined) children.push(gated);
      }
      return { ...found, value: children };
    },
  };
}

/** A declared field as the loops over a message's fields want it. */
type Entry = {
  readonly key: string;
  /** Place in the specification's order. */
  readonly order: number;
  readonly declared: Field<unknown>;
  readonly tag: number;
  readonly readAs: ItemType | undefined;
  readonly writeAs: ItemType | undefined;
  /** Minor version. */
  readonly since: number;
  readonly isRequired: boolean;
  readonly isRepeated: boolean;
};

function entryOf(key: string, declared: Field<unknown>, order: number): Entry {
  const { tags, readAs, writeAs, presence } = declared;
  return {
    key,
    order,
    declared,
    tag: tags[0] as number,
    readAs,
    writeAs,
    since: minorOf(declared.since),
    isRequired: presence === 'required',
    isRepeated: presence === 'repeated',
  };
}

/** The minor version up to which a message of `version` knows what was introduced; see `isSince`. */
function newestKnown({ major, minor }: ProtocolVersion): number {
  if (major === 1) return minor;
  return major > 1 ? Number.POSITIVE_INFINITY : -1;
}

function encodeField({ declared, isRequired }: Entry, value: unknown, into: Item[], context: CodecContext): void {
  const encoded = declared.encode(value, context);
  if (encoded !== undefined) into.push(encoded);
  else if (isRequired) notAtThisVersion(declared, context);
}

function missing(found: Item, entries: readonly Entry[], value: Record<string, unknown>): never {
  const lacking = entries.find(({ key, isRequired }) => isRequired && value[key] === undefined);
  return invalid(`${tagName(found.tag)} lacks ${lacking?.declared.tags.map(tagName).join(' or ')}`);
}

function notAtThisVersion({ tags }: Field<unknown>, { version }: CodecContext): never {
  const message = `KMIP ${formatVersion(version)} has no such value of ${tags.map(tagName).join(' or ')}`;
  throw new KmipError(ResultReason.GeneralFailure, message);
}

/** KMIP 1.1 §11.1: an unknown field at the same version is an Invalid Field; §6.1: of a newer version, it is ignored. */
function rejectUnknown(inner: Item, outer: Item, context: CodecContext): void {
  if (context.unknownFields === 'ignore' || isNewerThanKnown(context.version)) {
    context.warn?.(`${tagName(inner.tag)} in ${tagName(outer.tag)} was ignored`);
    return;
  }
  const message = `${tagName(outer.tag)} has no field ${tagName(inner.tag)} in KMIP ${formatVersion(context.version)}`;
  throw new KmipError(ResultReason.InvalidField, message);
}
