import type { FastifyInstance } from 'fastify';
import { originOf } from '../http/origin.ts';
import { serviceWsdl, vimWsdl } from './vim-wsdl.ts';

/** GET /sdk/vimService.wsdl and /sdk/vim.wsdl: what clients without a vSphere library generate theirs from. */
export function serveWsdl(app: FastifyInstance, apiVersion: string): void {
  // A megabyte and a half, the same for every client: made when the first one asks.
  let wsdl: string | undefined;
  app.get('/sdk/vimService.wsdl', async (request, reply) =>
    reply.header('content-type', 'text/xml').send(serviceWsdl(originOf(request))),
  );
  app.get('/sdk/vim.wsdl', async (_request, reply) => {
    wsdl ??= vimWsdl(apiVersion);
    return reply.header('content-type', 'text/xml').send(wsdl);
  });
}
