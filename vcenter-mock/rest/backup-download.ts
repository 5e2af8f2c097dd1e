import type { FastifyInstance } from 'fastify';
import { cryptoOf } from '../crypto/vim-crypto.ts';
import type { Vcenter } from '../vcenter.ts';
import { unauthenticated } from './errors.ts';
import { backupPath } from './key-providers.ts';

/**
 * Where the backup of a native key provider is fetched, with the token of its export and no session. observed (govc sends GET);
 * reported by users: POST works too
 */
export function serveBackups(app: FastifyInstance, vc: Vcenter): void {
  app.route<{ Params: { '*': string } }>({
    method: ['GET', 'POST'],
    // Not a parameter: those have a longest length, ids of providers have none.
    url: `${backupPath}*`,
    handler: (request, reply) => {
      const { '*': provider } = request.params;
      const entry = vc.runtime.journal.record({
        plane: 'vcenter',
        event: 'vcenter.rest.call',
        text: `${request.method} the backup of key provider ${provider.slice(0, 200)}`,
        data: { method: request.method, provider: provider.slice(0, 200), userAgent: request.headers['user-agent'] },
      });
      const token = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
      const file = cryptoOf(vc).manager.native.download(provider, token, entry.seq);
      if (!file) {
        const failure = unauthenticated();
        return reply.code(failure.status).send(failure.body('api', vc.profile.apiVersion));
      }
      return reply
        .header('content-type', 'application/x-pkcs12')
        .header('content-disposition', attachment(`${provider}${new Date(vc.runtime.clock.now()).toISOString()}.p12`))
        .send(file);
    },
  });
}

/** A name that is more than plain ASCII is given a second time, encoded. RFC 6266 section 4.3, RFC 8187 */
function attachment(name: string): string {
  const plain = name.replace(/[^ !#-[\]-~]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"${plain === name ? '' : `; filename*=UTF-8''${encoded}`}`;
}
