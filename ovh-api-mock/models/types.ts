import { isIPv4 } from 'node:net';
import { z } from 'zod';
import { isIpBlock } from '../ip-block.ts';

/** OVH's names of scalar types (schema files, spec 1.5), kept on the zod types so that errors and schemas can name them. */
export type OvhType = 'string' | 'long' | 'ipv4' | 'datetime' | 'ipBlock' | (string & {});

function named<T extends z.ZodType>(schema: T, type: OvhType): T {
  return schema.meta({ ovhType: type });
}

export const string = named(z.string(), 'string');
export const boolean = named(z.boolean(), 'boolean');
export const long = named(z.int(), 'long');
/** The API type is IPv4 alone: no name, no IPv6 (schema). */
export const ipv4 = named(z.string().refine(isIPv4), 'ipv4');
/** An address or a network. */
export const ipBlock = named(z.string().refine(isIpBlock), 'ipBlock');
export const datetimeString = named(z.string(), 'datetime');
/** A moment that a client sends: ISO-8601 with a time and an offset. */
export const datetimeText = named(z.iso.datetime({ offset: true }), 'datetime');
/** A number in a path or query string. */
export const longText = named(
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
  'long',
);

/** An enumeration with OVH's name for it. */
export function enumeration<const T extends readonly string[]>(type: string, values: T) {
  return named(z.enum(values), type);
}

/** A model with OVH's name for it. */
export function model<const T extends z.ZodRawShape>(type: string, shape: T) {
  return named(z.object(shape), type);
}

/** OVH's name of a type, found through `optional`, `nullable` and the like. */
export function ovhTypeOf(schema: z.ZodType): OvhType {
  const type = schema.meta()?.ovhType;
  if (typeof type === 'string') return type;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable)
    return ovhTypeOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodArray) return `${ovhTypeOf(schema.element as z.ZodType)}[]`;
  return 'object';
}
