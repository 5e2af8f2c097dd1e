import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Writes a generated file, or with --check says whether it is up to date. Returns false when it is not. */
export function generatedFile(url: URL, content: string, check: boolean): boolean {
  const current = existsSync(url) ? readFileSync(url, 'utf8') : undefined;
  if (current === content) return true;
  const name = url.pathname.split('/').slice(-2).join('/');
  if (check) {
    console.error(`${name} is out of date: run "npm run generate" and commit the result`);
    return false;
  }
  writeFileSync(url, content);
  console.log(`wrote ${name}`);
  return true;
}
