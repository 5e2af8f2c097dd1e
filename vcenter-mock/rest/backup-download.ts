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
  app.route<{ Params: { provider: string } }>({
    method: ['GET', 'POST'],
    url: `${backupPath}:provider`,
    handler: (request, reply) => {
      const { provider } = request.params;
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
        return reply.code(failure.status).send(failure.body('api'));
      }
      const name = `${provider}${new Date(vc.runtime.clock.now()).toISOString()}.p12`.replace(/["\\\r\n]/g, '_');
      return reply
        .header('content-type', 'application/x-pkcs12')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(file);
    },
  });
}
