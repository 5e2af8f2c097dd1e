import { isJsonObject, type Json, type JsonObject } from '../../core/index.ts';
import { structures } from './structures.ts';

/**
 * vAPI's data values as its JSON-RPC protocol writes them (observed: VMware's own Python runtime): structures, optional and secret
 * values and bytes stand in an object that names their kind; everything else is plain JSON. A type is written as the name of a
 * structure or as `value` or `secret`, and behind it `[]` for a list, `{}` for a map and `?` for what may be unset; `??` for what an
 * older release does not have, and which is left out when it is unset.
 */
export function dataValue(value: unknown, type: string): unknown {
  if (type.endsWith('?')) {
    return { OPTIONAL: value === undefined || value === null ? null : dataValue(value, type.slice(0, -1)) };
  }
  if (type.endsWith('[]')) return (value as unknown[]).map((one) => dataValue(one, type.slice(0, -2)));
  if (type.endsWith('{}')) {
    return entriesOf(value as object).map(([key, one]) => ({
      STRUCTURE: { 'map-entry': { key, value: dataValue(one, type.slice(0, -2)) } },
    }));
  }
  if (type === 'value') return value;
  if (type === 'secret') return { SECRET: value };
  return { STRUCTURE: { [type]: members(value as Readonly<Record<string, unknown>>, type) } };
}

/** An error as a data value: with the members that every release has, and what else it has itself. */
export function errorValue(value: Readonly<Record<string, unknown>>, name: string): unknown {
  const all = Object.entries(members(value, 'com.vmware.vapi.std.errors.error'));
  return {
    ERROR: { [name]: Object.fromEntries(all.filter(([member]) => member === 'data' || value[member] !== undefined)) },
  };
}

function members(value: Readonly<Record<string, unknown>>, type: string): object {
  const declared = Object.entries(structures[type] ?? {}).filter(([name, its]) => {
    return !its.endsWith('??') || value[name] !== undefined;
  });
  return Object.fromEntries(declared.map(([name, its]) => [name, dataValue(value[name], its.replace('??', '?'))]));
}

/** A map is an object, or a list of keys and values as in `/rest`. */
function entriesOf(map: object): [string, unknown][] {
  return Array.isArray(map) ? map.map(({ key, value }) => [key, value]) : Object.entries(map);
}

/** Deeper than any operation's input. */
const deepest = 50;

/**
 * A data value as plain JSON: what is unset is left out, bytes stay in base64.
 * @throws RangeError for values within values without end
 */
export function plainValue(value: Json, depth = 0): Json | undefined {
  if (depth > deepest) throw new RangeError(`values are nested deeper than ${deepest}`);
  if (Array.isArray(value)) return value.map((one) => plainValue(one, depth + 1) ?? null);
  if (!isJsonObject(value)) return value;
  const [[kind, inner] = [], ...more] = Object.entries(value);
  if (more.length > 0) return value;
  switch (kind) {
    case 'OPTIONAL':
      return inner === null || inner === undefined ? undefined : plainValue(inner, depth + 1);
    case 'SECRET':
    case 'BINARY':
      return inner;
    case 'STRUCTURE': {
      const fields = isJsonObject(inner) ? Object.values(inner)[0] : undefined;
      return isJsonObject(fields) ? plainMembers(fields, depth + 1) : value;
    }
    default:
      return value;
  }
}

function plainMembers(fields: JsonObject, depth: number): JsonObject {
  const plain = Object.entries(fields).map(([name, one]) => [name, plainValue(one ?? null, depth)] as const);
  return Object.fromEntries(plain.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}
