import type { Json, JsonObject } from '../../core/index.ts';
import type { Description } from './issues.ts';
import { suggestion } from './suggest.ts';

/** More runs than this out of one file are a mistake. */
export const maxCells = 100;

/** One combination of the axes' values: axis → value, in the order of the axes. */
export type Cell = Readonly<Record<string, Json>>;

/** The axes of a file, with combinations that are left out. */
export interface Matrix {
  exclude?: readonly JsonObject[];
  [axis: string]: readonly Json[] | undefined;
}

/** All combinations in the order that the file writes them, or what is wrong with them. */
export function cellsOf({ exclude = [], ...axes }: Matrix): { cells: Cell[] } | { problems: Description[] } {
  const names = Object.keys(axes);
  const problems = exclude.flatMap((left, index) => problemsOfExclude(left, index, axes));
  if (problems.length > 0) return { problems };
  const count = names.reduce((product, name) => product * (axes[name]?.length ?? 0), 1);
  if (count > maxCells) {
    return { problems: [{ path: ['matrix'], message: `"matrix" has ${count} cells; expected at most ${maxCells}` }] };
  }
  let cells: Cell[] = [{}];
  for (const name of names) {
    cells = cells.flatMap((cell) => (axes[name] ?? []).map((value) => ({ ...cell, [name]: value })));
  }
  const left = cells.filter((cell) => !exclude.some((pattern) => isIn(cell, pattern)));
  if (left.length > 0) return { cells: left };
  return { problems: [{ path: ['matrix', 'exclude'], message: '"matrix.exclude" leaves no cell' }] };
}

/** The cell as names of scenarios show it: `version=7.0, hosts=2`. */
export function cellLabel(cell: Cell): string {
  return Object.keys(cell)
    .map((axis) => `${axis}=${axisText(cell, axis)}`)
    .join(', ');
}

/** The values of a cell as text: axis → what `--cell` takes. */
export function cellTexts(cell: Cell): Record<string, string> {
  return Object.fromEntries(Object.keys(cell).map((axis) => [axis, axisText(cell, axis)]));
}

/** A value of a cell as text, as `--cell` takes it. */
export function axisText(cell: Cell, axis: string): string {
  const value = cell[axis];
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isIn(cell: Cell, pattern: JsonObject): boolean {
  return Object.keys(pattern).every((axis) => JSON.stringify(cell[axis]) === JSON.stringify(pattern[axis]));
}

function problemsOfExclude(pattern: JsonObject, index: number, axes: Omit<Matrix, 'exclude'>): Description[] {
  return Object.entries(pattern).flatMap(([axis, value]) => {
    const path = ['matrix', 'exclude', index, axis];
    const values = axes[axis];
    if (!values) {
      const names = Object.keys(axes);
      return [
        {
          path: path.slice(0, -1),
          key: axis,
          message: `"${axis}" is no axis of the matrix${suggestion(axis, names)}; axes: ${names.join(', ')}`,
        },
      ];
    }
    if (values.some((member) => JSON.stringify(member) === JSON.stringify(value))) return [];
    const known = values.map((member) => JSON.stringify(member)).join(', ');
    return [{ path, message: `the axis "${axis}" has no value ${JSON.stringify(value)}; it has ${known}` }];
  });
}
