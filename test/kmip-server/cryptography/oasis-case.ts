import { existsSync, readFileSync } from 'node:fs';

const folder = new URL('../../../../shared/conformance/oasis/', import.meta.url);

/** Whether the official cases are present; the tests that need them are skipped otherwise. */
export const hasOasisCases = existsSync(folder);
export const SKIPPED = 'skipped without ../shared/conformance/oasis';

/** All values of an element in an official case, in the order of the file, runs of white space collapsed. */
export function oasisValues(file: string, element: string): string[] {
  const xml = readFileSync(new URL(file, folder), 'utf8');
  const pattern = new RegExp(`<${element}\\s[^>]*value="([^"]*)"`, 'g');
  return [...xml.matchAll(pattern)].map(([, value = '']) => value.replace(/\s+/g, ' '));
}

/** The same as bytes. */
export function oasisBytes(file: string, element: string): Buffer[] {
  return oasisValues(file, element).map((value) => Buffer.from(value, 'hex'));
}
