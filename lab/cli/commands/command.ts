import { Command, Option } from 'commander';
import type { ExitCode } from '../exit-codes.ts';

/**
 * Makes a command; `exit` sets the code the process will end with when it is not 0, `foreign` is the command line of another program
 * that followed `--`.
 */
export type DefineCommand = (exit: (code: ExitCode) => void, foreign: readonly string[]) => Command;

/** An option that an environment variable `KEYRIG_…` can also set. */
export function option(flags: string, description: string): Option {
  const made = new Option(flags, description);
  return made.env(
    `KEYRIG_${made
      .attributeName()
      .replace(/[A-Z]/g, (letter) => `_${letter}`)
      .toUpperCase()}`,
  );
}

/** An option with a list: given again it grows, and commas separate members of one (in the environment variable, for example). */
export function list(flags: string, description: string): Option {
  const given: string[] = [];
  return option(flags, description)
    .default(given)
    .argParser((text: string) => {
      given.push(...text.split(','));
      return given;
    });
}

/** An option that can be given again and again; commas belong to the values. */
export function repeated(flags: string, description: string): Option {
  const given: string[] = [];
  return option(flags, description)
    .default(given)
    .argParser((text: string) => {
      given.push(text);
      return given;
    });
}

/** A command with its one-line description. */
export function command(name: string, description: string): Command {
  return new Command(name).description(description);
}
