import { dirname, isAbsolute, join, normalize } from 'node:path';
import { isJsonObject, type Json, type JsonObject, KeyrigError } from '../../core/index.ts';
import type { Position } from './position.ts';
import { type Problem, readText, Source } from './source.ts';
import { suggestion } from './suggest.ts';

/** What a file takes over from those that it uses. */
const extended = ['world', 'faults', 'vars'] as const;

/** The keys of a scenario file; a used file has no others. */
export type KnownKeys = readonly string[];

const maxDepth = 8;
const maxFiles = 50;

/** A scenario with what it uses, and where each part of it was written. */
export interface Extended {
  value: unknown;
  positionOf(path: readonly PropertyKey[], key?: string): Position & { file: string };
}

/** Reads the files that `source` names in `use` and puts its own world, faults and vars over theirs. */
export function extend(source: Source, knownKeys: KnownKeys): Extended | { problems: Problem[] } {
  const reading = new Reading(knownKeys);
  const whole = reading.whole(source, [normalize(source.file)]);
  if (reading.problems.length > 0) return { problems: reading.problems };
  return {
    value: plain(whole),
    positionOf(path, key) {
      const { origin, rest } = originOf(whole, path);
      return { file: origin.source.file, ...origin.source.positionOf([...origin.path, ...rest], key) };
    },
  };
}

/** Where a value was written. */
interface Origin {
  source: Source;
  path: readonly PropertyKey[];
}

/** A value that was put together from several files keeps the parts apart; one from a single file is `written`. */
type Part = { origin: Origin } & (
  | { written: Json }
  | { members: ReadonlyMap<string, Part> }
  | { items: readonly Part[] }
);

class Reading {
  readonly problems: Problem[] = [];
  readonly #knownKeys: KnownKeys;
  #files = 0;

  constructor(knownKeys: KnownKeys) {
    this.#knownKeys = knownKeys;
  }

  /** @param trail the files that led here, this one last */
  whole(source: Source, trail: readonly string[]): Part {
    const own: Part = { origin: { source, path: [] }, written: source.value as Json };
    if (!isJsonObject(own.written)) return own;
    const bases = this.#namesIn(source).flatMap(({ name, path }) => this.#base(source, name, path, trail) ?? []);
    if (bases.length === 0) return own;
    const members = new Map(membersOf(own));
    for (const key of extended) {
      const parts = [...bases.map((base) => membersOf(base).get(key)), members.get(key)];
      const merged = parts.reduce((under, over) => (under && over ? merge(under, over) : (over ?? under)), undefined);
      if (merged) members.set(key, merged);
    }
    return { origin: own.origin, members };
  }

  #namesIn({ value }: Source): { name: string; path: readonly PropertyKey[] }[] {
    const { use } = value as { use?: unknown };
    if (typeof use === 'string') return [{ name: use, path: ['use'] }];
    // What is neither is told by the schema.
    if (!Array.isArray(use)) return [];
    return use.flatMap((name, index) => (typeof name === 'string' ? [{ name, path: ['use', index] }] : []));
  }

  #base(source: Source, name: string, path: readonly PropertyKey[], trail: readonly string[]): Part | undefined {
    const refuse = (message: string): undefined => {
      this.problems.push(source.problem(path, message));
    };
    if (isAbsolute(name) || /^[a-z]+:/i.test(name)) {
      return refuse(`"${name}" is not a path that starts at this file's folder`);
    }
    const file = join(dirname(source.file), name);
    if (trail.includes(file)) return refuse(`"${name}" uses itself: ${[...trail, file].join(' → ')}`);
    if (trail.length > maxDepth) return refuse(`files use one another more than ${maxDepth} deep`);
    if (++this.#files > maxFiles) return refuse(`more than ${maxFiles} files are used`);
    let text: string;
    try {
      text = readText(file);
    } catch (error) {
      if (!(error instanceof KeyrigError)) throw error;
      return refuse(`there is no file "${file}"`);
    }
    const base = Source.parse(text, file);
    if ('problems' in base) {
      this.problems.push(...base.problems);
      return undefined;
    }
    this.problems.push(...this.#problemsOfBase(base));
    return this.whole(base, [...trail, file]);
  }

  /** What is taken over is checked where it ends up; this is about the rest. */
  #problemsOfBase(base: Source): Problem[] {
    const value = base.value as Json;
    if (!isJsonObject(value)) return [base.problem([], 'the file is no map of keys')];
    const { scenario } = value;
    const version =
      scenario === 1 ? [] : [base.problem(['scenario'], '"scenario" says the version of the language; expected 1')];
    const unknown = Object.keys(value)
      .filter((key) => !this.#knownKeys.includes(key))
      .map((key) => base.problem([], `unknown key "${key}"${suggestion(key, this.#knownKeys)}`, key));
    return [...version, ...unknown];
  }
}

/** Objects are merged member by member, lists of things that have names (or ids) by these; anything else is replaced. */
function merge(under: Part, over: Part): Part {
  const { origin } = over;
  if (isObject(under) && isObject(over)) {
    const members = new Map(membersOf(under));
    for (const [key, part] of membersOf(over)) {
      const below = members.get(key);
      members.set(key, below ? merge(below, part) : part);
    }
    return { origin, members };
  }
  const key = ['name', 'id'].find((name) => isNamedList(under, name) && isNamedList(over, name));
  if (key === undefined) return over;
  const items = [...itemsOf(under)];
  for (const item of itemsOf(over)) {
    const index = items.findIndex((other) => nameIn(other, key) === nameIn(item, key));
    if (index < 0) items.push(item);
    else items[index] = merge(items[index]!, item);
  }
  return { origin, items };
}

function isObject(part: Part): boolean {
  return 'members' in part || ('written' in part && isJsonObject(part.written));
}

function isNamedList(part: Part, key: string): boolean {
  const isList = 'items' in part || ('written' in part && Array.isArray(part.written));
  return isList && itemsOf(part).every((item) => nameIn(item, key) !== undefined);
}

function nameIn(part: Part, key: string): string | undefined {
  const member = isObject(part) ? membersOf(part).get(key) : undefined;
  const name = member && plain(member);
  return typeof name === 'string' ? name : undefined;
}

function membersOf(part: Part): ReadonlyMap<string, Part> {
  if ('members' in part) return part.members;
  const entries = 'written' in part && isJsonObject(part.written) ? Object.entries(part.written) : [];
  return new Map(entries.map(([key, member]) => [key, below(part, key, member ?? null)]));
}

function itemsOf(part: Part): readonly Part[] {
  if ('items' in part) return part.items;
  const items = 'written' in part && Array.isArray(part.written) ? (part.written as Json[]) : [];
  return items.map((item, index) => below(part, index, item));
}

function below({ origin: { source, path } }: Part, key: PropertyKey, written: Json): Part {
  return { origin: { source, path: [...path, key] }, written };
}

function plain(part: Part): Json {
  if ('written' in part) return part.written;
  if ('items' in part) return part.items.map(plain);
  return Object.fromEntries([...part.members].map(([key, member]) => [key, plain(member)])) satisfies JsonObject;
}

/** Where the value at a path was written, as far as the path leads to one; `rest` is what is left of it. */
function originOf(whole: Part, path: readonly PropertyKey[]): { origin: Origin; rest: readonly PropertyKey[] } {
  let part = whole;
  for (const [index, key] of path.entries()) {
    if ('written' in part) return { origin: part.origin, rest: path.slice(index) };
    const next: Part | undefined = 'items' in part ? part.items[Number(key)] : part.members.get(String(key));
    if (!next) break;
    part = next;
  }
  return { origin: part.origin, rest: [] };
}
