import { mkdirSync, readdirSync, realpathSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './interop/clients.ts';
import { type Run, run } from './interop/lab-process.ts';

const path = `${join(process.execPath, '..')}${delimiter}${process.env.PATH}`;

/** Runs a program in a folder, with this Node.js and plain output. */
export function runIn(folder: string, program: string, ...args: string[]): Promise<Run> {
  return run(program, args, { cwd: folder, env: { PATH: path, NO_COLOR: '1', FORCE_COLOR: undefined } });
}

/** Packs keyrig as npm publishes it, which builds it first, into a folder. Resolves to the tarball's path. */
export async function packKeyrig(folder: string): Promise<string> {
  const { code, stderr } = await runIn(root, 'npm', 'pack', '--silent', '--pack-destination', folder);
  if (code !== 0) throw new Error(`npm pack ended with ${code}\n${stderr}`);
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz'))!);
}

/**
 * Makes an empty folder a project that has installed keyrig: unpacked, its dependencies beside it.
 * @returns the folder of the package
 */
export async function installKeyrig(tarball: string, folder: string): Promise<string> {
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  const own = join(root, 'node_modules');
  for (const name of readdirSync(own)) {
    if (!name.startsWith('.')) symlinkSync(realpathSync(join(own, name)), join(modules, name));
  }
  const unpacked = await runIn(folder, 'tar', '-xzf', tarball, '-C', modules);
  if (unpacked.code !== 0) throw new Error(unpacked.stderr);
  renameSync(join(modules, 'package'), join(modules, 'keyrig'));
  symlinkSync('../keyrig/bin/keyrig.js', join(modules, '.bin/keyrig'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  return join(modules, 'keyrig');
}
