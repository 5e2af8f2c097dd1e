import { isIPv4 } from 'node:net';
import { z } from 'zod';
import { isIpBlock } from '../ip-block.ts';

/** OVH's names of scalar types (schema files, spec 1.5), kept on the zod types so that errors and schemas can name them. */
export type OvhType = 'string' | 'long' | 'ipv4' | 'datetime' | 'ipBlock' | (string & {});

/** What OVH's schema files say about a type or property beside what zod knows. */
interface OvhMeta {
  /** OVH's name of the type. */
  ovhType?: OvhType;
  /** The longer name in `fullType`, where it differs. */
  ovhFullType?: string;
  /** What the thing is, in our own words. */
  about?: string;
  /** `id` of a model, when it is not the end of its name. */
  ovhId?: string;
  /** A struct: its properties are not read-only and have no `fullType`. */
  ovhStruct?: boolean;
  /** Of a body that is one whole object, a parameter without a name: its model. */
  ovhWhole?: z.ZodType;
  /** Of a property: clients can set it. */
  writable?: boolean;
  /** Of a property: clients must send it. */
  required?: boolean;
  /** Of a property: it has no `fullType`. */
  bare?: boolean;
  /** Of a property: null is accepted, but the schema file does not say so. */
  undeclaredNull?: boolean;
}

/** What was declared about a type besides its zod form; empty when nothing was. */
export function ovhMeta(type: z.ZodType): OvhMeta {
  return (type.meta() ?? {}) as OvhMeta;
}

function named<T extends z.ZodType>(schema: T, type: OvhType, more: Omit<OvhMeta, 'ovhType'> = {}): T {
  return schema.meta({ ovhType: type, ...more });
}

export const string = named(z.string(), 'string');
export const boolean = named(z.boolean(), 'boolean');
export const long = named(z.int(), 'long');
/** Never shown, never in the journal. */
export const password = named(z.string(), 'password');
export const uuid = named(z.uuid(), 'uuid');
/** A nichandle such as `xx11111-ovh`. */
export const accountId = named(z.string(), 'string', { ovhFullType: 'coreTypes.AccountId:string' });
export const serviceId = named(z.int(), 'long', { ovhFullType: 'coreTypes.ServiceId:long' });
/** The API type is IPv4 alone: no name, no IPv6 (schema). */
export const ipv4 = named(z.string().refine(isIPv4), 'ipv4');
/** An address or a network. */
export const ipBlock = named(z.string().refine(isIpBlock), 'ipBlock');
/** An IPv4 address or network. */
export const ipv4Block = named(
  z.string().refine((text) => isIpBlock(text) && !text.includes(':')),
  'ipv4Block',
);
/** A datetime in an answer; see `datetime` in datetime.ts. */
export const datetimeString = named(z.string(), 'datetime');
/** A day in an answer, `2026-01-31`. */
export const dateString = named(z.string(), 'date');
/** What a call answers that returns nothing: `null` in JSON (assumed; clients read no body of it). */
export const nothing = named(z.null(), 'void');

/** A number in a path or query string. */
export const longText = named(
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
  'long',
);
/** `true` or `false` in a query string, as clients write booleans (spec 2.5, documented). */
export const booleanText = named(
  z.enum(['true', 'false']).transform((text) => text === 'true'),
  'boolean',
);
/** A moment that a client sends: ISO-8601 with a time and an offset. */
export const datetimeText = named(z.iso.datetime({ offset: true }), 'datetime');
/** A day that a client sends. */
export const dateText = named(z.iso.date(), 'date');

/** Several values in a query string: the parameter repeated. One alone is a list of one. */
export function listText<const T extends z.ZodType>(element: T) {
  const list = z.array(element);
  return named(
    z.preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), list),
    ovhTypeOf(list),
  );
}

/** An object in a query string, written as JSON. */
export function jsonText<const T extends z.ZodType>(type: T) {
  const read = (value: unknown) => {
    try {
      return JSON.parse(String(value)) as unknown;
    } catch {
      return value;
    }
  };
  return named(
    // The Python client writes None as null (spec 2.5, observed).
    z.preprocess((value) => (value === undefined || value === 'null' ? undefined : read(value)), type.optional()),
    ovhTypeOf(type),
  );
}

/** A map from strings to values. */
export function map<const T extends z.ZodType>(value: T) {
  return z.record(z.string(), value);
}

