import type { AccessRule } from './options.ts';

/** Whether a text fits a pattern in which `*` stands for anything, slashes included; without `*` it is exact (documented). */
export function fitsPattern(pattern: string, text: string, wildcard = '*'): boolean {
  const [first = '', ...rest] = pattern.split(wildcard);
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first)) return false;
  let position = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, position);
    if (found < 0) return false;
    position = found + part.length;
  }
  return text.length - last.length >= position && text.endsWith(last);
}

/** Whether a credential's rules allow a call; `path` is relative to the base URL, without its query. */
export function isGranted(rules: readonly AccessRule[], method: string, path: string): boolean {
  return rules.some((rule) => rule.method === method && fitsPattern(rule.path, path));
}
