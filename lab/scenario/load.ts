import { isJsonObject, type Json, type JsonObject } from '../../core/index.ts';
import { crossCheck } from './cross-check.ts';
import { type Extended, extend } from './extend.ts';
import { hasReference, interpolate, interpolateKnown, type Variables } from './interpolate.ts';
import { type Description, describeIssue, issuesOf, valueAt } from './issues.ts';
import { axisText, type Cell, cellLabel, cellsOf, type Matrix } from './matrix.ts';
import { capturedNames, referenceProblems, stepSections } from './names.ts';
import type { Position } from './position.ts';
import { matrixSchema, patienceSchema, type Scenario, scenarioSchema, varsSchema } from './schema.ts';
import { type Problem, readText, Source } from './source.ts';
import { type GivenVars, varsOf } from './vars.ts';

export type { Problem } from './source.ts';

/** Where the steps and checks of a file stand, so that a failure can be found in an editor. */
export type Places = Record<(typeof stepSections)[number], Position[]>;

/** A scenario that can run, and where it came from. */
export interface LoadedScenario {
  scenario: Scenario;
  file: string;
  places: Places;
  /** The cell of the file's matrix that it is. */
  cell?: Cell;
}

export type LoadResult = LoadedScenario | { problems: Problem[] };

/** What the command line says about all files. */
export interface LoadOptions {
  /** Values that take the place of those in `vars`. */
  vars?: GivenVars;
  /** Takes the place of `strict` when it is true. */
  strict?: boolean;
  /** Chooses among the cells of a file's matrix: axis → text of its value. */
  cell?: ReadonlyMap<string, string>;
}

/**
 * Reads and checks one scenario file; without a matrix it is one scenario, otherwise one for each cell.
 * Throws ERR_FILE_NOT_FOUND when it cannot be read.
 */
export function loadScenarios(file: string, options?: LoadOptions): LoadedScenario[] | { problems: Problem[] } {
  return parseScenarios(readText(file), file, options);
}

/**
 * Reads and checks a file that is to give one scenario: of a matrix `options.cell` has to choose one cell.
 * Throws ERR_FILE_NOT_FOUND when it cannot be read.
 */
export function loadScenario(file: string, options?: LoadOptions): LoadResult {
  return parseScenario(readText(file), file, options);
}

/** As {@link loadScenario}, for text that is at hand; `file` is where `use` begins to look. */
export function parseScenario(text: string, file: string, options: LoadOptions = {}): LoadResult {
  const all = parseScenarios(text, file, options);
  if ('problems' in all) return all;
  const chosen = all.filter(({ cell }) => isChosen(cell, options.cell));
  const [first, ...others] = chosen;
  if (first && others.length === 0) return first;
  const problem = chosen.length === 0 ? 'no cell of the matrix is called' : 'choose one cell of the matrix with';
  const labels = all.map(({ cell = {} }) => cellLabel(cell)).join(' · ');
  return { problems: [{ file, line: 1, column: 1, message: `${problem} --cell; there are: ${labels}` }] };
}

/** True when a cell has all the values that the command line asks for. */
export function isChosen(cell: Cell = {}, wanted: ReadonlyMap<string, string> = new Map()): boolean {
  return [...wanted].every(([axis, text]) => axis in cell && axisText(cell, axis) === text);
}

/** Checks the text of a scenario file; every problem has its place and says what was expected. */
export function parseScenarios(
  text: string,
  file: string,
  options: LoadOptions = {},
): LoadedScenario[] | { problems: Problem[] } {
  const source = Source.parse(text, file);
  if ('problems' in source) return source;
  const whole = extend(source, Object.keys(scenarioSchema.shape));
  if ('problems' in whole) return whole;
  const located = ({ path, key, message }: Description) => ({ ...whole.positionOf(path, key), message });
  const { value } = whole;
  const cells = cellsIn(value);
  if ('problems' in cells) return { problems: cells.problems.map(located) };
  const results = cells.map((cell) => read(value, cell, options));
  const problems = results.flatMap((result) => ('problems' in result ? result.problems.map(located) : []));
  if (problems.length > 0) return { problems: distinct(problems) };
  const places = placesOf(whole, value as Scenario);
  return results.flatMap((result) => ('problems' in result ? [] : [{ ...result, file, places }]));
}

