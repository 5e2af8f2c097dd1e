import { z } from 'zod';
import { verbs } from '../verbs/index.ts';
import { scenarioSchema } from './schema.ts';
import { suggestion } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** The issues that zod found, each of the branch that was meant. */
export function issuesOf(error: z.ZodError, value: unknown): Issue[] {
  return error.issues.flatMap((issue) => flatten(issue, value));
}

/** Issues of the one branch of a union that was meant, so that a reader is not told about all the others. */
function flatten(issue: Issue, value: unknown): Issue[] {
  if (issue.code !== 'invalid_union' || !('errors' in issue)) return [issue];
  const branches = (issue.errors as Issue[][]).filter((branch) => branch.length > 0);
  const isRecord = typeof valueAt(value, issue.path) === 'object';
  const branch = branches
    .map((candidates) => ({ candidates, depth: Math.max(...candidates.map(({ path }) => path.length)) }))
    .sort((a, b) => b.depth - a.depth || a.candidates.length - b.candidates.length)[0];
  if (!branch || (!isRecord && branch.depth === 0)) return [issue];
  return branch.candidates.flatMap((inner) =>
    flatten({ ...inner, path: [...issue.path, ...inner.path] } as Issue, value),
  );
}

/** A problem and the path of the value it is about; with `key` of the member of that name. */
export interface Description {
  path: readonly PropertyKey[];
  key?: string;
  message: string;
}

/** What is wrong, as people read it: what stands there, what was expected, what was probably meant. */
export function describeIssue(issue: Issue, value: unknown): Description[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(path, value);
    return issue.keys.map((key) => ({
      path,
      key,
      message: `unknown key "${key}"${suggestion(key, known)}${known.length > 0 ? `; known here: ${known.join(', ')}` : ''}`,
    }));
  }
  if (
    path.at(-1) === 'do' ||
    (issue.code === 'invalid_union' && 'discriminator' in issue && issue.discriminator === 'do')
  ) {
    return [describeVerb(path, value)];
  }
  const isCheck = path.length === 2 && path[0] === 'verify';
  const written = valueAt(value, path);
  if (isCheck && isMap(written) && !('journal' in written)) return [describeVerb(path, value, 'a check')];
  const found = written === undefined ? 'is missing' : isNothing(written) ? 'is empty' : `is ${show(written)}`;
  const hint = typeof written === 'string' ? suggestion(written, valuesOf(issue)) : '';
  return [{ path, message: `${labelOf(path)} ${found}; ${expectationOf(issue, written)}${hint}` }];
}

/** How values are called in YAML, and by people. */
const typeNames: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

function expectationOf(issue: Issue, written: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${typeNames[issue.expected] ?? issue.expected}`;
    case 'invalid_value': {
      const values = issue.values.map((allowed) => JSON.stringify(allowed));
      return `expected ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`;
    }
    case 'too_small':
      return `expected ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${countedIn(issue.origin, issue.minimum)}`;
    case 'too_big':
      return `expected ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${countedIn(issue.origin, issue.maximum)}`;
    case 'invalid_key':
      return `expected as its key ${(issue.issues[0]?.message ?? '').replace(/^expected /, '')}`;
    case 'invalid_union': {
      // A number may be out of bounds: that is closer to what was meant than another type.
      const first = issue.errors.flatMap((branch) => branch.slice(0, 1)) as Issue[];
      const near = first.filter((inner) => inner.code !== 'invalid_type' || inner.expected === typeof written);
      const chosen = near.length > 0 && near.every((inner) => inner.code.startsWith('too_')) ? near : first;
      const parts = chosen.map((inner) => expectationOf(inner, written).replace(/^expected /, ''));
      return `expected ${[...new Set(parts)].join(', or ')}`;
    }
    default:
      return lowerFirst(issue.message);
  }
}

function countedIn(origin: string, count: number | bigint): string {
  const plural = Number(count) === 1 ? '' : 's';
  if (origin === 'string') return ` character${plural}`;
  return origin === 'array' ? ` member${plural}` : '';
}

function valuesOf(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return issue.code === 'invalid_union' ? (issue.errors.flat() as Issue[]).flatMap(valuesOf) : [];
}

/** A value as it was written, in so many characters that a message can be read. */
function show(written: unknown): string {
  const text = JSON.stringify(written);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNothing(value: unknown): boolean {
  return value === null;
}

const stepKeys = ['journal', 'do'];

function describeVerb(path: readonly PropertyKey[], value: unknown, what = 'a step'): Description {
  const stepPath = path.at(-1) === 'do' ? path.slice(0, -1) : path;
  const step = valueAt(value, stepPath);
  const written = valueAt(value, [...stepPath, 'do']);
  const names = verbs.map((verb) => verb.name);
  if (typeof written === 'string') {
    const near = suggestion(written, names);
    const [family] = written.split('.');
    const akin = names.filter((name) => name.startsWith(`${family}.`));
    const list = near === '' ? `; known verbs: ${(akin.length > 0 ? akin : names).join(', ')}` : '';
    return { path: [...stepPath, 'do'], message: `unknown verb "${written}"${near}${list}` };
  }
  if (written !== undefined) return { path: [...stepPath, 'do'], message: `"do" is ${show(written)}; expected a verb` };
  const wanted = what === 'a check' ? '"journal" with a pattern or "do" with a verb' : '"do" with a verb';
  const typo = isMap(step)
    ? Object.keys(step)
        .map((key) => suggestion(key, stepKeys))
        .find((hint) => hint !== '')
    : '';
  return { path: stepPath, message: `${what} needs ${wanted}${typo ?? ''}` };
}

/** The keys that the schema knows at a place, read from its JSON Schema. */
function knownKeys(path: readonly PropertyKey[], value: unknown): string[] {
  const root = z.toJSONSchema(scenarioSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  let schemas: JsonSchema[] = [root];
  for (const [depth, step] of path.entries()) {
    const parent = valueAt(value, path.slice(0, depth));
    schemas = schemas
      .flatMap((schema) => branches(schema, parent))
      .flatMap((schema) => schema.properties?.[String(step)] ?? schema.items ?? []);
  }
  const here = valueAt(value, path);
  return [
    ...new Set(
      schemas.flatMap((schema) => branches(schema, here)).flatMap((schema) => Object.keys(schema.properties ?? {})),
    ),
  ];
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  const?: unknown;
}

function branches(schema: JsonSchema, value: unknown): JsonSchema[] {
  const list = schema.anyOf ?? schema.oneOf;
  if (!list) return [schema];
  const step = (value ?? {}) as Record<string, unknown>;
  const chosen = list.filter((branch) =>
    'journal' in step ? branch.properties?.journal : branch.properties?.do?.const === step.do,
  );
  return (chosen.length > 0 ? chosen : list).flatMap((branch) => branches(branch, value));
}

/** What stands at a path, or undefined. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (current, key) => (current as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
}

function labelOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the file' : `"${path.map(String).join('.')}"`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
