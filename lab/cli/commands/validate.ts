import { exitCodes } from '../exit-codes.ts';
import { command, type DefineCommand } from './command.ts';

/** `keyrig validate [files or folders…]` */
export const validateCommand: DefineCommand = (exit) =>
  command('validate', 'check scenario files without running them')
    .argument('[files...]', 'scenario files, or folders to search (default: scenarios)')
    .action(async (names: string[]) => {
      const { findScenarioFiles, formatProblem, loadAll } = await import('../../scenario/find.ts');
      const { scenarios, problems } = loadAll(findScenarioFiles(names));
      for (const problem of problems) console.error(formatProblem(problem));
      for (const file of new Set(scenarios.map((loaded) => loaded.file))) console.log(`${file}: valid`);
      if (problems.length > 0) exit(exitCodes.usage);
    });
