import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';

/** Bodies of any type arrive as text: SOAP as it was written, and JSON content types with nothing in them. What is not UTF-8 is 400. */
export function takeTextBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    const bytes = body as Buffer;
    if (isUtf8(bytes)) return done(null, bytes.toString('utf8'));
    return done(Object.assign(new Error('The body is not UTF-8.'), { statusCode: 400 }));
  });
}
