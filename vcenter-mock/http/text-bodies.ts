import type { FastifyInstance } from 'fastify';

/** Bodies of any type arrive as text: SOAP as it was written, and JSON content types with nothing in them. */
export function takeTextBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
}
