import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Api } from '../api.ts';
import { readTokenRequest } from './token-request.ts';
import { tokenLifetime } from './tokens.ts';

/** Where the three names of OVHcloud have it, outside of /1.0 (spec 2.1, documented). */
export const tokenPath = '/auth/oauth2/token';

/** Serves the token endpoint for client credentials. `causeOf` is the `seq` of a request's journal entry. */
export function serveTokens(app: FastifyInstance, api: Api, causeOf: (request: FastifyRequest) => number): void {
  app.post(tokenPath, (request, reply) => {
    const { headers, body } = request;
    const cause = causeOf(request);
    const answer = readTokenRequest(
      {
        contentType: headers['content-type'],
        authorization: headers.authorization,
        body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
      },
      api.account,
    );
    // RFC 6749, 5.1.
    reply.headers({ 'cache-control': 'no-store', pragma: 'no-cache' }).type('application/json; charset=utf-8');
    if ('error' in answer) {
      const { status, error, description, reason } = answer;
      api.runtime.journal.record({
        plane: 'ovh',
        event: 'ovh.oauth2.refused',
        level: 'warn',
        text: `no access token: ${reason}`,
        data: { error },
        cause,
      });
      if (status === 401) reply.header('www-authenticate', 'Basic realm="OVHcloud"');
      return reply.code(status).send(JSON.stringify({ error, error_description: description }));
    }
    const token = api.tokens.issue(answer, cause);
    // Documented (spec 2.4).
    const body200 = { access_token: token, token_type: 'Bearer', expires_in: tokenLifetime, scope: 'all' };
    return reply.send(JSON.stringify(body200));
  });
}
