import { z } from 'zod';

/**
 * A type of a plane's models without what is told about it there, for use in the schema of worlds. Objects take no other
 * members, and all of theirs are wanted.
 */
export function bareType(type: z.ZodType): z.ZodType {
  if (type instanceof z.ZodNullable || type instanceof z.ZodOptional) {
    const inner = bareType(type.unwrap() as z.ZodType);
    return type instanceof z.ZodNullable ? inner.nullable() : inner.optional();
  }
  if (type instanceof z.ZodEnum) return z.enum(type.options as string[]);
  if (type instanceof z.ZodObject) return z.strictObject(bareShape(type.shape));
  if (type instanceof z.ZodArray) return z.array(bareType(type.element as z.ZodType));
  if (type instanceof z.ZodRecord) return z.record(z.string(), bareType(type.valueType as z.ZodType));
  if (type instanceof z.ZodNumber) return z.number().int();
  if (type instanceof z.ZodBoolean) return z.boolean();
  return z.string();
}

/** {@link bareType} of each member. */
export function bareShape<const T extends z.ZodRawShape>(shape: T): { [K in keyof T]: z.ZodType<z.output<T[K]>> } {
  const entries = Object.entries(shape).map(([name, type]) => [
    name,
    bareType(type as z.ZodType).describe(`Member ${name} of the answer of the OVHcloud API.`),
  ]);
  return Object.fromEntries(entries) as { [K in keyof T]: z.ZodType<z.output<T[K]>> };
}
