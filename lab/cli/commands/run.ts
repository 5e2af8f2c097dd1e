import { closeSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { KeyrigError, systemCode } from '../../../core/index.ts';
import { onlyTag } from '../../runner/only.ts';
import {
  assignments,
  patternOf,
  shardOf,
  timeLimit,
  timelineChoice,
  wholeNumber,
  workerCount,
} from '../../runner/parse.ts';
import { FileWatch } from '../../runner/watch.ts';
import { WorkerProcess } from '../../runner/worker-process.ts';
import type { LoadedScenario, LoadOptions } from '../../scenario/load.ts';
import { type ExitCode, exitCodeOf, exitCodes } from '../exit-codes.ts';
import { withReporterOptions } from '../reporter-options.ts';
import { checkVars, loadOptionsOf, type ScenarioOptions, withScenarioOptions } from '../scenario-options.ts';
import { command, type DefineCommand, list, option } from './command.ts';

interface RunCommandOptions extends ScenarioOptions {
  strict?: boolean;
  forbidOnly?: boolean;
  seed?: string;
  journal?: string;
  workers: string;
  shard?: string;
  grep?: string;
  tag: string[];
  bail?: string | true;
  retries: string;
  timeout: string;
  watch?: boolean;
  timeline?: string;
  reporter: string[];
  output?: string;
}

/** `keyrig run [files or folders…]` */
export const runCommand: DefineCommand = (exit) =>
  withScenarioOptions(
    withReporterOptions(
      command('run', 'run scenarios; exit 0 when all passed, 1 when one failed')
        .argument('[files...]', 'scenario files, or folders to search (default: scenarios)')
        .addOption(option('--seed <seed>', 'use this seed in place of the one in each file'))
        .addOption(option('--journal <file>', 'write the timeline of all runs, one JSON object a line'))
        .addOption(
          option(
            '--workers <n>',
            'how many scenarios run at once, each in a process; 50% is half the processors',
          ).default('1'),
        )
        .addOption(option('--shard <i/n>', 'run the i-th of n parts; keyrig merge puts their JSON reports together'))
        .addOption(
          option('--grep <pattern>', 'only scenarios whose name, description or path fits this regular expression'),
        )
        .addOption(
          list('--tag <tag>', 'only scenarios with one of these tags; !tag leaves those with it out; repeatable'),
        )
        .addOption(option('--bail [n]', 'begin no other scenario after n (1) have failed'))
        .addOption(
          option('--retries <n>', 'try a scenario that failed again; when it passes then, it is flaky').default('0'),
        )
        .addOption(option('--watch', 'go on: run files again when they change, until SIGINT or SIGTERM'))
        .addOption(
          option(
            '--timeline <which>',
            "put into the report everything that happened, with the messages: of all scenarios, of those that failed, or none (default: the HTML report's choice)",
          ),
        )
        .addOption(
          option('--timeout <time>', 'real time that a scenario may take: 500ms, 30s, 5m; 0 is no limit').default(
            '10m',
          ),
        )
        .addOption(option('--strict', 'fail for faults that never fired and calls that nobody serves, in every file'))
        .addOption(
          option('--forbid-only', 'exit 2 when a file has the tag "only", which keeps the others from running'),
        ),
    ),
  ).action(async (names: string[], options: RunCommandOptions, { parent }) => {
    const settings = settingsOf(options);
    const loading: LoadOptions = { ...loadOptionsOf(options), strict: options.strict };
    // Who reads along may stop (`keyrig run | head`); the run and its files go on.
    process.stdout.on('error', (error) => {
      if (systemCode(error) !== 'EPIPE') throw error;
    });
    // The processes load while the files are read and checked.
    const workers = Array.from({ length: settings.workers }, () => new WorkerProcess());
    workers[0]?.start();
    try {
      const [{ defaultFolder, findScenarioFiles, formatProblem, loadAll }, { runSession }, { parseReporters }] =
        await Promise.all([
          import('../../scenario/find.ts'),
          import('../../runner/session.ts'),
          import('../../report/reporters.ts'),
        ]);
      let journal: number | undefined;
      const interrupted = new AbortController();
      if (options.watch) {
        const interrupt = () => interrupted.abort();
        process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
      }
      const session = {
        ...settings,
        workers,
        signal: interrupted.signal,
        seed: options.seed,
        vars: loading.vars,
        reporters: parseReporters(options.reporter, options.output),
        version: parent?.version() ?? '',
        onJournal: options.journal === undefined ? undefined : (lines: string) => void writeSync(journal!, lines),
      };
      const runFiles = async (files: readonly string[]) => {
        const { scenarios, problems } = loadAll(files, loading);
        for (const problem of problems) console.error(formatProblem(problem));
        if (problems.length > 0) return exit(exitCodes.usage);
        await checkVars(loading.vars, scenarios);
        if (options.forbidOnly) forbidOnly(scenarios);
        // A file that is wrong leaves the timeline of the last run where it is.
        if (options.journal !== undefined) journal ??= openSync(options.journal, 'w');
        exit((await runSession(scenarios, session)).exitCode as ExitCode);
      };
      const files = findScenarioFiles(names);
      // Before the first run, so that nothing that changes meanwhile is missed.
      const watch = options.watch ? new FileWatch(names.length > 0 ? names : [defaultFolder]) : undefined;
      try {
        if (!watch) return await runFiles(files);
        await attempt(exit, () => runFiles(files));
        for (;;) {
          const changed = await watch.next(interrupted.signal);
          if (!changed) break;
          await attempt(exit, async () => {
            const again = findScenarioFiles(names).filter((file) => changed.has(resolve(file)));
            if (again.length > 0) await runFiles(again);
          });
        }
      } finally {
        watch?.close();
        if (journal !== undefined) closeSync(journal);
      }
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
    }
  });

/** While files are watched, what is wrong with one of them today may be right a minute later. */
async function attempt(exit: (code: ExitCode) => void, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof KeyrigError)) throw error;
    console.error(`keyrig: ${error.message}`);
    exit(exitCodeOf(error));
  }
}

/** Throws ERR_OPTION when somebody forgot a tag that keeps the others from running. */
function forbidOnly(scenarios: readonly LoadedScenario[]): void {
  const files = new Set(
    scenarios.filter(({ scenario: { tags = [] } }) => tags.includes(onlyTag)).map(({ file }) => file),
  );
  if (files.size > 0) {
    throw new KeyrigError('ERR_OPTION', `--forbid-only: the tag "${onlyTag}" is in ${[...files].join(', ')}`);
  }
}

/** The options as values. Throws ERR_OPTION. */
function settingsOf({ workers, shard, grep, tag, bail, retries, timeline, timeout, cell }: RunCommandOptions) {
  return {
    workers: workerCount(workers),
    selection: {
      shard: shard === undefined ? undefined : shardOf(shard),
      grep: grep === undefined ? undefined : patternOf(grep),
      tags: tag,
      cell: assignments(cell, '--cell'),
    },
    bail: bail === undefined ? undefined : bail === true ? 1 : wholeNumber(bail, '--bail', 1),
    retries: wholeNumber(retries, '--retries', 0),
    timeline: timeline === undefined ? undefined : timelineChoice(timeline),
    timeoutMs: timeLimit(timeout),
  };
}
