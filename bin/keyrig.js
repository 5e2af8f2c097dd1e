#!/usr/bin/env node
// In the repository the sources run as they are (Node strips the types); the published package has only dist/.
import { existsSync, readFileSync } from 'node:fs';
import { enableCompileCache, registerHooks } from 'node:module';

// Keeps what Node compiled, and stripped of types, in the user's cache folder.
enableCompileCache();

const source = new URL('../lab/cli/main.ts', import.meta.url);
const fromSources = existsSync(source);
// The sources name each other by their files: looking each of them up would take a seventh of a start.
if (fromSources) {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier.startsWith('.') && specifier.endsWith('.ts')
        ? { url: new URL(specifier, context.parentURL).href, format: 'module-typescript', shortCircuit: true }
        : next(specifier, context),
  });
}
const { main } = await import(fromSources ? source.href : new URL('../dist/lab/cli/main.js', import.meta.url).href);
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
process.exitCode = await main(process.argv.slice(2), version);
