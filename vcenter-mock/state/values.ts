import { type Json, type JsonObject, KeyrigError } from '../../core/index.ts';
import { shared } from '../inventory/shared.ts';

/**
 * Values of the vCenter as JSON. What JSON cannot say is an object with one member, whose name no field of vim25 can have:
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
  readonly #places = new Map<object, number>();

  /** A value as it stands in the vCenter's state; any but undefined. Nobody may edit it from now on: it is given out when it is read. */
  write(value: unknown): Json {
    const json = this.#write(value);
    if (typeof json === 'object' && json !== null) originals.set(json, value);
    return json;
  }

  #write(value: unknown): Json {
    if (typeof value !== 'object' || value === null || !Object.isFrozen(value)) return this.#plain(value, false);
    let place = this.#places.get(value);
    if (place === undefined) {
      place = this.shared.push(this.#plain(value, true)) - 1;
      this.#places.set(value, place);
    }
    return { $shared: place };
  }

  /** The properties of an object, each a value of its own. */
  properties(object: object): JsonObject {
    return membersOf(object, (value) => this.write(value));
  }

  /** @param inShared the value is part of a shared one: it is written where it stands */
  #plain(value: unknown, inShared: boolean): Json {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return value;
      case 'number':
        return Number.isFinite(value) ? value : { $number: String(value) };
      case 'object':
        break;
      default:
        throw unknown(`a value of type ${typeof value}`);
    }
    if (value === null) return null;
    const next = (member: unknown) => (inShared ? this.#plain(member, true) : this.#write(member));
    if (Array.isArray(value)) return value.map(next);
    if (value instanceof Date) return { $date: value.getTime() };
    if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
    if (value instanceof Map) return { $map: [...value].map(([key, member]) => [next(key), next(member)]) };
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw unknown(`a ${value.constructor.name}`);
    return membersOf(value, next);
  }
}

/** What was written, by what came of it: in the process that saved a state, values need not be made again. */
const originals = new WeakMap<object, unknown>();

/** Members that are undefined are left out. */
function membersOf(value: object, write: (member: unknown) => Json): JsonObject {
  const written: Record<string, Json> = {};
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, unknown>)[key];
    if (member === undefined) continue;
    if (key.startsWith('$')) throw unknown(`a member "${key}"`);
    written[key] = write(member);
  }
  return written;
}

function unknown(what: string): KeyrigError {
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
      originals.set(json, value);
    }
    return value as T;
  }

  #read(json: Json): unknown {
    if (typeof json !== 'object' || json === null) return json;
    if (Array.isArray(json)) return json.map((member: Json) => this.#read(member));
    const object = json as JsonObject;
    for (const first in object) {
      if (!first.startsWith('$')) break;
      return this.#special(first, object[first]);
    }
    const value: Record<string, unknown> = {};
    for (const key of Object.keys(object)) value[key] = this.#read(object[key]!);
    return value;
  }

  #special(kind: string, json: Json | undefined): unknown {
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
  }
}
