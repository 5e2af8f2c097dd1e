import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { packageFile } from '../../core/index.ts';
import type { Report } from './shape.ts';

/** The page's modules, each after those that it imports: inlined they are one. */
const scripts = ['dom', 'format', 'model', 'timeline', 'entry', 'scenario', 'main'];

/**
 * A report as one HTML page that needs nothing else: it loads no resource, runs its own script alone (its policy names the hash),
 * and shows whatever scenarios, servers and clients said as text.
 */
export function toHtml(report: Report): string {
  const style = readPart('report.css');
  const script = scripts.map((name) => asPart(readPart(`${name}.js`))).join('\n');
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(style)}'`,
    `script-src '${hashOf(script)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const parts: Record<string, string> = {
    policy: `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    style: `<style>${style}</style>`,
    data: `<script type="application/json" id="report">${embedded(report)}</script>`,
    script: `<script type="module">${script}</script>`,
  };
  return readPart('page.html').replace(/<!-- (\w+) -->/g, (_, name: string) => parts[name] ?? '');
}

/** JSON that ends no script element and begins no comment, whatever its strings hold. */
function embedded(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** A module without what ties it to the others. */
function asPart(source: string): string {
  return source.replace(/^import [^;]*;\n/gm, '').replace(/^export /gm, '');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function readPart(file: string): string {
  return readFileSync(packageFile(`ui/report/${file}`), 'utf8');
}
