import { existsSync, globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { KeyrigError } from '../../core/index.ts';
import { type LoadedScenario, type LoadOptions, loadScenarios } from './load.ts';
import type { Problem } from './source.ts';

/** The folder that is searched when nothing is named. */
export const defaultFolder = 'scenarios';

/**
 * The scenario files that names of files and folders stand for, sorted within each folder.
 * Throws ERR_FILE_NOT_FOUND for a name that does not exist, ERR_NOTHING_FOUND when no file is left.
 */
export function findScenarioFiles(names: readonly string[]): string[] {
  const searched = names.length > 0 ? names : [defaultFolder];
  const files = searched.flatMap((name) => {
    if (!existsSync(name)) {
      if (names.length === 0) return [];
      throw new KeyrigError('ERR_FILE_NOT_FOUND', `there is no file or folder "${name}"`);
    }
    return statSync(name).isDirectory() ? globSync(join(name, '**/*.scenario.{yaml,yml}')).sort() : [name];
  });
  if (files.length === 0) {
    throw new KeyrigError('ERR_NOTHING_FOUND', `no *.scenario.yaml in ${searched.join(', ')}`);
  }
  return [...new Set(files)];
}

/** Loads all files before anything starts, so that a broken one keeps the others from running. */
export function loadAll(
  files: readonly string[],
  options?: LoadOptions,
): { scenarios: LoadedScenario[]; problems: Problem[] } {
  const scenarios: LoadedScenario[] = [];
  const problems: Problem[] = [];
  for (const file of files) {
    const result = loadScenarios(file, options);
    if ('problems' in result) problems.push(...result.problems);
    else scenarios.push(...result);
  }
  return { scenarios, problems };
}

/** A problem as compilers print them, so that editors can jump to the place. */
export function formatProblem({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column}: ${message}`;
}
