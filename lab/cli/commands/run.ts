import { createWriteStream } from 'node:fs';
import { KeyPool, stopwatch } from '../../../core/index.ts';
import type { ScenarioResult } from '../../scenario/run.ts';
import { makeKeysAhead } from '../../world/key-roles.ts';
import { exitCodes } from '../exit-codes.ts';
import { command, type DefineCommand, option } from './command.ts';

/** `keyrig run [files or folders…]` */
export const runCommand: DefineCommand = (exit) =>
  command('run', 'run scenarios; exit 0 when all passed, 1 when one failed')
    .argument('[files...]', 'scenario files, or folders to search (default: scenarios)')
    .addOption(option('--seed <seed>', 'use this seed in place of the one in each file'))
    .addOption(option('--journal <file>', 'write the timeline of all runs, one JSON object a line'))
    .action(async (names: string[], options: { seed?: string; journal?: string }) => {
      // One pool for all: the labs share key pairs, never certificates.
      const keys = new KeyPool();
      void makeKeysAhead(keys);
      const { findScenarioFiles, formatProblem, loadAll } = await import('../../scenario/find.ts');
      const { scenarios, problems } = loadAll(findScenarioFiles(names));
      if (problems.length > 0) {
        for (const problem of problems) console.error(formatProblem(problem));
        exit(exitCodes.usage);
        return;
      }
      const { runScenario } = await import('../../scenario/run.ts');
      const { TerminalReport } = await import('../../report/terminal.ts');
      const elapsed = stopwatch();
      const report = new TerminalReport(process.stdout);
      const results: ScenarioResult[] = [];
      const journal = options.journal === undefined ? undefined : createWriteStream(options.journal);
      for (const { scenario, file } of scenarios) {
        report.begin({ ...scenario, file });
        const result = await runScenario(scenario, file, {
          keys,
          seed: options.seed,
          onStep: (step) => report.step(step),
          onJournal: (entries) => {
            for (const entry of entries) journal?.write(`${JSON.stringify({ scenario: scenario.name, ...entry })}\n`);
          },
        });
        report.end(result);
        results.push(result);
      }
      journal?.end();
      report.summary(results, elapsed());
      if (results.some(({ status }) => status === 'error')) exit(exitCodes.internal);
      else if (results.some(({ status }) => status === 'failed')) exit(exitCodes.failed);
    });
