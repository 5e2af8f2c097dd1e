import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { KeyrigError } from '../../core/index.ts';

/**
 * The test case files in folders and below them, and files named directly; `SKLC-M-2` before `SKLC-M-10`.
 * @param grep only files whose path holds this text; upper and lower case are the same
 * @throws KeyrigError ERR_FILE_NOT_FOUND, or ERR_NOTHING_FOUND when no file is left
 */
export function findCases(paths: readonly string[], grep = ''): string[] {
  const wanted = paths.flatMap(filesIn).filter((file) => file.toLowerCase().includes(grep.toLowerCase()));
  if (wanted.length > 0) return wanted;
  const matching = grep === '' ? '' : ` with "${grep}" in its name`;
  throw new KeyrigError('ERR_NOTHING_FOUND', `no test case (*.xml)${matching} in ${paths.join(', ')}`);
}

function filesIn(path: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (cause) {
    throw new KeyrigError('ERR_FILE_NOT_FOUND', `cannot read ${path}`, { cause });
  }
  if (!isFolder) return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.xml'))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => join(path, name));
}
