import { allManaged } from '../managed/index.ts';
import { allEnums, allTypes } from '../types/index.ts';
import type { DataTypeDeclaration, ManagedTypeDeclaration, MethodDeclaration } from './declare.ts';
import type { Data, DataTypeName } from './values.ts';

/** A field's type, taken apart. */
export interface TypeUse {
  /** Wire name without array mark; `ManagedObjectReference` for references. */
  readonly name: string;
  /** What a reference must point to. */
  readonly target?: string;
  readonly array: boolean;
  readonly optional: boolean;
  readonly since?: string;
}

export interface Field extends TypeUse {
  readonly field: string;
}

const uses = new Map<string, TypeUse>();

/** Reads a type written in the notation of `declare.ts`. */
export function parseType(text: string): TypeUse {
  let use = uses.get(text);
  if (use) return use;
  const [spec = '', since] = text.split('@');
  const optional = spec.endsWith('?');
  const plain = optional ? spec.slice(0, -1) : spec;
  const array = plain.endsWith('[]');
  const name = array ? plain.slice(0, -2) : plain;
  const target = name.startsWith('ref ') ? name.slice(4) : undefined;
  use = { name: target ? 'ManagedObjectReference' : name, target, array, optional, since };
  uses.set(text, use);
  return use;
}

const dataDeclarations: Readonly<Record<string, DataTypeDeclaration>> = allTypes;
const enumDeclarations: Readonly<Record<string, readonly string[]>> = allEnums;
const managedDeclarations: Readonly<Record<string, ManagedTypeDeclaration>> = allManaged;

export function dataDeclaration(name: string): DataTypeDeclaration | undefined {
  return Object.hasOwn(dataDeclarations, name) ? dataDeclarations[name] : undefined;
}

export function enumValues(name: string): readonly string[] | undefined {
  return Object.hasOwn(enumDeclarations, name) ? enumDeclarations[name] : undefined;
}

export function managedDeclaration(name: string): ManagedTypeDeclaration | undefined {
  return Object.hasOwn(managedDeclarations, name) ? managedDeclarations[name] : undefined;
}

const fieldCache = new Map<string, ReadonlyMap<string, Field>>();

/** The fields of a data object in wire order, base type first. */
export function fieldsOf(name: string): ReadonlyMap<string, Field> {
  let fields = fieldCache.get(name);
  if (fields) return fields;
  const declaration = dataDeclaration(name);
  const all = new Map<string, Field>(declaration?.base ? fieldsOf(declaration.base) : []);
  for (const [field, text] of Object.entries(declaration?.fields ?? {})) all.set(field, { field, ...parseType(text) });
  fields = all;
  fieldCache.set(name, fields);
  return fields;
}

const propertyCache = new Map<string, ReadonlyMap<string, Field>>();

/** The properties of a managed object type in declared order, base type first. */
export function propertiesOf(name: string): ReadonlyMap<string, Field> {
  let properties = propertyCache.get(name);
  if (properties) return properties;
  const declaration = managedDeclaration(name);
  const all = new Map<string, Field>(declaration ? propertiesOf(declaration.base) : []);
  for (const [field, text] of Object.entries(declaration?.properties ?? {})) {
    all.set(field, { field, ...parseType(text) });
  }
  properties = all;
  propertyCache.set(name, properties);
  return properties;
}

/** Methods that were found before, by type and name. */
const methodCache = new Map<string, Map<string, MethodDeclaration>>();

/** The declaration of a method of a managed object type or of its bases. */
export function methodOf(type: string, method: string): MethodDeclaration | undefined {
  const known = methodCache.get(type)?.get(method);
  if (known) return known;
  const found = findMethod(type, method);
  if (found) {
    const methods = methodCache.get(type) ?? new Map<string, MethodDeclaration>();
    methodCache.set(type, methods.set(method, found));
  }
  return found;
}

/** The names of the methods of all managed object types. */
export function methodNames(): ReadonlySet<string> {
  return new Set(Object.values(managedDeclarations).flatMap(({ methods }) => Object.keys(methods)));
}

function findMethod(type: string, method: string): MethodDeclaration | undefined {
  for (let declaration = managedDeclaration(type); declaration; declaration = managedDeclaration(declaration.base)) {
    if (Object.hasOwn(declaration.methods, method)) return declaration.methods[method];
  }
  return undefined;
}

/** The type that a data object, fault or managed object type derives from. */
export function baseOf(name: string): string | undefined {
  return dataDeclaration(name)?.base ?? managedDeclaration(name)?.base;
}

let subtypes: Map<string, string[]> | undefined;

/** The data object types that derive from one, at any distance. */
export function subtypesOf(name: string): readonly string[] {
  if (!subtypes) {
    subtypes = new Map();
    for (const type of Object.keys(dataDeclarations)) {
      for (let base = dataDeclaration(type)?.base; base; base = dataDeclaration(base)?.base) {
        const known = subtypes.get(base);
        if (known) known.push(type);
        else subtypes.set(base, [type]);
      }
    }
  }
  return subtypes.get(name) ?? [];
}

/** True when `name` is `base` or derives from it; works for data objects, faults and managed object types. */
export function isSubtype(name: string, base: string): boolean {
  if (base === 'ManagedObject' && managedDeclaration(name)) return true;
  for (let current: string | undefined = name; current; current = baseOf(current)) {
    if (current === base) return true;
  }
  return false;
}

/** True when a decoded data object is of the named type or of a subtype. */
export function isA<N extends DataTypeName>(value: { _type?: string } | undefined, type: N): value is Data<N> {
  return value?._type !== undefined && isSubtype(value._type, type);
}

/** The newest version that a type and its bases need. */
export function typeSince(name: string): string | undefined {
  return dataDeclaration(name)?.since;
}
