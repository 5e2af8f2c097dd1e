import type { Command } from 'commander';
import { list, option } from './commands/command.ts';

/** Adds the options that say in which forms a report is written. */
export function withReporterOptions(command: Command): Command {
  return command
    .addOption(
      list(
        '--reporter <names>',
        'forms of the report: terminal, json, junit, tap, github, html; junit=report.xml writes a file; separated by commas or repeated',
      ).default(['terminal']),
    )
    .addOption(option('--output <file>', 'the file of the one reporter that names none'));
}
