import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KeyrigError, packageFile } from '../../../core/index.ts';
import { command, type DefineCommand, option } from './command.ts';

/** `keyrig init [file]` */
export const initCommand: DefineCommand = () =>
  command('init', 'write a first scenario, with the comment by which editors complete and check it')
    .argument('[file]', 'where to write it', 'first.scenario.yaml')
    .addOption(option('--force', 'write over a file that is there'))
    .action(async (file: string, { force }: { force?: boolean }) => {
      if (!force && existsSync(file)) {
        throw new KeyrigError('ERR_OPTION', `"${file}" is there already; --force writes over it`);
      }
      const { firstScenario } = await import('../../scenario/first.ts');
      const name = basename(file).replace(/(\.scenario)?\.ya?ml$/, '');
      try {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, firstScenario({ name, file, schema: schemaSeenFrom(file) }));
      } catch (cause) {
        throw new KeyrigError('ERR_OPTION', `"${file}" cannot be written`, { cause });
      }
      console.log(`wrote ${file}: keyrig run ${file}`);
    });

/** The JSON Schema of this keyrig as a path from the folder of a file, so that it needs no network and fits the version. */
function schemaSeenFrom(file: string): string {
  const schema = fileURLToPath(packageFile('schema/scenario.schema.json'));
  const path = relative(dirname(resolve(file)), schema).replaceAll('\\', '/');
  return path.startsWith('.') ? path : `./${path}`;
}
