import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Vcenter } from '../vcenter.ts';
import { browse } from './browser.ts';
import { contentPolicy } from './html.ts';

/** Name and password of an Authorization header of the kind Basic. */
function credentials(header: string | undefined): [name: string, password: string] | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]{1,1000})$/i.exec(header ?? '')?.[1];
  const text = encoded && Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text ? text.indexOf(':') : -1;
  return text && colon > 0 ? [text.slice(0, colon), text.slice(colon + 1)] : undefined;
}

function parameter(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, unknown>)[name];
  return typeof value === 'string' && value !== '' ? value.slice(0, 500) : undefined;
}

/**
 * The Managed Object Browser: GET /mob and /mob/?moid=…&doPath=…, for reading. A login of its own per request: nothing
 * of it is a session of vim25.
 */
export function serveMob(app: FastifyInstance, vc: Vcenter): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const given = credentials(request.headers.authorization);
    const user = given && vc.sessions.authenticate(...given);
    if (!user || !vc.authorization.hasAccess(user.username)) {
      if (given) {
        vc.runtime.journal.record({
          plane: 'vcenter',
          event: 'vcenter.mob.refused',
          level: 'warn',
          text: `/mob refused ${given[0].slice(0, 100)} from ${request.ip}`,
        });
      }
      // reported by users: the realm of a vCenter
      return reply
        .code(401)
        .header('www-authenticate', 'Basic realm="VMware HTTP server"')
        .header('content-type', 'text/plain; charset=utf-8')
        .send('Log in as a user of the vCenter.');
    }
    const [moid, type, doPath] = ['moid', 'type', 'doPath'].map((name) => parameter(request, name));
    const { status, body } = browse(vc, { user: user.username, moid, type, doPath });
    return reply
      .code(status)
      .header('content-type', 'text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-security-policy', contentPolicy)
      .header('x-content-type-options', 'nosniff')
      .send(body);
  };
  app.get('/mob', answer);
  app.get('/mob/', answer);
}
