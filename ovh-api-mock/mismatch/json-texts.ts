import { asBytes } from './bytes.ts';

/** Other texts of the same JSON value. */
export function serialisations(body: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body, 'latin1').toString('utf8'));
  } catch {
    return [];
  }
  const texts = [value, sorted(value)].flatMap((version) => {
    const compact = JSON.stringify(version);
    return [compact, spaced(version), JSON.stringify(version, null, 2), JSON.stringify(version, null, 4)];
  });
  const variants = texts.flatMap((text) => {
    const escaped = text.replace(
      /[\u0080-\uffff]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    // PHP escapes slashes, Go's encoder what HTML takes for markup.
    const slashed = text.replaceAll('/', '\\/');
    const forHtml = text.replace(/[<>&]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`);
    return [text, escaped, slashed, escaped.replaceAll('/', '\\/'), forHtml, `${text}\n`, `${forHtml}\n`];
  });
  return [...new Set(variants.map(asBytes))].filter((text) => text !== body);
}

/** With spaces after commas and colons, as Python writes it. The value is no deeper than the parser lets pass. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${spaced(member)}`);
  return `{${members.join(', ')}}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted((value as Record<string, unknown>)[name])]));
}
