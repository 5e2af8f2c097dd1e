import type { allManaged } from '../managed/index.ts';
import type { allEnums, allTypes } from '../types/index.ts';

/** A managed object reference: wire type and value, for example `VirtualMachine:vm-21`. */
export interface Ref {
  readonly type: string;
  readonly value: string;
}

/** A value in an anyType position together with its declared type (`ManagedObjectReference[]` is written `ref X[]`). */
export interface AnyValue {
  readonly anyType: string;
  readonly value: unknown;
}

export type DataTypeName = keyof typeof allTypes;
export type EnumName = keyof typeof allEnums;
export type ManagedTypeName = keyof typeof allManaged;

interface Primitives {
  string: string;
  int: number;
  long: number;
  short: number;
  byte: number;
  double: number;
  float: number;
  boolean: boolean;
  dateTime: Date;
  base64Binary: string;
  anyType: unknown;
  void: undefined;
}

type WithoutSince<S extends string> = S extends `${infer T}@${string}` ? T : S;
type IsOptional<S extends string> = WithoutSince<S> extends `${string}?` ? true : false;

/** The TypeScript type of a field written in the notation of `declare.ts`, without its optionality. */
export type ValueOf<S extends string> = S extends `${infer T}@${string}`
  ? ValueOf<T>
  : S extends `${infer T}?`
    ? ValueOf<T>
    : S extends `${infer T}[]`
      ? ValueOf<T>[]
      : S extends `ref ${string}`
        ? Ref
        : S extends keyof Primitives
          ? Primitives[S]
          : S extends EnumName
            ? (typeof allEnums)[S][number]
            : S extends DataTypeName
              ? Data<S>
              : never;

type RequiredKeys<F extends Record<string, string>> = {
  [K in keyof F]: IsOptional<F[K]> extends true ? never : K;
}[keyof F];
type OptionalKeys<F extends Record<string, string>> = {
  [K in keyof F]: IsOptional<F[K]> extends true ? K : never;
}[keyof F];

/** An object with the given fields. */
export type FieldsOf<F extends Record<string, string>> = {
  -readonly [K in RequiredKeys<F>]: ValueOf<F[K]>;
} & {
  -readonly [K in OptionalKeys<F>]?: ValueOf<F[K]>;
};

type BaseData<N extends DataTypeName> = (typeof allTypes)[N] extends { base: infer B extends DataTypeName }
  ? Data<B>
  : { /** Wire name of the actual type where it is a subtype of the declared one. */ _type?: string };

/** A data object of the named type (fields of its bases included). */
export type Data<N extends DataTypeName> = FieldsOf<(typeof allTypes)[N]['fields']> & BaseData<N>;

type BaseProperties<N extends ManagedTypeName> = (typeof allManaged)[N] extends {
  base: infer B extends ManagedTypeName;
}
  ? Properties<B>
  : unknown;

/** The properties of a managed object type, those of its bases included. */
export type Properties<N extends ManagedTypeName> = FieldsOf<(typeof allManaged)[N]['properties']> & BaseProperties<N>;

type OwnMethods<N extends ManagedTypeName> = (typeof allManaged)[N]['methods'];
type MethodOf<N extends ManagedTypeName, M extends string> = M extends keyof OwnMethods<N>
  ? OwnMethods<N>[M]
  : (typeof allManaged)[N] extends { base: infer B extends ManagedTypeName }
    ? MethodOf<B, M>
    : never;

/** The wire names of the methods of a managed object type, those of its bases included. */
export type MethodName<N extends ManagedTypeName> =
  | (keyof OwnMethods<N> & string)
  | ((typeof allManaged)[N] extends { base: infer B extends ManagedTypeName } ? MethodName<B> : never);

/** The parameters of a method. Required ones are present; what is inside a data object is as the client sent it. */
export type Params<N extends ManagedTypeName, M extends string> =
  MethodOf<N, M> extends { params: infer P extends Record<string, string> } ? FieldsOf<P> : never;

/** What an implementation of a method returns; what a void method returns is not looked at. */
export type Result<N extends ManagedTypeName, M extends string> =
  MethodOf<N, M> extends { result: infer R extends string }
    ? R extends 'void'
      ? unknown
      : IsOptional<R> extends true
        ? ValueOf<R> | undefined
        : ValueOf<R>
    : never;

/** Builds a data object that carries its type, for positions where a base type is declared. */
export function data<N extends DataTypeName>(type: N, fields: Omit<Data<N>, '_type'>): Data<N> & { _type: N } {
  return { _type: type, ...fields } as Data<N> & { _type: N };
}

/** A managed object reference. */
export function ref(type: ManagedTypeName | (string & {}), value: string): Ref {
  return { type, value };
}

/** `Type:value`, the key under which a managed object is kept and the form in which texts name it. */
export function refKey(reference: Ref): string {
  return `${reference.type}:${reference.value}`;
}

/** The reference that `refKey` made a key of. */
export function parseRefKey(key: string): Ref {
  const at = key.indexOf(':');
  return { type: key.slice(0, at), value: key.slice(at + 1) };
}

/** True when both references mean the same object. */
export function sameRef(a: Ref | undefined, b: Ref | undefined): boolean {
  return a !== undefined && b !== undefined && a.type === b.type && a.value === b.value;
}

/** True for a managed object reference as decoded from the wire. */
export function isRef(value: unknown): value is Ref {
  return typeof value === 'object' && value !== null && 'type' in value && 'value' in value && !('_type' in value);
}

/** True for a value that carries the type it has in an anyType position. */
export function isAnyValue(value: unknown): value is AnyValue {
  return typeof value === 'object' && value !== null && 'anyType' in value;
}

/** A value for an anyType position whose type cannot be seen from the value itself, for example `int` or `string[]`. */
export function anyValue(type: string, value: unknown): AnyValue {
  return { anyType: type, value };
}
