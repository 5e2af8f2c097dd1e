import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { pageHeaders } from './page.ts';

/** `ui/` stands beside the room here, and beside dist/ in the package. */
const file = new URL(
  import.meta.url.endsWith('.ts') ? '../../ui/pages/page.css' : '../../../ui/pages/page.css',
  import.meta.url,
);

/** Serves the style of all pages that {@link sendPage} sends. */
export function serveStylesheet(app: FastifyInstance): void {
  app.get('/pages/page.css', (_request, reply) =>
    reply.headers(pageHeaders).type('text/css; charset=utf-8').send(readFileSync(file)),
  );
}