/** An enumeration with OVH's name for it. */
export function enumeration<const T extends readonly string[]>(type: string, values: T, about?: string) {
  return named(z.enum(values), type, { about });
}

/** A model with OVH's name for it. Its properties are read-only unless they are wrapped in {@link rw}. */
export function model<const T extends z.ZodRawShape>(
  type: string,
  shape: T,
  more: Pick<OvhMeta, 'about' | 'ovhId'> = {},
) {
  return named(z.object(shape), type, more);
}

/** A struct, the form of some of OVH's models: plain types, nothing read-only. */
export function struct<const T extends z.ZodRawShape>(type: string, shape: T, about?: string) {
  return named(z.object(shape), type, { ovhStruct: true, about });
}

/** A property with what the schema file says about it. */
export function property<T extends z.ZodType>(
  type: T,
  meta: Pick<OvhMeta, 'writable' | 'required' | 'bare' | 'undeclaredNull' | 'about'>,
): T {
  return type.meta({ ...type.meta(), ...meta });
}

/** A property that clients can set. */
export function rw<T extends z.ZodType>(type: T, about?: string): T {
  return property(type, { writable: true, about });
}

/**
 * The body of a call that takes a whole object: a parameter without a name (spec 1.5). Clients send back what they read, so
 * read-only properties are accepted, checked and not used; any property may be missing but the required ones (assumed).
 */
export function whole<const T extends z.ZodRawShape, K extends keyof T & string = never>(
  type: z.ZodObject<T>,
  required: readonly K[] = [],
) {
  const shape = Object.entries(type.shape).map(([name, member]) => {
    const isRequired = (required as readonly string[]).includes(name);
    return [name, isRequired ? member : (member as z.ZodType).optional()];
  });
  type Shape = { [P in keyof T]: P extends K ? T[P] : T[P] extends z.ZodType ? z.ZodOptional<T[P]> : never };
  return named(z.object(Object.fromEntries(shape) as Shape), ovhTypeOf(type), { ovhWhole: type });
}

/** The type without what makes it optional, nullable, text of a query or a whole body; undefined when it has nothing of these. */
function inner(type: z.ZodType): z.ZodType | undefined {
  if (type instanceof z.ZodOptional || type instanceof z.ZodNullable) return type.unwrap() as z.ZodType;
  if (type instanceof z.ZodPipe) return type.def.out as z.ZodType;
  return ovhMeta(type).ovhWhole;
}

/** OVH's name of a type, found through `optional`, `nullable` and the like. */
export function ovhTypeOf(schema: z.ZodType): OvhType {
  return nameOf(schema, 'ovhType');
}

/** As {@link ovhTypeOf}, with the longer name where there is one. */
export function ovhFullTypeOf(schema: z.ZodType): string {
  return nameOf(schema, 'ovhFullType');
}

function nameOf(schema: z.ZodType, key: 'ovhType' | 'ovhFullType'): string {
  const meta = ovhMeta(schema);
  const name = meta[key] ?? meta.ovhType;
  if (name !== undefined) return name;
  const within = inner(schema);
  if (within) return nameOf(within, key);
  if (schema instanceof z.ZodArray) return `${nameOf(schema.element as z.ZodType, key)}[]`;
  if (schema instanceof z.ZodRecord) {
    const value = schema.valueType as z.ZodType;
    return `map[string]${value instanceof z.ZodArray ? `[]${nameOf(value.element as z.ZodType, key)}` : nameOf(value, key)}`;
  }
  return 'object';
}

/** The named models and enumerations in types, at any depth, by name. */
export function namedTypes(types: Iterable<z.ZodType>, found = new Map<string, z.ZodType>()): Map<string, z.ZodType> {
  for (const type of types) {
    const within = inner(type);
    if (within) namedTypes([within], found);
    else if (type instanceof z.ZodArray) namedTypes([type.element as z.ZodType], found);
    else if (type instanceof z.ZodRecord) namedTypes([type.valueType as z.ZodType], found);
    else if (type instanceof z.ZodEnum || type instanceof z.ZodObject) {
      const { ovhType } = ovhMeta(type);
      if (ovhType?.includes('.') && !found.has(ovhType)) found.set(ovhType, type);
      if (type instanceof z.ZodObject) namedTypes(Object.values(type.shape) as z.ZodType[], found);
    }
  }
  return found;
}
