import type { Assumed } from '../assumed.ts';
import type { ManagedObject } from '../inventory/store.ts';
import { fault, type VimFault } from '../vim/kernel/fault.ts';
import {
  baseOf,
  type Field,
  fieldsOf,
  propertiesOf,
  subtypesOf,
  type TypeUse,
  typeSince,
} from '../vim/kernel/registry.ts';
import { type AnyValue, anyValue } from '../vim/kernel/values.ts';
import { isKnown } from '../vim/kernel/version.ts';

/** For whom a path is read. */
export interface PathContext {
  readonly assumed: Assumed;
  /** API version of the client: what is newer does not exist for it (assumed: InvalidProperty). Without one everything does. */
  readonly version?: string;
}

interface Step {
  readonly name: string;
  /** `[2000]` or `["key"]`: the member of an array with that key. */
  readonly key?: string;
}

/** Paths that were taken apart before. Clients name them, so only so many are kept, and none that is longer than a real one. */
const parsed = new Map<string, readonly Step[] | undefined>();
const parsedLimit = 10_000;
const longestPath = 200;

function parsePath(path: string): readonly Step[] | undefined {
  const known = parsed.get(path);
  if (known) return known;
  const steps: Step[] = [];
  const pattern = /([A-Za-z_]\w*)(?:\[("[^"]*"|[^\]"]*)\])?(?:\.(?=.)|$)/y;
  while (pattern.lastIndex < path.length) {
    const match = pattern.exec(path);
    if (!match) return undefined;
    steps.push({ name: match[1] ?? '', key: match[2]?.replaceAll('"', '') });
  }
  if (steps.length === 0) return undefined;
  if (parsed.size < parsedLimit && path.length <= longestPath) parsed.set(path, steps);
  return steps;
}

/** The name of the top-level property in a path. */
export function topLevel(path: string): string {
  return parsePath(path)?.[0]?.name ?? '';
}

const typeTexts = new WeakMap<TypeUse, string>();

function typeText(use: TypeUse): string {
  let text = typeTexts.get(use);
  if (text === undefined) {
    const name = use.name === 'ManagedObjectReference' ? `ref ${use.target}` : use.name;
    text = use.array ? `${name}[]` : name;
    typeTexts.set(use, text);
  }
  return text;
}

const memberUses = new WeakMap<TypeUse, TypeUse>();

/** What the members of an array are. */
export function memberUse<T extends TypeUse>(use: T): T {
  let member = memberUses.get(use);
  if (!member) {
    member = { ...use, array: false };
    memberUses.set(use, member);
  }
  return member as T;
}

function memberOf(values: readonly unknown[], key: string): unknown {
  return values.find((value) => String((value as { key?: unknown } | null)?.key) === key);
}

/** InvalidProperty for a path. */
export function invalidProperty(path: string, assumed: Assumed): VimFault {
  return fault('InvalidProperty', assumed.invalidProperty, { name: path });
}

/** What stands at a path of an object. */
export interface PropertyValue {
  readonly use: TypeUse;
  /** Undefined when it is unset. */
  readonly value: unknown;
  /** What contains it is unset, too. */
  readonly orphaned: boolean;
}

/** As {@link readPath}, with the declared type also of what is unset; undefined when not even that can be known. */
export function resolvePath(
  object: ManagedObject,
  path: string,
  { assumed, version }: PathContext,
): PropertyValue | undefined {
  const steps = parsePath(path);
  const first = steps?.[0];
  const property = first && known(propertiesOf(object.type).get(first.name), version);
  if (!first || !property) throw invalidProperty(path, assumed);
  let use: Field = property;
  let value: unknown = object.read(first.name);
  let orphaned = false;
  for (let index = 0; ; ) {
    const { key } = steps[index]!;
    if (key !== undefined) {
      if (!use.array) throw invalidProperty(path, assumed);
      orphaned = value === undefined;
      value = value === undefined ? undefined : memberOf(value as unknown[], key);
      use = memberUse(use);
    }
    const step = steps[++index];
    if (!step) break;
    const actual = (value as { _type?: string } | undefined)?._type ?? use.name;
    const next = known(fieldsOf(knownType(actual, version)).get(step.name), version);
    if (!next) {
      // The path may belong to another subtype of what is declared here.
      if (fieldsBelow(use.name, step.name, version).length > 0) return undefined;
      throw invalidProperty(path, assumed);
    }
    orphaned = value === undefined;
    value = (value as Record<string, unknown> | undefined)?.[step.name];
    use = next;
  }
  return { use, value: value === null ? undefined : value, orphaned };
}

/** A field, when that version has it. */
function known(field: Field | undefined, version: string | undefined): Field | undefined {
  return version === undefined || isKnown(field?.since, version) ? field : undefined;
}

/** The type itself, or the nearest base that the version has. */
function knownType(type: string, version: string | undefined): string {
  let visible = type;
  while (version !== undefined && !isKnown(typeSince(visible), version)) visible = baseOf(visible) ?? 'DynamicData';
  return visible;
}

/** The fields of that name in a data object type, or else in its subtypes. */
function fieldsBelow(type: string, name: string, version: string | undefined): readonly Field[] {
  const own = known(fieldsOf(type).get(name), version);
  if (own) return [own];
  return subtypesOf(type).flatMap((subtype) => known(fieldsOf(knownType(subtype, version)).get(name), version) ?? []);
}

/** True when objects of a managed object type can have something at a path. */
export function pathExists(type: string, path: string, version: string): boolean {
  const steps = parsePath(path);
  const property = steps && known(propertiesOf(type).get(steps[0]?.name ?? ''), version);
  let uses: readonly TypeUse[] = property ? [property] : [];
  for (const [index, { name, key }] of steps?.entries() ?? []) {
    if (index > 0) uses = uses.flatMap((use) => (use.array ? [] : fieldsBelow(use.name, name, version)));
    if (key !== undefined) uses = uses.filter((use) => use.array).map(memberUse);
  }
  return uses.length > 0;
}

/** A value as it stands in an anyType position. */
export function typedValue(use: TypeUse, value: unknown): AnyValue | undefined {
  return value === undefined || value === null ? undefined : anyValue(typeText(use), value);
}

/**
 * Reads a property of a managed object by its path (`runtime.powerState`, `config.hardware.device[2000]`).
 * Undefined when it is unset; InvalidProperty when the type has no such property.
 */
export function readPath(object: ManagedObject, path: string, context: PathContext): AnyValue | undefined {
  const found = resolvePath(object, path, context);
  return found && typedValue(found.use, found.value);
}

/** Reads a top-level property with its declared type. */
export function readProperty(object: ManagedObject, name: string): AnyValue | undefined {
  const property = propertiesOf(object.type).get(name);
  return property && typedValue(property, object.read(name));
}
