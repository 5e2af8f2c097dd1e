/**
 * The notation in which vim25 is declared, the same as in the reference tables:
 *
 *   string, int, long, short, byte, double, float, boolean, dateTime, base64Binary, anyType   primitive types
 *   CryptoKeyId            a data object or an enumeration, by its wire name
 *   ref HostSystem         a reference to a managed object of that type (or a subtype)
 *   T[]   T?   T@6.7       an array; an optional field; a field that is newer than its type, since API version 6.7
 *
 * Fields stand in wire order; a base type's fields come first and are not repeated.
 */
export interface DataTypeDeclaration {
  readonly base?: string;
  readonly since?: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface MethodDeclaration {
  readonly params: Readonly<Record<string, string>>;
  readonly result: string;
  readonly since?: string;
  /** The privilege the call needs; '' when it depends on the arguments. */
  readonly privilege: string;
  /** Declared faults besides RuntimeFault. */
  readonly faults: readonly string[];
}

export interface ManagedTypeDeclaration {
  readonly base: string;
  readonly since?: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly methods: Readonly<Record<string, MethodDeclaration>>;
}

/** Declares data objects and faults. */
export function dataTypes<const T extends Record<string, DataTypeDeclaration>>(types: T): T {
  return types;
}

/** Declares enumerations: wire name to values. */
export function enumTypes<const T extends Record<string, readonly string[]>>(types: T): T {
  return types;
}

/** Declares managed object types: properties and methods. */
export function managedTypes<const T extends Record<string, ManagedTypeDeclaration>>(types: T): T {
  return types;
}
