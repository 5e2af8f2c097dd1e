import type { Command } from 'commander';
import { option } from './commands/command.ts';

/** How a message is printed. */
export interface MessageOutput {
  xml?: boolean;
  json?: boolean;
  reveal?: boolean;
}

/** Adds the options of {@link MessageOutput} to a command. */
export function withMessageOutput(command: Command): Command {
  return command
    .addOption(option('--xml', 'as KMIP XML'))
    .addOption(option('--json', 'as KMIP JSON'))
    .addOption(option('--reveal', 'show key material and passwords'));
}
