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
  const written = valueAt(value, path);
  if (issue.code === 'invalid_value') {
    const expected = issue.values.map((allowed) => JSON.stringify(allowed)).join(', ');
    const hint = typeof written === 'string' ? suggestion(written, issue.values.map(String)) : '';
    const found = written === undefined ? 'is missing' : `is ${JSON.stringify(written)}`;
    return [
      {
        path,
        message: `${labelOf(path)} ${found}; expected ${issue.values.length > 1 ? 'one of ' : ''}${expected}${hint}`,
      },
    ];
  }
  const expected = issue.code === 'invalid_type' ? `expected ${issue.expected}` : lowerFirst(issue.message);
  const found = written === undefined ? 'is missing' : `is ${JSON.stringify(written)}`;
  return [{ path, message: `${labelOf(path)} ${found}; ${expected}` }];
}

function describeVerb(path: readonly PropertyKey[], value: unknown): Description {
  const stepPath = path.at(-1) === 'do' ? path.slice(0, -1) : path;
  const written = valueAt(value, [...stepPath, 'do']);
  const names = verbs.map((verb) => verb.name);
  if (typeof written !== 'string') {
    return { path: stepPath, message: `a step needs "do" with a verb; known verbs: ${names.join(', ')}` };
  }
  return {
    path: [...stepPath, 'do'],
    message: `unknown verb "${written}"${suggestion(written, names)}; known verbs: ${names.join(', ')}`,
  };
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
  const written = (value as Record<string, unknown> | undefined)?.do;
  const chosen = list.filter((branch) => branch.properties?.do?.const === written);
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
