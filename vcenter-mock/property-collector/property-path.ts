import type { Assumed } from '../assumed.ts';
import type { ManagedObject } from '../inventory/store.ts';
import { fault, type VimFault } from '../vim/kernel/fault.ts';
import { dataDeclaration, type Field, fieldsOf, propertiesOf } from '../vim/kernel/registry.ts';
import { type AnyValue, anyValue } from '../vim/kernel/values.ts';

interface Step {
  name: string;
  /** `[2000]` or `["key"]`: the member of an array with that key. */
  key?: string;
}

function parsePath(path: string): Step[] | undefined {
  const steps: Step[] = [];
  const pattern = /([A-Za-z_]\w*)(?:\[("[^"]*"|[^\]"]*)\])?(?:\.|$)/y;
  while (pattern.lastIndex < path.length) {
    const match = pattern.exec(path);
    if (!match) return undefined;
    steps.push({ name: match[1] ?? '', key: match[2]?.replaceAll('"', '') });
  }
  return steps.length > 0 ? steps : undefined;
}

function typeText(field: Field): string {
  const name = field.name === 'ManagedObjectReference' ? `ref ${field.target}` : field.name;
  return field.array ? `${name}[]` : name;
}

function memberOf(values: unknown[], key: string): unknown {
  return values.find((value) => String((value as { key?: unknown } | null)?.key) === key);
}

/** InvalidProperty for a path. */
export function invalidProperty(path: string, assumed: Assumed): VimFault {
  return fault('InvalidProperty', assumed.invalidProperty, { name: path });
}

/**
 * Reads a property of a managed object by its path (`runtime.powerState`, `config.hardware.device[2000]`).
 * Undefined when it is unset; InvalidProperty when the type has no such property.
 */
export function readPath(object: ManagedObject, path: string, assumed: Assumed): AnyValue | undefined {
  const [first, ...rest] = parsePath(path) ?? [];
  const property = first && propertiesOf(object.type).get(first.name);
  if (!first || !property) throw invalidProperty(path, assumed);
  let field: Field = property;
  let value: unknown = object.read(first.name);
  let key = first.key;
  for (const step of [undefined, ...rest]) {
    if (step) {
      const actual = (value as { _type?: string } | undefined)?._type ?? field.name;
      const next: Field | undefined = fieldsOf(actual).get(step.name);
      if (!next) {
        // Where a base type is declared and nothing is set, the path may belong to a subtype.
        if (value === undefined && dataDeclaration(field.name)) return undefined;
        throw invalidProperty(path, assumed);
      }
      field = next;
      value = (value as Record<string, unknown> | undefined)?.[step.name];
      key = step.key;
    }
    if (key !== undefined) {
      if (!field.array) throw invalidProperty(path, assumed);
      value = value === undefined ? undefined : memberOf(value as unknown[], key);
      field = { ...field, array: false };
    }
  }
  return value === undefined || value === null ? undefined : anyValue(typeText(field), value);
}

/** Reads a top-level property with its declared type. */
export function readProperty(object: ManagedObject, name: string): AnyValue | undefined {
  const property = propertiesOf(object.type).get(name);
  const value = property && object.read(name);
  return value === undefined || value === null ? undefined : anyValue(typeText(property!), value);
}
