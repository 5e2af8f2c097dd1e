import { isJsonObject, type Json, KeyrigError, reach } from '../../core/index.ts';
import { nearest } from './suggest.ts';

/** `${name}` or `${name.member}`; `$${name}` stands for the text `${name}`. */
const reference = /\$(\$?)\{([^}]+)\}/g;
const wholeReference = /^\$\{([^}]+)\}$/;

/** The values that references can stand for. */
export type Variables = ReadonlyMap<string, Json>;

/** A reference in a value, and where. */
export interface Reference {
  path: readonly PropertyKey[];
  /** What stands between the braces. */
  expression: string;
  /** The variable's name: the expression without members. */
  name: string;
}

/** All references in the strings of a value. */
export function referencesIn(value: unknown, path: readonly PropertyKey[] = []): Reference[] {
  if (typeof value === 'string') {
    return [...value.matchAll(reference)]
      .filter(([, dollar]) => dollar === '')
      .map(([, , text = '']) => ({ path, expression: text.trim(), name: nameOf(text) }));
  }
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, member]) => referencesIn(member, [...path, isList ? Number(key) : key]));
}

/** True when a value is text that holds a `${…}`. */
export function hasReference(value: unknown): boolean {
  return typeof value === 'string' && referencesIn(value).length > 0;
}

/**
 * Replaces the references in all strings of a value. A string that is nothing but one reference takes the type of what it refers
 * to. Throws ERR_STEP for a name that nothing has captured.
 */
export function interpolate(value: Json, variables: Variables): Json {
  return mapTexts(value, (text) => {
    const [, whole] = wholeReference.exec(text) ?? [];
    if (whole !== undefined) return lookUp(whole, variables);
    return text.replace(reference, (written, dollar: string, expression: string) =>
      dollar === '' ? asText(lookUp(expression, variables)) : written.slice(1),
    );
  });
}

/**
 * Replaces the references whose names are known and leaves the others for later, when {@link interpolate} reads the result; what
 * is put in is never taken for a reference then.
 */
export function interpolateKnown(value: Json, variables: Variables): Json {
  return mapTexts(value, (text) => {
    const [, whole] = wholeReference.exec(text) ?? [];
    if (whole !== undefined) {
      return variables.has(nameOf(whole)) ? mapTexts(lookUp(whole, variables), escaped) : text;
    }
    return text.replace(reference, (written, dollar: string, expression: string) =>
      dollar === '' && variables.has(nameOf(expression)) ? escaped(asText(lookUp(expression, variables))) : written,
    );
  });
}

/** Why a reference stands for nothing, or undefined when it stands for something. */
export function problemOf({ expression, name }: Pick<Reference, 'expression' | 'name'>, variables: Variables) {
  if (find(expression, variables) !== undefined) return undefined;
  const near = variables.has(name) ? undefined : nearest(name, variables.keys());
  return `nothing is known as \${${expression}}${near ? `; did you mean \${${near}}?` : ''}`;
}

function lookUp(text: string, variables: Variables): Json {
  const expression = text.trim();
  const value = find(expression, variables);
  if (value !== undefined) return value;
  throw new KeyrigError('ERR_STEP', problemOf({ expression, name: nameOf(expression) }, variables) ?? expression);
}

function find(expression: string, variables: Variables): Json | undefined {
  const name = nameOf(expression);
  const variable = variables.get(name);
  return name === expression ? variable : reach(variable, expression.slice(name.length + 1));
}

function nameOf(expression: string): string {
  const [name = ''] = expression.trim().split('.');
  return name;
}

function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function escaped(text: string): string {
  return text.replace(reference, '$$$&');
}

function mapTexts(value: Json, change: (text: string) => Json): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return (value as Json[]).map((member) => mapTexts(member, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, member === undefined ? undefined : mapTexts(member, change)]),
  );
}
