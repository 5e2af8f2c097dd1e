import { exitCodes } from '../exit-codes.ts';
import { withReporterOptions } from '../reporter-options.ts';
import { command, type DefineCommand } from './command.ts';

/** `keyrig merge files…` */
export const mergeCommand: DefineCommand = (exit) =>
  withReporterOptions(
    command('merge', 'put JSON reports of keyrig run together; the exit code is that of the whole').argument(
      '<files...>',
      'JSON reports, of shards for example',
    ),
  ).action(async (files: string[], { reporter, output }: { reporter: string[]; output?: string }) => {
    const [{ mergeReports, readReport }, { parseReporters, terminalLines, writeReports }] = await Promise.all([
      import('../../report/merge.ts'),
      import('../../report/reporters.ts'),
    ]);
    const reporters = parseReporters(reporter, output);
    const report = mergeReports(files.map(readReport));
    if (reporters.some(({ name, file }) => name === 'terminal' && file === undefined)) {
      process.stdout.write(`${terminalLines(report, process.stdout).join('\n')}\n`);
    }
    writeReports(report, reporters);
    if (report.exitCode !== 0) exit(report.exitCode === 1 ? exitCodes.failed : exitCodes.internal);
  });
