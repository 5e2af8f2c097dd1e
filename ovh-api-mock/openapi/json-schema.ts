import { z } from 'zod';
import type { JsonObject } from '../../core/index.ts';
import { unwrapped } from '../parameters.ts';

type Writable = { [key: string]: JsonObject[string] };

// OVH's scalar types in JSON Schema: what a client sends and gets, as narrow as the checks are.
const octet = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const ipv4 = `(${octet}\\.){3}${octet}`;
const scalars: Readonly<Record<string, JsonObject>> = {
  ipv4: { type: 'string', format: 'ipv4', pattern: `^${ipv4}$` },
  ipv4Block: { type: 'string', pattern: `^${ipv4}(/(3[0-2]|[12]?[0-9]))?$` },
  datetime: { type: 'string', format: 'date-time' },
  date: { type: 'string', format: 'date' },
  uuid: { type: 'string', format: 'uuid' },
};
/** A number in a path or query, where zod sees text. */
const numberInText: JsonObject = { type: 'integer', minimum: 0, maximum: 999_999_999_999_999 };
const flagInText: JsonObject = { type: 'boolean' };

/**
 * Renders declarations as JSON Schema 2020-12. Models and enumerations of answers become components under OVH's names;
 * what clients send is written out where it stands.
 */
export class SchemaRenderer {
  readonly components: Record<string, JsonObject> = {};
  readonly #names = z.registry<{ id: string }>();
  readonly #known = new Set<string>();

  /** The schema of an answer. */
  answer(type: z.ZodType): JsonObject {
    this.#name(type);
    const { $defs = {}, ...schema } = this.#render(type, 'output', this.#names) as JsonObject & { $defs?: JsonObject };
    Object.assign(this.components, $defs);
    return schema;
  }

  /** The schema of a body, query or path parameter. */
  input(type: z.ZodType): JsonObject {
    return this.#render(readFromText(type) ?? type, 'input', z.registry<{ id: string }>());
  }

  #render(type: z.ZodType, io: 'input' | 'output', names: z.core.$ZodRegistry<{ id: string }>): JsonObject {
    const schema = z.toJSONSchema(type, {
      io,
      metadata: names as unknown as typeof z.globalRegistry,
      unrepresentable: 'any',
      override: ({ zodSchema, jsonSchema }) => narrow(zodSchema as unknown as z.ZodType, jsonSchema as Writable, io),
    });
    const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
    const { $schema: _, ...rest } = JSON.parse(text) as JsonObject;
    return rest;
  }

  /** Finds the models and enumerations in a type. */
  #name(type: z.ZodType): void {
    const bare = unwrapped(type);
    if (bare instanceof z.ZodArray) this.#name(bare.element as z.ZodType);
    else if (bare instanceof z.ZodRecord) this.#name(bare.valueType as z.ZodType);
    else if (bare instanceof z.ZodObject || bare instanceof z.ZodEnum) {
      const id = ovhName(bare);
      if (id !== undefined && !this.#names.has(bare) && !this.#known.has(id)) {
        this.#known.add(id);
        this.#names.add(bare, { id });
      }
      if (bare instanceof z.ZodObject) for (const member of Object.values(bare.shape)) this.#name(member as z.ZodType);
    }
  }
}

/** What a parameter of a query is read into, when zod sees no more than text before: a list, or an object in JSON. */
export function readFromText(type: z.ZodType): z.ZodType | undefined {
  const bare = unwrapped(type);
  return bare instanceof z.ZodPipe && bare.in instanceof z.ZodTransform ? (bare.out as z.ZodType) : undefined;
}

function ovhName(type: z.ZodType): string | undefined {
  const name = type.meta()?.ovhType;
  return typeof name === 'string' ? name : undefined;
}

/** Says what zod does not: formats, numbers in text, that objects are closed. */
function narrow(type: z.ZodType, schema: Writable, io: 'input' | 'output'): void {
  const name = ovhName(type);
  if (io === 'input' && type instanceof z.ZodPipe) {
    const inText = name === 'long' ? numberInText : name === 'boolean' ? flagInText : undefined;
    if (inText) {
      delete schema.pattern;
      delete schema.enum;
      Object.assign(schema, inText);
    }
  }
  if (type instanceof z.ZodObject && type.def.catchall === undefined) schema.additionalProperties = false;
  if (name === undefined) return;
  Object.assign(schema, scalars[name], name === schema.type ? {} : { 'x-ovh-type': name });
}
