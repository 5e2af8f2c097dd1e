import { readFileSync } from 'node:fs';
import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml';
import { z } from 'zod';
import { KeyrigError } from '../../core/index.ts';
import { verbs } from '../verbs/index.ts';
import { worldSchema } from '../world/schema.ts';
import { hasReference } from './interpolate.ts';
import { type Position, positionOf } from './position.ts';
import { type Scenario, scenarioSchema } from './schema.ts';
import { nearest } from './suggest.ts';

/** Something wrong in a scenario file. */
export interface Problem extends Position {
  file: string;
  message: string;
}

/** Where the steps and checks of a file stand, so that a failure can be found in an editor. */
export type Places = Record<'steps' | 'verify', Position[]>;

/** A scenario that can run, and where it came from. */
export interface LoadedScenario {
  scenario: Scenario;
  file: string;
  places: Places;
}

export type LoadResult = LoadedScenario | { problems: Problem[] };

/** A scenario file is text that people write: more than this is a mistake. */
const maxBytes = 1024 * 1024;
const maxAliases = 100;

/** Reads and checks one scenario file. Throws ERR_FILE_NOT_FOUND when it cannot be read. */
export function loadScenario(file: string): LoadResult {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new KeyrigError('ERR_FILE_NOT_FOUND', `cannot read ${file}`, { cause });
  }
  return parseScenario(text, file);
}

/** Checks the text of a scenario file; every problem has its place and says what was expected. */
export function parseScenario(text: string, file: string): LoadResult {
  const counter = new LineCounter();
  if (text.length > maxBytes)
    return { problems: [{ file, line: 1, column: 1, message: 'the file is larger than 1 MiB' }] };
  const document = parseDocument(text, { lineCounter: counter, uniqueKeys: true, strict: true, version: '1.2' });
  if (document.errors.length > 0) return { problems: document.errors.map((error) => yamlProblem(error, file)) };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    return {
      problems: [{ file, line: 1, column: 1, message: error instanceof Error ? error.message : String(error) }],
    };
  }
  const result = scenarioSchema.safeParse(value);
  const issues = result.success ? [] : result.error.issues.flatMap((issue) => flatten(issue, value));
  const problems = issues
    // What a reference in a step stands for is known, and checked, only when the step runs.
    .filter((issue) => !isStep(issue.path) || !hasReference(valueAt(value, issue.path)))
    .flatMap((issue) =>
      describe(issue, value).map(({ path, key, message }) => ({
        file,
        ...positionOf(document, counter, path, key),
        message,
      })),
    );
  if (problems.length > 0) return { problems };
  const places = placesOf(document, counter, value as Scenario);
  if (result.success) return { scenario: result.data, file, places };
  // Steps are read again, with what their references stand for, when they run; the world gets its defaults now.
  const raw = value as Scenario;
  return { scenario: { ...raw, ...(raw.world && { world: worldSchema.parse(raw.world) }) }, file, places };
}

function placesOf(document: Document, counter: LineCounter, { steps = [], verify = [] }: Scenario): Places {
  const places = (section: keyof Places, items: readonly unknown[]) =>
    items.map((_, index) => positionOf(document, counter, [section, index]));
  return { steps: places('steps', steps), verify: places('verify', verify) };
}

function yamlProblem(error: YAMLError, file: string): Problem {
  const [place] = error.linePos ?? [{ line: 1, col: 1 }];
  const [message = 'is not YAML'] = error.message.split(/ at line |\n/);
  return { file, line: place.line, column: place.col, message };
}

function isStep(path: readonly PropertyKey[]): boolean {
  return path[0] === 'steps' || path[0] === 'verify';
}

type Issue = z.core.$ZodIssue;

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

interface Description {
  path: readonly PropertyKey[];
  key?: string;
  message: string;
}

function describe(issue: Issue, value: unknown): Description[] {
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

function suggestion(written: string, known: Iterable<string>): string {
  const near = nearest(written, known);
  return near && near !== written ? `; did you mean "${near}"?` : '';
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

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
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
