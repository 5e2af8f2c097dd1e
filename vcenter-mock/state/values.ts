import { type Json, type JsonObject, KeyrigError } from '../../core/index.ts';
import { shared } from '../inventory/shared.ts';

/**
 * Values of the vCenter as JSON. Nobody edits a value that the vCenter has: it is replaced. So whatever JSON can say as it is stands in
 * the state itself, not a copy of it. What JSON cannot say is an object with one member, whose name no field of vim25 can have:
 *
 *   { "$date": 1767322845000 }   a dateTime, ms since 1970
 *   { "$bytes": "…" }            bytes, base64
 *   { "$number": "Infinity" }    a number that JSON does not have
 *   { "$map": [[key, value]] }   a map, in its order
 *   { "$shared": 3 }             the value at that place in the state's list of shared values
 */
export class ValueWriter {
  /** Values that many objects share are written once. */
  readonly shared: Json[] = [];
  readonly #places = new Map<object, Json>();
  /** What a restoring made and what was there before may be equal: their place is the same. */
  readonly #placesByText = new Map<string, Json>();

  /** A value as it stands in the vCenter; any but undefined. */
  write(value: unknown): Json {
    const json = this.#write(value);
    if (json !== value && typeof json === 'object' && json !== null && !Object.isFrozen(value))
      originals.set(json, value);
    return json;
  }

  #placeOf(json: Json): Json {
    const text = JSON.stringify(json);
    let place = this.#placesByText.get(text);
    if (!place) {
      place = { $shared: this.shared.push(json) - 1 };
      this.#placesByText.set(text, place);
    }
    return place;
  }

  /** The properties of a managed object, each a value of its own. */
  properties(properties: object): JsonObject {
    const written: Record<string, Json> = {};
    for (const [name, value] of Object.entries(properties)) if (value !== undefined) written[name] = this.write(value);
    return written;
  }

  readonly #write = (value: unknown): Json => {
    if (typeof value !== 'object' || value === null || !Object.isFrozen(value)) return plain(value, this.#write);
    let place = this.#places.get(value);
    if (place === undefined) {
      place = this.#placeOf(plain(value, inShared));
      this.#places.set(value, place);
    }
    return place;
  };
}

/** What is part of a shared value is written where it stands. */
const inShared = (value: unknown): Json => plain(value, inShared);

/** What was written, by what came of it: in the process that saved a state, values need not be made again. */
const originals = new WeakMap<object, unknown>();

function plain(value: unknown, write: (member: unknown) => Json): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : { $number: String(value) };
    case 'object':
      break;
    default:
      throw unsaveable(`a value of type ${typeof value}`);
  }
  if (value === null) return null;
  if (Array.isArray(value)) return changedElements(value, write);
  if (value instanceof Date) return { $date: value.getTime() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (value instanceof Map) return { $map: [...value].map(([key, member]) => [write(key), write(member)]) };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw unsaveable(`a ${value.constructor.name}`);
  return changedMembers(value as Record<string, unknown>, write, unsaveableMember) as JsonObject;
}

/**
 * The object itself when no member becomes another one, else a copy. Members that are undefined do not count.
 * @param special makes what stands for the whole object of a member whose name begins with $
 */
function changedMembers<T>(
  value: Readonly<Record<string, T>>,
  change: (member: T) => unknown,
  special: (key: string, member: T) => unknown,
): unknown {
  let copy: Record<string, unknown> | undefined;
  for (const key in value) {
    const member = value[key];
    if (member === undefined) continue;
    if (key.charCodeAt(0) === dollar) return special(key, member);
    // Most members are texts: they stay what they are.
    const changed = typeof member === 'string' ? member : change(member);
    if (changed !== member && !copy) {
      copy = {};
      for (const before in value) {
        if (before === key) break;
        if (value[before] !== undefined) copy[before] = value[before];
      }
    }
    if (copy) copy[key] = changed;
  }
  return copy ?? value;
}

/** The array itself when no element becomes another one, else a copy. */
function changedElements<T>(value: readonly T[], change: (element: T) => unknown): Json[] {
  let copy: unknown[] | undefined;
  for (const [index, element] of value.entries()) {
    const changed = change(element);
    if (changed !== element) copy ??= value.slice(0, index);
    copy?.push(changed);
  }
  return (copy ?? value) as Json[];
}

const dollar = '$'.charCodeAt(0);

function unsaveableMember(key: string): never {
  throw unsaveable(`a member "${key}"`);
}

function unsaveable(what: string): KeyrigError {
  return new KeyrigError('ERR_INTERNAL', `the state of the vCenter holds ${what}, which cannot be saved`);
}

/** Reads what a {@link ValueWriter} wrote. One place of a state always gives the same value. */
export class ValueReader {
  readonly #shared: readonly Json[];
  readonly #sharedValues: unknown[] = [];

  constructor(sharedValues: readonly Json[]) {
    this.#shared = sharedValues;
  }

  /** The value at a place of the state. The type is what was written there. */
  read<T>(json: Json): T {
    if (typeof json !== 'object' || json === null) return json as T;
    let value = originals.get(json);
    if (value === undefined) {
      value = this.#read(json);
      if (value !== json && !Object.isFrozen(value)) originals.set(json, value);
    }
    return value as T;
  }

  readonly #read = (json: Json): unknown => {
    if (typeof json !== 'object' || json === null) return json;
    if (Array.isArray(json)) return changedElements(json as Json[], this.#read);
    return changedMembers(json as Readonly<Record<string, Json>>, this.#read, this.#special);
  };

  readonly #special = (kind: string, json: Json): unknown => {
    if (kind === '$date' && typeof json === 'number') return new Date(json);
    if (kind === '$bytes' && typeof json === 'string') return Buffer.from(json, 'base64');
    if (kind === '$number') return Number(json);
    if (kind === '$map' && Array.isArray(json)) {
      return new Map((json as [Json, Json][]).map(([key, member]) => [this.#read(key), this.#read(member)]));
    }
    if (kind === '$shared' && typeof json === 'number' && this.#shared[json] !== undefined) {
      this.#sharedValues[json] ??= shared(this.#read(this.#shared[json]));
      return this.#sharedValues[json];
    }
    throw new KeyrigError('ERR_STATE', `the state of the vCenter has a value ${kind} that is not understood`);
  };
}
