import { isChosen, type LoadedScenario } from '../scenario/load.ts';
import { onlyTag } from './only.ts';
import type { Shard } from './parse.ts';

/** Which scenarios are wanted. */
export interface Selection {
  /** Must be found in the name, the description or the path. */
  grep?: RegExp;
  /** At least one of these tags is there; those that begin with `!` must not be. */
  tags?: readonly string[];
  shard?: Shard;
  /** Cells of matrices: axis → text of its value. */
  cell?: ReadonlyMap<string, string>;
}

/** A scenario that is not run, and why. */
export interface LeftOut {
  loaded: LoadedScenario;
  reason: string;
}

/**
 * Splits scenarios into those to run and those that a filter leaves out. A shard gets every n-th of each in the order of their
 * paths, so that the shards of one command line share all scenarios among themselves.
 */
export function select(
  all: readonly LoadedScenario[],
  selection: Selection,
): { chosen: LoadedScenario[]; leftOut: LeftOut[] } {
  const { shard } = selection;
  const only = all.some(isOnly);
  const judged = all.map((loaded) => ({ loaded, reason: reasonAgainst(loaded, selection, only) }));
  if (shard) judged.sort((a, b) => (nameOf(a.loaded) < nameOf(b.loaded) ? -1 : 1));
  const mine = <T>(items: readonly T[]) =>
    shard === undefined ? [...items] : items.filter((_, index) => index % shard.count === shard.index - 1);
  return {
    chosen: mine(judged.filter(({ reason }) => reason === undefined)).map(({ loaded }) => loaded),
    leftOut: mine(judged.filter((item) => item.reason !== undefined) as LeftOut[]),
  };
}

/** True when somebody marked the scenario to be run alone. */
function isOnly({ scenario: { tags = [] } }: LoadedScenario): boolean {
  return tags.includes(onlyTag);
}

function nameOf({ file, scenario }: LoadedScenario): string {
  return `${file} ${scenario.name}`;
}

function reasonAgainst(
  loaded: LoadedScenario,
  { grep, tags = [], cell }: Selection,
  only: boolean,
): string | undefined {
  const { scenario, file } = loaded;
  const { name, description = '', tags: has = [] } = scenario;
  if (only && !isOnly(loaded)) return `only scenarios with the tag "${onlyTag}" are run`;
  if (cell && !isChosen(loaded.cell, cell)) {
    return `--cell ${[...cell].map(([axis, value]) => `${axis}=${value}`).join(' --cell ')} does not fit`;
  }
  if (grep && ![name, description, file].some((text) => grep.test(text))) return `--grep ${grep.source} does not fit`;
  const refused = tags.filter((tag) => tag.startsWith('!')).find((tag) => has.includes(tag.slice(1)));
  if (refused !== undefined) return `--tag ${refused} leaves it out`;
  const wanted = tags.filter((tag) => !tag.startsWith('!'));
  if (wanted.length > 0 && !wanted.some((tag) => has.includes(tag))) return `no tag of --tag ${wanted.join(', ')}`;
  return undefined;
}
