import { createHash } from 'node:crypto';
import { escapeXml } from '../vim/kernel/xml.ts';

/** HTML that is ready to be sent: what is put into it by `html` was escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | readonly Html[];

/** Builds HTML; texts are escaped, what is HTML already is not. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  let text = strings[0] ?? '';
  for (const [index, part] of parts.entries()) text += rendered(part) + (strings[index + 1] ?? '');
  return new Html(text);
}

function rendered(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  return typeof part === 'object' ? part.map((one) => one.text).join('') : escapeXml(String(part));
}

const style = `:root{color-scheme:light dark;font:14px/1.5 system-ui,sans-serif;--line:#8884;--soft:#888}
body{margin:0 auto;max-width:76rem;padding:1.25rem 1.5rem 4rem}
header{border-bottom:1px solid var(--line);display:flex;gap:1.5rem;justify-content:space-between;padding-bottom:.6rem}
header,footer{color:var(--soft);font-size:.9em}
h1{font-size:1.35rem;margin:1.2rem 0 .1rem}h2{font-size:1.05rem;margin:2rem 0 .4rem}
p{margin:.2rem 0}nav{margin:.4rem 0 1rem}
table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid var(--line);padding:.3rem 1rem .3rem 0;text-align:left;vertical-align:top}
th{color:var(--soft);font-weight:500}
tbody th{color:inherit;font-weight:400;white-space:nowrap}
td.type{color:var(--soft);white-space:nowrap}td.value{overflow-wrap:anywhere;width:60%}
ul{list-style:none;margin:0;padding:0}
code{font:13px/1.5 ui-monospace,monospace}.none{color:var(--soft);font-style:italic}
a{text-decoration:none}a:hover{text-decoration:underline}`;

/** No script and nothing from elsewhere may run in these pages. */
export const contentPolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`;

/** A whole page. */
export function page(title: string, about: string, body: Html): string {
  return `<!doctype html>\n${
    html`<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${new Html(style)}</style></head>
<body><header><a href="/mob">Managed Object Browser</a><span>${about}</span></header>
${body}
</body></html>`.text
  }\n`;
}
