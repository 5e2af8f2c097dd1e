import { readFileSync, writeFileSync } from 'node:fs';
import { exitCodes } from '../exit-codes.ts';
import { command, type DefineCommand, option } from './command.ts';

/** `keyrig fmt [files or folders…]` */
export const fmtCommand: DefineCommand = (exit) =>
  command('fmt', 'format scenario files; comments and meaning stay')
    .argument('[files...]', 'scenario files, or folders to search (default: scenarios)')
    .addOption(option('--check', 'write nothing; exit 1 when a file is not formatted'))
    .action(async (names: string[], { check }: { check?: boolean }) => {
      const [{ findScenarioFiles, formatProblem }, { formatScenario }] = await Promise.all([
        import('../../scenario/find.ts'),
        import('../../scenario/format.ts'),
      ]);
      let changed = 0;
      let broken = false;
      for (const file of findScenarioFiles(names)) {
        const before = readFileSync(file, 'utf8');
        const result = formatScenario(before, file);
        if ('problems' in result) {
          broken = true;
          for (const problem of result.problems) console.error(formatProblem(problem));
        } else if (result.text !== before) {
          changed++;
          if (!check) writeFileSync(file, result.text);
          console.log(`${file}: ${check ? 'is not formatted' : 'formatted'}`);
        }
      }
      if (broken) exit(exitCodes.usage);
      else if (check && changed > 0) exit(exitCodes.failed);
    });
