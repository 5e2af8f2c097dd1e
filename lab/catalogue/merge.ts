import { isJsonObject, type Json, type JsonObject } from '../../core/index.ts';

/** Two worlds in one: objects grow together, lists whose members have a `name` do so by it; of all else the second one counts. */
export function merge(first: JsonObject, second: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...first };
  for (const [key, value] of Object.entries(second)) merged[key] = mergeValue(first[key], value);
  return merged;
}

function mergeValue(first: Json | undefined, second: Json | undefined): Json | undefined {
  if (isJsonObject(first) && isJsonObject(second)) return merge(first, second);
  if (!isNamedList(first) || !isNamedList(second)) return second;
  const others = second.filter(({ name }) => !first.some((member) => member.name === name));
  return [
    ...first.map((member) => {
      const change = second.find(({ name }) => name === member.name);
      return change ? merge(member, change) : member;
    }),
    ...others,
  ];
}

function isNamedList(value: Json | undefined): value is JsonObject[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((member) => isJsonObject(member) && typeof member.name === 'string')
  );
}
