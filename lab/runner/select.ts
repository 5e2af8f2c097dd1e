import type { LoadedScenario } from '../scenario/load.ts';
import type { Shard } from './parse.ts';

/** Which scenarios are wanted. */
export interface Selection {
  /** Must be found in the name, the description or the path. */
  grep?: RegExp;
  /** At least one of these tags is there; those that begin with `!` must not be. */
  tags?: readonly string[];
  shard?: Shard;
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
  { grep, tags = [], shard }: Selection,
): { chosen: LoadedScenario[]; leftOut: LeftOut[] } {
  const judged = all.map((loaded) => ({ loaded, reason: reasonAgainst(loaded, grep, tags) }));
  if (shard) judged.sort((a, b) => (a.loaded.file < b.loaded.file ? -1 : 1));
  const mine = <T>(items: readonly T[]) =>
    shard === undefined ? [...items] : items.filter((_, index) => index % shard.count === shard.index - 1);
  return {
    chosen: mine(judged.filter(({ reason }) => reason === undefined)).map(({ loaded }) => loaded),
    leftOut: mine(judged.filter((item) => item.reason !== undefined) as LeftOut[]),
  };
}

function reasonAgainst(
  { scenario: { name, description = '', tags: has = [] }, file }: LoadedScenario,
  grep: RegExp | undefined,
  tags: readonly string[],
): string | undefined {
  if (grep && ![name, description, file].some((text) => grep.test(text))) return `--grep ${grep.source} does not fit`;
  const refused = tags.filter((tag) => tag.startsWith('!')).find((tag) => has.includes(tag.slice(1)));
  if (refused !== undefined) return `--tag ${refused} leaves it out`;
  const wanted = tags.filter((tag) => !tag.startsWith('!'));
  if (wanted.length > 0 && !wanted.some((tag) => has.includes(tag))) return `no tag of --tag ${wanted.join(', ')}`;
  return undefined;
}
