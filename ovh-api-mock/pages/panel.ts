import type { FastifyInstance } from 'fastify';
import { serveFiles } from './files.ts';
import { pageHeaders } from './page.ts';

/**
 * Where the control panel is. OVHcloud's is at `/manager` of its web site (documented), with the service and the section behind a
 * `#`, where no server sees them; as a path they are an address of the service's own. The API keeps `/1.0` and `/v1`.
 */
const addresses = [
  '/manager/',
  '/manager/dedicatedCloud/:serviceName/security/kms',
  '/manager/dedicatedCloud/:serviceName/operations',
] as const;

/** As for the pages without scripts, but that its own scripts run and call the API. */
const headers = {
  ...pageHeaders,
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
};

/**
 * Serves the control panel's section for VM encryption: one page for all its addresses, and its files. The page calls the public API
 * from the browser and knows nothing else, so nothing here looks at the state behind it.
 */
export function servePanel(app: FastifyInstance): void {
  const send = serveFiles(app, 'ovh-panel', '/manager/ui', headers);
  for (const address of addresses) app.get(address, (_request, reply) => send(reply, 'panel.html'));
  app.get('/manager', (_request, reply) => reply.redirect('/manager/'));
}
