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
import { type EnumerationName, enumEntry, ResultReason, tagName } from '../registry/index.ts';
import type { KmipVersion } from '../registry/row.ts';
import { asBuffer, ITEM_TYPE_NAMES, type Item, ItemType, item, type StructureItem } from '../ttlv/index.ts';
import { KmipError } from './errors.ts';
import { formatVersion, isNewerThanKnown, isSince, type ProtocolVersion } from './version.ts';

export type CodecContext = {
  version: ProtocolVersion;
  /** What to do with a field that the structure does not have at this version; default `reject` (Invalid Field). */
  unknownFields?: 'reject' | 'ignore';
  /** Is told of what was accepted although the specification asks for something else. */
  warn?: (message: string) => void;
};

/** Translates between an item's value and a typed one. */
export interface ValueCodec<T> {
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
  decode: (found) => (found.type === ItemType.Integer ? found.value : wrongType(found, 'Integer')),
  encode: (tag, value) => item.integer(tag, value),
};

export const longInteger: ValueCodec<bigint> = {
  decode: (found) => (found.type === ItemType.LongInteger ? found.value : wrongType(found, 'LongInteger')),
  encode: (tag, value) => item.longInteger(tag, value),
};

export const bigInteger: ValueCodec<bigint> = {
  decode: (found) => (found.type === ItemType.BigInteger ? found.value : wrongType(found, 'BigInteger')),
  encode: (tag, value) => item.bigInteger(tag, value),
};

export const boolean: ValueCodec<boolean> = {
  decode: (found) => (found.type === ItemType.Boolean ? found.value : wrongType(found, 'Boolean')),
  encode: (tag, value) => item.boolean(tag, value),
};

export const textString: ValueCodec<string> = {
  decode: (found) => (found.type === ItemType.TextString ? found.value : wrongType(found, 'TextString')),
  encode: (tag, value) => item.textString(tag, value),
};

/** Decoding gives a view on the message's bytes. */
export const byteString: ValueCodec<Buffer> = {
  decode: (found) => (found.type === ItemType.ByteString ? asBuffer(found.value) : wrongType(found, 'ByteString')),
  encode: (tag, value) => item.byteString(tag, value),
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
  encode: (tag, value) => item.dateTime(tag, value),
};

/** Seconds. */
export const interval: ValueCodec<number> = {
  decode: (found) => (found.type === ItemType.Interval ? found.value : wrongType(found, 'Interval')),
  encode: (tag, value) => item.interval(tag, value),
};

/**
 * Values are plain numbers: a peer may send one that is not registered, and only the operation knows what that means.
 * A registered value newer than the message is not sent.
 */
export function enumeration(name: EnumerationName): ValueCodec<number> {
  return {
    decode: openEnumeration.decode,
    encode(tag, value, { version }) {
      const entry = enumEntry(name, value);
      return entry === undefined || isSince(version, entry.since) ? item.enumeration(tag, value) : undefined;
    },
  };
}

/** An enumeration without registered values, such as Opaque Data Type. */
export const openEnumeration: ValueCodec<number> = {
  decode: (found) => (found.type === ItemType.Enumeration ? found.value : wrongType(found, 'Enumeration')),
  encode: (tag, value) => item.enumeration(tag, value),
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
  decode(item: Item, context: CodecContext): T;
  encode(value: T, context: CodecContext): Item | undefined;
  gate?(item: Item, context: CodecContext): Item | undefined;
}

function field<T, P extends Presence>(tag: number, codec: ValueCodec<T>, presence: P, since: KmipVersion): Field<T, P> {
  return {
    tags: [tag],
    presence,
    since,
    decode: (found, context) => codec.decode(found, context),
    encode: (value, context) => codec.encode(tag, value, context),
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
  const entries = Object.entries(fields).map(([key, declared], order) => ({ key, declared, order }));
  const byTag = new Map(entries.flatMap((entry) => entry.declared.tags.map((tag) => [tag, entry])));
  // Sorted out once: every message is decoded through this.
  const repeatedKeys = entries.filter(({ declared }) => declared.presence === 'repeated').map(({ key }) => key);
  const requiredEntries = entries.filter(({ declared }) => declared.presence === 'required');

  return {
    fields,

    decode(found, context) {
      if (found.type !== ItemType.Structure) return wrongType(found, 'Structure');
      const value: Record<string, unknown> = {};
      for (const key of repeatedKeys) value[key] = [];
      let lastOrder = 0;
      for (const inner of found.value) {
        const known = byTag.get(inner.tag);
        if (known === undefined || !isSince(context.version, known.declared.since)) {
          rejectUnknown(inner, found, context);
          continue;
        }
        if (known.order < lastOrder) context.warn?.(`${tagName(inner.tag)} is out of order in ${tagName(found.tag)}`);
        lastOrder = known.order;
        const decoded = known.declared.decode(inner, context);
        const present = value[known.key];
        if (known.declared.presence === 'repeated') (present as unknown[]).push(decoded);
        else if (present === undefined) value[known.key] = decoded;
        else invalid(`${tagName(found.tag)} has more than one ${tagName(inner.tag)}`);
      }
      for (const { key, declared } of requiredEntries) {
        if (value[key] === undefined) invalid(`${tagName(found.tag)} lacks ${declared.tags.map(tagName).join(' or ')}`);
      }
      return value as FieldsValue<F>;
    },

    encode(tag, value, context) {
      const children: Item[] = [];
      const values = value as Record<string, unknown>;
      const add = (declared: Field<unknown>, one: unknown) => {
        const encoded = declared.encode(one, context);
        if (encoded !== undefined) children.push(encoded);
        else if (declared.presence === 'required') notAtThisVersion(declared, context);
      };
      for (const { key, declared } of entries) {
        const present = values[key];
        if (present === undefined || !isSince(context.version, declared.since)) continue;
        if (declared.presence === 'repeated') for (const one of present as unknown[]) add(declared, one);
        else add(declared, present);
      }
      return item.structure(tag, children);
    },

    gate(found, context) {
      if (found.type !== ItemType.Structure) return found;
      const children: Item[] = [];
      for (const inner of found.value) {
        const declared = byTag.get(inner.tag)?.declared;
        if (declared !== undefined && !isSince(context.version, declared.since)) continue;
        const gated = declared?.gate === undefined ? inner : declared.gate(inner, context);
        if (gated !== undefined) children.push(gated);
      }
      return { ...found, value: children };
    },
  };
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
