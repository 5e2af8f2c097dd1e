import { z } from 'zod';
import { type AssumedValues, fill } from './assumed.ts';
import { type ApiFailure, badRequest } from './failures.ts';
import { ovhTypeOf } from './models/types.ts';

/** A JSON object as a client sent it. An empty body counts as an empty object: clients send none when they have no parameters. */
export function readBody(body: Buffer, assumed: AssumedValues): Record<string, unknown> | ApiFailure {
  if (body.length === 0) return {};
  let json: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    if (isDeeperThan(text, assumed.jsonDepthLimit)) {
      return badRequest(fill(assumed.deepJsonText, { limit: assumed.jsonDepthLimit }));
    }
    json = JSON.parse(text);
  } catch {
    // Told below, like any other value that is no object.
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return badRequest(assumed.badJsonText);
  return json as Record<string, unknown>;
}

/** Whether brackets outside of strings nest deeper than a limit. What recurses into the value later relies on it. */
function isDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > limit) return true;
  }
  return false;
}

/** Checks a body against its declaration. Fields that are not declared are refused, which the table can turn off. */
export function checkBody(
  schema: z.ZodObject,
  body: Record<string, unknown>,
  assumed: AssumedValues,
): Record<string, unknown> | ApiFailure {
  const names = assumed.refuseUnknownFields ? undeclared(schema, body) : [];
  if (names.length === 0) return check(schema, body, assumed);
  const shown = names.slice(0, 10).map((name) => name.slice(0, 100));
  return badRequest(fill(assumed.unknownParameterText, { names: shown.join(', ') }));
}

/** Checks what a client sent against its declaration. The failure names the first field that does not fit. */
export function check(
  schema: z.ZodObject,
  source: unknown,
  assumed: AssumedValues,
): Record<string, unknown> | ApiFailure {
  // Most routes read nothing here.
  if (isEmpty(schema)) return {};
  const result = schema.safeParse(source);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = pathIn(source, issue?.path ?? []);
  const name = path.join('.');
  const value = memberAt(source, path);
  if (value === undefined) return badRequest(fill(assumed.missingValueText, { name }));
  const type = ovhTypeOf(typeAt(schema, path));
  // What stands in the place of a secret is not repeated, whatever it is.
  const shown = type === 'password' ? '…' : typeof value === 'string' ? value : JSON.stringify(value);
  return badRequest(fill(assumed.badValueText, { name, value: shown.slice(0, 100), type }));
}

const empty = new WeakMap<z.ZodObject, boolean>();

function isEmpty(schema: z.ZodObject): boolean {
  let known = empty.get(schema);
  if (known === undefined) {
    known = Object.keys(schema.shape).length === 0;
    empty.set(schema, known);
  }
  return known;
}

/** The part of a path that leads through what was sent: what a text says in its inside has no path of its own. */
function pathIn(source: unknown, path: readonly PropertyKey[]): PropertyKey[] {
  let value = source;
  const reached = path.findIndex((key) => {
    if (typeof value !== 'object' || value === null) return true;
    value = (value as Record<PropertyKey, unknown>)[key];
    return false;
  });
  return reached === -1 ? [...path] : path.slice(0, reached);
}

function memberAt(source: unknown, path: readonly PropertyKey[]): unknown {
  let value = source;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return value;
}

/** The declared type of a member, as deep as it is declared. */
function typeAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType {
  let type = schema;
  for (const key of path) {
    const bare = unwrapped(type);
    if (bare instanceof z.ZodObject) type = (bare.shape[String(key)] as z.ZodType | undefined) ?? type;
    else if (bare instanceof z.ZodArray) type = bare.element as z.ZodType;
    else if (bare instanceof z.ZodRecord) type = bare.valueType as z.ZodType;
    else return type;
  }
  return type;
}

/** A type without what makes it optional or nullable. */
export function unwrapped(type: z.ZodType): z.ZodType {
  return type instanceof z.ZodOptional || type instanceof z.ZodNullable ? unwrapped(type.unwrap() as z.ZodType) : type;
}

/** The members of a value, at any depth, that its type does not declare; objects that declare to be open have none. */
function undeclared(type: z.ZodType, value: unknown, path = ''): string[] {
  const bare = unwrapped(type);
  if (bare instanceof z.ZodArray && Array.isArray(value)) {
    return value.flatMap((element, index) => undeclared(bare.element as z.ZodType, element, `${path}${index}.`));
  }
  if (!(bare instanceof z.ZodObject) || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (Object.hasOwn(bare.shape, name)) return undeclared(bare.shape[name] as z.ZodType, member, `${path}${name}.`);
    return bare.def.catchall === undefined ? [path + name] : [];
  });
}
