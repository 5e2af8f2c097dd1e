import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installKeyrig, packKeyrig } from '../test/published.ts';

let program: Promise<string> | undefined;

/** The command line as npm publishes it, built and installed once for all figures; it is removed when the bench ends. */
export function publishedKeyrig(): Promise<string> {
  program ??= install();
  return program;
}

async function install(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'keyrig-published-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  return join(await installKeyrig(await packKeyrig(folder), folder), 'bin/keyrig.js');
}
