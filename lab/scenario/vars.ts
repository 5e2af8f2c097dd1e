import { parse } from 'yaml';
import type { Json, JsonObject } from '../../core/index.ts';
import { interpolate, problemOf, referencesIn } from './interpolate.ts';
import type { Description } from './issues.ts';
import type { Cell } from './matrix.ts';

/** Values from the command line: name → text. */
export type GivenVars = ReadonlyMap<string, string>;

/**
 * What names stand for in a file: its `vars`, which may build on those above them, and the values of its matrix cell.
 * @param given takes the place of the file's own values; text stays text where the file has text, otherwise it is read as YAML
 */
export function varsOf(
  vars: JsonObject,
  cell: Cell = {},
  given: GivenVars = new Map(),
): ReadonlyMap<string, Json> | { problems: Description[] } {
  const known = new Map<string, Json>(Object.entries(cell));
  const problems: Description[] = [];
  for (const [name, written = null] of Object.entries(vars)) {
    const path = ['vars', name];
    if (name in cell) {
      problems.push({ path, message: `"${name}" is an axis of the matrix already` });
      continue;
    }
    const text = given.get(name);
    if (text !== undefined) {
      known.set(name, typeof written === 'string' ? text : fromYaml(text));
      continue;
    }
    const unknown = referencesIn(written, path).flatMap((reference) => {
      const message = problemOf(reference, known);
      return message === undefined ? [] : [{ path: reference.path, message }];
    });
    problems.push(...unknown);
    if (unknown.length === 0) known.set(name, interpolate(written, known));
  }
  return problems.length > 0 ? { problems } : known;
}

function fromYaml(text: string): Json {
  try {
    return parse(text, { maxAliasCount: 0 }) as Json;
  } catch {
    // Not YAML: text that was meant as it is.
    return text;
  }
}
