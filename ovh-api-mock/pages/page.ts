import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Html, html } from './html.ts';

/** Nothing comes from elsewhere, nothing runs, nobody frames the page, and it is read again each time. */
export const pageHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action *; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** What a page shows. */
export interface Page {
  /** Default 200. */
  status?: number;
  title: string;
  /** What goes wrong or right, above the rest. */
  notice?: { kind: 'error' | 'success'; text: string };
  content: Html;
}

/** Sends a page of plain HTML, without scripts; its style is the control panel's. */
export function sendPage(reply: FastifyReply, { status = 200, title, notice, content }: Page): FastifyReply {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} – keyrig</title>
<link rel="stylesheet" href="/pages/page.css">
</head>
<body>
<main>
<h1>${title}</h1>
${notice && html`<p class="notice ${notice.kind}" role="${notice.kind === 'error' ? 'alert' : 'status'}">${notice.text}</p>`}
${content}
</main>
</body>
</html>
`;
  return reply.code(status).headers(pageHeaders).type('text/html; charset=utf-8').send(page.text);
}

/** The fields of a form that was sent as browsers do; of one that comes twice the first. */
export function formOf(request: FastifyRequest): (name: string) => string {
  const fields = new URLSearchParams(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '');
  return (name) => fields.get(name) ?? '';
}
