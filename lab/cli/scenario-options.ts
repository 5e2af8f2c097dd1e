import type { Command } from 'commander';
import { KeyrigError } from '../../core/index.ts';
import { assignments } from '../runner/parse.ts';
import type { LoadedScenario, LoadOptions } from '../scenario/load.ts';
import { repeated } from './commands/command.ts';

/** What the command line says about scenario files. */
export interface ScenarioOptions {
  var: string[];
  cell: string[];
}

/** Adds the options of {@link ScenarioOptions} to a command. */
export function withScenarioOptions(command: Command): Command {
  return command
    .addOption(repeated('--var <name=value>', "a value for one of the file's vars; repeatable"))
    .addOption(repeated('--cell <axis=value>', "only this value of an axis of the file's matrix; repeatable"));
}

/** The options as they are used to read files. Throws ERR_OPTION. */
export function loadOptionsOf(options: ScenarioOptions): Pick<LoadOptions, 'vars' | 'cell'> {
  return { vars: assignments(options.var, '--var'), cell: assignments(options.cell, '--cell') };
}

/** Throws ERR_OPTION for a value of a variable that none of the files has, which would else change nothing without a word. */
export async function checkVars(
  given: ReadonlyMap<string, string> | undefined,
  scenarios: readonly LoadedScenario[],
): Promise<void> {
  if (!given || given.size === 0) return;
  const { suggestion } = await import('../scenario/suggest.ts');
  const known = new Set(scenarios.flatMap(varNames));
  for (const name of given.keys()) {
    if (known.has(name)) continue;
    const list = known.size > 0 ? `; there are: ${[...known].join(', ')}` : '';
    throw new KeyrigError('ERR_OPTION', `--var: no file has a var "${name}"${suggestion(name, known)}${list}`);
  }
}

/** Values of an axis are chosen with `--cell`. */
function varNames({ scenario: { vars = {} }, cell = {} }: LoadedScenario): string[] {
  return Object.keys(vars).filter((name) => !(name in cell));
}
