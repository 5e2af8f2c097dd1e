import { fieldsOf, type TypeUse, typeSince } from '../vim/kernel/registry.ts';
import type { Data } from '../vim/kernel/values.ts';
import { isKnown } from '../vim/kernel/version.ts';
import { memberUse, typedValue } from './property-path.ts';

type Change = Data<'PropertyChange'>;
type Keyed = { readonly key: string | number };

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** True when two values are the same on the wire. Unset and absent members do not differ. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isObject(a) || !isObject(b)) return (a ?? undefined) === (b ?? undefined);
  if (a instanceof Date || b instanceof Date) {
    return a instanceof Date && b instanceof Date && a.getTime() === b.getTime();
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((member, index) => sameValue(member, b[index]));
  }
  for (const key of Object.keys(a)) if (!sameValue(a[key], b[key])) return false;
  for (const key of Object.keys(b)) if (!(key in a) && (b[key] ?? undefined) !== undefined) return false;
  return true;
}

/** The change of a property that is reported as a whole. `orphaned`: what contains it is unset now, too. */
export function wholeChange(name: string, use: TypeUse | undefined, value: unknown, orphaned: boolean): Change {
  // documented: indirectRemove is for what went with the property that contains it
  if (value === undefined && orphaned) return { name, op: 'indirectRemove' };
  return { name, op: 'assign', val: use && typedValue(use, value) };
}

/**
 * The changes between two values of a property, each told of the innermost property that changed: `info.state`,
 * `config.hardware.device[2000].backing`. Members of arrays are told apart by their key. vim25 PropertyChange (documented)
 */
export function partialChanges(name: string, use: TypeUse, before: unknown, after: unknown, version: string): Change[] {
  const found: Found = { version, changes: [] };
  collect(name, use, before, after, found);
  return found.changes;
}

interface Found {
  /** API version of the client: newer fields are not told of. */
  readonly version: string;
  readonly changes: Change[];
}

function collect(name: string, use: TypeUse, before: unknown, after: unknown, found: Found): void {
  if (sameValue(before, after)) return;
  if (use.array && isKeyed(before) && isKeyed(after) && sameOrder(before, after)) {
    collectMembers(name, memberUse(use), before, after, found);
    return;
  }
  const type = typeOf(after, use);
  const isPlain = isObject(before) && isObject(after) && !Array.isArray(after) && !(after instanceof Date);
  const isComparable = isPlain && typeOf(before, use) === type && isKnown(typeSince(type), found.version);
  const fields = isComparable ? fieldsOf(type) : undefined;
  if (!fields || fields.size === 0) {
    found.changes.push(wholeChange(name, use, after, false));
    return;
  }
  for (const field of fields.values()) {
    if (!isKnown(field.since, found.version)) continue;
    const [old, now] = [before, after].map((value) => (value as Record<string, unknown>)[field.field]);
    collect(`${name}.${field.field}`, field, old, now, found);
  }
}

function collectMembers(
  name: string,
  use: TypeUse,
  before: readonly Keyed[],
  after: readonly Keyed[],
  found: Found,
): void {
  const old = new Map(before.map((member) => [member.key, member]));
  const now = new Map(after.map((member) => [member.key, member]));
  for (const { key } of before) if (!now.has(key)) found.changes.push({ name: memberName(name, key), op: 'remove' });
  for (const [key, member] of now) {
    const path = memberName(name, key);
    if (old.has(key)) collect(path, use, old.get(key), member, found);
    else found.changes.push({ name: path, op: 'add', val: typedValue(use, member) });
  }
}

/** documented: `foo.arProp["key val"]`; observed with clients: `config.hardware.device[4000]` */
function memberName(name: string, key: string | number): string {
  return typeof key === 'number' ? `${name}[${key}]` : `${name}["${key}"]`;
}

function typeOf(value: unknown, use: TypeUse): string {
  return (value as { _type?: string } | undefined)?._type ?? use.name;
}

function isKeyed(value: unknown): value is readonly Keyed[] {
  if (!Array.isArray(value)) return false;
  const keys = new Set<unknown>();
  for (const member of value) {
    const key: unknown = isObject(member) ? member.key : undefined;
    if (typeof key !== 'string' && typeof key !== 'number') return false;
    keys.add(key);
  }
  return keys.size === value.length;
}

/** An array whose remaining members changed places, or that got new ones between them, is told as a whole. */
function sameOrder(before: readonly Keyed[], after: readonly Keyed[]): boolean {
  const now = new Set(after.map(({ key }) => key));
  const kept = before.filter(({ key }) => now.has(key));
  return kept.every(({ key }, index) => after[index]?.key === key);
}