/** The cells of a file's matrix; one without values when it has none, or none that can be read. */
function cellsIn(value: unknown): (Cell | undefined)[] | { problems: Description[] } {
  const matrix = matrixSchema.optional().safeParse(valueAt(value, ['matrix']));
  if (!matrix.success || matrix.data === undefined) return [undefined];
  const found = cellsOf(matrix.data as Matrix);
  return 'problems' in found ? found : found.cells;
}

/** One cell of a file: what its names stand for is put in, then it is checked. */
function read(
  value: unknown,
  cell: Cell | undefined,
  { vars: given, strict }: LoadOptions,
): Pick<LoadedScenario, 'scenario' | 'cell'> | { problems: Description[] } {
  const vars = varsSchema.optional().safeParse(valueAt(value, ['vars']));
  // What is no scenario at all, or has no vars that could be read, is told by its schema.
  if (!isJsonObject(value as Json) || !vars.success) return check(value);
  const known = varsOf(vars.data ?? {}, cell, given);
  if ('problems' in known) return known;
  const unknown = referenceProblems(value as Scenario, known);
  // A name that steps capture stands for something else from then on.
  const fixed = new Map([...known].filter(([name]) => !capturedNames(value as Scenario).has(name)));
  if (unknown.length > 0) return { problems: unknown };
  const resolved = Object.fromEntries(
    Object.entries(value as Record<string, Json>).map(([key, member]) => [key, resolve(key, member, known, fixed)]),
  );
  if (known.size > 0) resolved.vars = Object.fromEntries(known);
  if (strict) resolved.strict = true;
  const checked = check(resolved);
  if ('problems' in checked) return checked;
  const { scenario } = checked;
  const crossed = crossCheck(scenario);
  if (crossed.length > 0) return { problems: crossed };
  if (cell === undefined) return checked;
  const label = cellLabel(cell);
  return {
    cell,
    scenario: {
      ...scenario,
      name: `${scenario.name} [${label}]`,
      ...(scenario.seed !== undefined && { seed: `${scenario.seed} ${label}` }),
    },
  };
}

function resolve(key: string, member: Json, known: Variables, fixed: Variables): Json {
  if (key === 'vars' || key === 'matrix' || key === 'use') return member;
  // What steps capture, and what the lab is, is known only while it runs.
  return isStep([key]) ? interpolateKnown(member, fixed) : interpolate(member, known);
}

function check(value: unknown): { scenario: Scenario } | { problems: Description[] } {
  const result = scenarioSchema.safeParse(value);
  if (result.success) return { scenario: result.data };
  const problems = issuesOf(result.error, value)
    // What a reference in a step stands for is known, and checked, only when the step runs.
    .filter(({ path }) => !isReadLater(path) || !hasReference(valueAt(value, path)))
    .flatMap((issue) => describeIssue(issue, value));
  if (problems.length > 0) return { problems };
  // Steps are read again, with what their references stand for, when they run; the world gets its defaults now.
  const raw = value as Record<string, Json>;
  const { steps, verify, cleanup, ...rest } = raw;
  const sections = Object.entries({ steps, verify, cleanup }).filter(([, items]) => items !== undefined);
  const read = sections.map(([section, items]) => [
    section,
    (items as JsonObject[]).map((item) => ({ ...item, ...patienceSchema.parse(item) })),
  ]);
  return { scenario: { ...scenarioSchema.parse(rest), ...Object.fromEntries(read) } };
}

/** Input and expectation of a step may hold what is known only when it runs. */
function isReadLater([section, , key]: readonly PropertyKey[]): boolean {
  return isStep([section ?? '']) && ['with', 'expect', 'journal', 'count'].includes(String(key));
}

function isStep([section]: readonly PropertyKey[]): boolean {
  return (stepSections as readonly unknown[]).includes(section);
}

function placesOf(whole: Extended, scenario: Scenario): Places {
  // Steps are never taken over, so all of them are in the file itself.
  const place = (path: readonly PropertyKey[], key?: string): Position => {
    const { line, column } = whole.positionOf(path, key);
    return { line, column };
  };
  const places = (section: keyof Places) => (scenario[section] ?? []).map((_, index) => place([section, index]));
  const strict = scenario.strict === undefined ? [] : [place([], 'strict')];
  return { steps: places('steps'), verify: [...places('verify'), ...strict], cleanup: places('cleanup') };
}

function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...seen.values()];
}
