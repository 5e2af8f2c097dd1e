import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { connectionKey, KeyrigError, messageOf, systemCode, trackConnections } from '../../core/index.ts';
import type { Vcenter } from '../vcenter.ts';
import { serveWsdl } from '../wsdl/routes.ts';
import type { Dispatcher } from './dispatch.ts';
import { serviceVersions } from './service-versions.ts';
import { readSessionCookie, sessionCookie } from './sessions.ts';

/** A TLS identity: PEM texts. */
export interface ServerIdentity {
  certificatePem: string;
  privateKeyPem: string;
  /** The certificate followed by its issuers, when they shall be sent along. */
  chainPem?: string;
}

/** Builds the HTTP(S) server of a vCenter: vim25 on /sdk and /sdk/vimService, PBM on /pbm and /pbm/sdk. */
export function buildServer(
  vc: Vcenter,
  dispatcher: Dispatcher,
  identity: ServerIdentity | undefined,
): FastifyInstance {
  const { journal } = vc.runtime;
  const common = {
    bodyLimit: vc.assumed.bodyLimit,
    requestTimeout: vc.assumed.requestTimeout,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  } as const;
  // Node.js looks for requests that take too long once in the interval, and takes the greater of the two limits for bodies.
  const { requestTimeout } = vc.assumed;
  const slowness = { headersTimeout: requestTimeout, connectionsCheckingInterval: Math.min(requestTimeout, 5_000) };
  const app: FastifyInstance = identity
    ? (Fastify({
        ...common,
        https: {
          ...slowness,
          cert: identity.chainPem ?? identity.certificatePem,
          key: identity.privateKeyPem,
          minVersion: 'TLSv1.2',
          handshakeTimeout: vc.assumed.handshakeTimeout,
        },
      }) as unknown as FastifyInstance)
    : Fastify({ ...common, http: slowness });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  // Only the TCP socket below TLS can be reset.
  const rawSockets = new Map<string, Socket>();
  app.server.on('connection', (socket: Socket) => {
    const key = keyOf(socket);
    rawSockets.set(key, socket);
    socket.once('close', () => rawSockets.delete(key));
  });

  const soap = (dialect: 'vim25' | 'pbm') => async (request: FastifyRequest, reply: FastifyReply) => {
    const gone = new AbortController();
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) gone.abort();
    });
    let cookie: string | undefined;
    const output = await dispatcher.answer({
      body: typeof request.body === 'string' ? request.body : '',
      soapAction: header(request, 'soapaction'),
      cookie: readSessionCookie(header(request, 'cookie')),
      dialect,
      http: {
        remoteAddress: request.ip,
        userAgent: header(request, 'user-agent') ?? '',
        setSessionCookie: (value) => {
          cookie = value;
        },
      },
      connection: connectionOf(request),
      signal: AbortSignal.any([gone.signal, vc.stopping]),
    });
    if ('end' in output) {
      reply.hijack();
      if (output.end === 'reset') rawSockets.get(connectionOf(request))?.resetAndDestroy();
      else request.raw.socket.destroy();
      return reply;
    }
    if (cookie !== undefined) reply.header('set-cookie', sessionCookie(cookie, identity !== undefined));
    // observed headers: PBM writes its charset without a space
    const type = dialect === 'pbm' ? 'text/xml;charset=utf-8' : 'text/xml; charset=utf-8';
    return reply.code(output.status).header('content-type', type).header('cache-control', 'no-cache').send(output.body);
  };

  app.post('/sdk', soap('vim25'));
  app.post('/sdk/', soap('vim25'));
  app.post('/sdk/vimService', soap('vim25'));
  app.post('/pbm', soap('pbm'));
  app.post('/pbm/sdk', soap('pbm'));
  app.get('/sdk/vimServiceVersions.xml', async (_request, reply) =>
    reply.header('content-type', 'text/xml').send(serviceVersions(vc.profile.apiVersion)),
  );

  serveWsdl(app, vc.profile.apiVersion);

  app.setNotFoundHandler((request, reply) => {
    journal.record({
      plane: 'vcenter',
      event: 'vcenter.unknown',
      level: 'warn',
      text: `${request.method} ${request.url.slice(0, 200)} is not a path of this vCenter`,
      link: connectionOf(request),
    });
    return reply.code(404).header('content-type', 'text/plain').send('Not Found');
  });
  app.setErrorHandler((error, request, reply) => {
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    journal.record({
      plane: 'vcenter',
      event: 'vcenter.request.refused',
      level: status < 500 ? 'warn' : 'error',
      text: `refused ${request.method} ${request.url.slice(0, 200)}: ${messageOf(error)}`,
      link: connectionOf(request),
    });
    return reply
      .code(status)
      .header('content-type', 'text/plain')
      .send(status < 500 ? messageOf(error) : 'error');
  });
  const endConnections = trackConnections(app.server);
  app.addHook('preClose', async () => endConnections());
  // Garbage, failed handshakes and requests that never end; fastify closes the connection.
  app.server.on('clientError', (error: Error, socket: { remoteAddress?: string }) => {
    const from = socket.remoteAddress;
    journal.record({
      plane: 'vcenter',
      event: 'vcenter.connection.refused',
      level: 'warn',
      text: `a connection${from ? ` from ${from}` : ''} was refused: ${messageOf(error)}`,
      data: { code: systemCode(error) },
    });
  });
  return app;
}

/** Listens; a taken port is an ERR_PORT_IN_USE that names it. Returns the port. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    if (systemCode(error) !== 'EADDRINUSE') throw error;
    throw new KeyrigError('ERR_PORT_IN_USE', `port ${port} of the vCenter mock is taken; choose another one`, {
      cause: error,
      details: { port },
    });
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join('; ') : value;
}

function keyOf(socket: Socket): string {
  return connectionKey(
    { address: socket.remoteAddress, port: socket.remotePort },
    { address: socket.localAddress, port: socket.localPort },
  );
}

function connectionOf(request: FastifyRequest): string {
  return keyOf(request.raw.socket);
}
