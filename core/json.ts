/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A JSON object; undefined members count as absent. */
export type JsonObject = { readonly [key: string]: Json | undefined };

/** The members of an interface as a type that JSON takes: an interface itself has no index signature. */
export type Members<T extends object> = { readonly [K in keyof T]: T[K] };

/** True for a JSON object, false for arrays, null and scalars. */
export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
