import { isJsonObject, type Json, KeyrigError, reach } from '../../core/index.ts';
import { nearest } from './suggest.ts';

const reference = /\$\{([^}]+)\}/g;

/** True when a value holds a `${…}` somewhere. */
export function hasReference(value: unknown): boolean {
  return typeof value === 'string' && /\$\{[^}]+\}/.test(value);
}

/**
 * Replaces `${name}` and `${name.member}` in all strings of a value. A string that is nothing but one reference takes the
 * type of what it refers to. Throws ERR_STEP for a name that nothing has captured.
 */
export function interpolate(value: Json, variables: ReadonlyMap<string, Json>): Json {
  if (typeof value === 'string') return interpolateText(value, variables);
  if (Array.isArray(value)) return (value as Json[]).map((member) => interpolate(member, variables));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      member === undefined ? undefined : interpolate(member, variables),
    ]),
  );
}

function interpolateText(text: string, variables: ReadonlyMap<string, Json>): Json {
  const whole = /^\$\{([^}]+)\}$/.exec(text);
  if (whole) return lookUp(whole[1]!, variables);
  return text.replace(reference, (_, name: string) => {
    const value = lookUp(name, variables);
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function lookUp(expression: string, variables: ReadonlyMap<string, Json>): Json {
  const path = expression.trim();
  const dot = path.indexOf('.');
  const name = dot < 0 ? path : path.slice(0, dot);
  const variable = variables.get(name);
  const value = dot < 0 ? variable : reach(variable, path.slice(dot + 1));
  if (value !== undefined) return value;
  const near = nearest(name, variables.keys());
  const hint = variables.has(name) ? '' : near ? `; did you mean \${${near}}?` : '';
  throw new KeyrigError('ERR_STEP', `nothing is known as \${${path}}${hint}`);
}
