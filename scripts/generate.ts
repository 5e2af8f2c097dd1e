/** Runs every generator; with --check nothing is written and the exit code is 1 when a generated file is out of date. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const generators = ['generate-kmip-registry.ts', 'generate-docs.ts'];

let failed = false;
for (const generator of generators) {
  const path = fileURLToPath(new URL(generator, import.meta.url));
  const { status } = spawnSync(process.execPath, [path, ...process.argv.slice(2)], { stdio: 'inherit' });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
