import { Command, CommanderError, type Help } from 'commander';
import { causeChain, KeyrigError } from '../../core/index.ts';
import { commands } from './commands/index.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts';

/** Runs a command line of the keyrig of that version and resolves to its exit code. Commands write to the process's own streams. */
export async function main(argv: readonly string[], version: string): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.passed;
  // What follows `--` is another program's command line: only `exec` has one.
  const dashes = argv[0] === 'exec' ? argv.indexOf('--') : -1;
  const [own, foreign] = dashes < 0 ? [argv, []] : [argv.slice(0, dashes), argv.slice(dashes + 1)];
  const program = new Command('keyrig')
    .description(
      'An offline lab for VM encryption: a KMIP key server, a vCenter mock that dials it, a fake OVHcloud API.',
    )
    .version(version)
    .configureHelp({ helpWidth: 100 } satisfies Partial<Help>)
    .exitOverride();
  for (const define of commands) {
    const command = define((code) => {
      exitCode = code;
    }, foreign);
    program.addCommand(command.exitOverride());
  }
  try {
    await program.parseAsync(own, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.passed : exitCodes.usage;
    report(error);
    return exitCodeOf(error);
  }
}

function report(error: unknown): void {
  const [message = 'unknown error', ...causes] = causeChain(error);
  const code = error instanceof KeyrigError ? ` (${error.code})` : '';
  console.error(`keyrig: ${message}${code}`);
  for (const cause of causes) console.error(`  because: ${cause}`);
  // A defect of ours needs its stack; an error of the user's does not.
  if (!(error instanceof KeyrigError) && error instanceof Error && error.stack) console.error(error.stack);
}
