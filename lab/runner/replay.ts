import { redacted } from '../../core/index.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { axisText, type Cell } from '../scenario/matrix.ts';
import { secretsIn } from '../scenario/redact.ts';

/** What the command line of the first run said about the scenario. */
export interface Said {
  seed?: string;
  vars?: ReadonlyMap<string, string>;
}

/** The command line that runs a scenario again with a seed, quoted for a POSIX shell. Values of secret variables are left out. */
export function replayOf({ file, cell = {}, scenario }: LoadedScenario, { seed, vars }: Said): string {
  const path = file.startsWith('-') ? `./${file}` : file;
  const given = [...(vars ?? [])]
    .filter(([name]) => Object.hasOwn(scenario.vars ?? {}, name))
    .map(([name, value]) => `--var=${quoted(`${name}=${secretsIn({ [name]: value }).length > 0 ? redacted : value}`)}`);
  const cells = Object.keys(cell).map((axis) => `--cell=${quoted(`${axis}=${axisText(cell satisfies Cell, axis)}`)}`);
  const seeded = seed === undefined ? [] : [`--seed=${quoted(seed)}`];
  const strict = scenario.strict ? ['--strict'] : [];
  return ['keyrig run', quoted(path), ...cells, ...given, ...strict, ...seeded].join(' ');
}

function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
