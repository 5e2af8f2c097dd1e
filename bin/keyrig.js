#!/usr/bin/env node
// In the repository the sources run as they are (Node strips the types); the published package has only dist/.
import { existsSync, readFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';

// Keeps compiled and stripped sources in the user's cache folder: a second start takes half the time of the first.
enableCompileCache();

const source = new URL('../lab/cli/main.ts', import.meta.url);
const { main } = await import(
  existsSync(source) ? source.href : new URL('../dist/lab/cli/main.js', import.meta.url).href
);
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
process.exitCode = await main(process.argv.slice(2), version);
