import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  guardConnections,
  KeyrigError,
  messageOf,
  nodeHttp,
  systemCode,
  trackConnections,
  withoutSchemaCompilers,
} from '../../core/index.ts';
import { serveLookup } from '../lookup/lookup-service.ts';
import { serveMob } from '../mob/routes.ts';
import { pathNotFoundBody, restRootOf } from '../rest/errors.ts';
import { serveRest } from '../rest/server.ts';
import { serveSts } from '../sts/sts-endpoint.ts';
import type { Vcenter } from '../vcenter.ts';
import { serveWsdl } from '../wsdl/routes.ts';
import type { Dispatcher } from './dispatch.ts';
import { RequestFaults } from './request-faults.ts';
import { serviceVersions } from './service-versions.ts';
import { addShortRoad, type TakeWhole } from './short-road.ts';
import { SoapEndpoint } from './soap-endpoint.ts';

/** A TLS identity: PEM texts. */
export interface ServerIdentity {
  certificatePem: string;
  privateKeyPem: string;
  /** The certificate followed by its issuers, when they shall be sent along. */
  chainPem?: string;
}

/** The HTTP(S) server of a vCenter. */
export interface VcenterServer {
  readonly app: FastifyInstance;
  /** Makes a second server that answers the same; it ends with the first. */
  twin(): Server;
}

/**
 * Builds the HTTP(S) server of a vCenter: vim25 on /sdk and /sdk/vimService, PBM on /pbm and /pbm/sdk, REST on /api and /rest, the
 * lookup service and the security token service.
 */
export function buildServer(
  vc: Vcenter,
  dispatcher: Dispatcher,
  identity: ServerIdentity | undefined,
  admits: (address: string) => boolean = () => true,
): VcenterServer {
  const { journal } = vc.runtime;
  const idleTimeout = vc.assumed.keepAliveTimeout;
  let route: (request: IncomingMessage, response: ServerResponse) => void = () => {};
  /** A firewall that refuses: the connection is reset before a byte is read. */
  const turnedAway = (socket: Socket): boolean => {
    const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
    if (admits(address)) return false;
    journal.record({
      plane: 'gateway',
      event: 'gateway.client.refused',
      level: 'warn',
      text: `the address ${address} is in no allowed network: its connection to vCenter is reset`,
      data: { address },
    });
    socket.resetAndDestroy();
    return true;
  };
  const create = () => {
    const server = createServer(vc, identity, (request, response) =>
      faults.pass(request, response, () => {
        if (!soap.take(request, response)) route(request, response);
      }),
    );
    const take: TakeWhole = (request, from) => !faults.concerned && soap.takeWhole(request, from);
    addShortRoad(server, identity !== undefined, take, idleTimeout);
    guardConnections(server, 'vcenter.connection', vc.runtime);
    server.on('connection', (socket: Socket) => {
      if (turnedAway(socket)) return;
      soap.connected(socket);
    });
    return server;
  };
  const soap = new SoapEndpoint(vc, dispatcher, identity !== undefined);
  const faults = new RequestFaults(vc, soap);
  const notFound = (request: FastifyRequest, reply: FastifyReply) => {
    journal.record({
      plane: 'vcenter',
      event: 'vcenter.unknown',
      level: 'warn',
      text: `${request.method} ${request.url.slice(0, 200)} is not a path of this vCenter`,
      link: soap.keyOf(request.raw.socket),
    });
    const root = restRootOf(request.url);
    if (root) return reply.code(404).header('content-type', 'application/json').send(pathNotFoundBody(root));
    return reply.code(404).header('content-type', 'text/plain').send('Not Found');
  };
  const app: FastifyInstance = Fastify({
    schemaController: withoutSchemaCompilers,
    bodyLimit: vc.assumed.bodyLimit,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    // A path that cannot be decoded names nothing.
    frameworkErrors: (_error, request, reply) => notFound(request, reply),
    serverFactory: (handle) => {
      route = handle;
      return create();
    },
  });

  app.get('/sdk/vimServiceVersions.xml', async (_request, reply) =>
    reply.header('content-type', 'text/xml').send(serviceVersions(vc.profile.apiVersion)),
  );

  serveWsdl(app, vc.profile.apiVersion);
  serveRest(app, vc);
  serveSts(app, vc);
  serveLookup(app, vc, identity?.certificatePem);
  serveMob(app, vc);

  app.setNotFoundHandler(notFound);
  app.setErrorHandler((error, request, reply) => {
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    journal.record({
      plane: 'vcenter',
      event: 'vcenter.request.refused',
      level: status < 500 ? 'warn' : 'error',
      text: `refused ${request.method} ${request.url.slice(0, 200)}: ${messageOf(error)}`,
      link: soap.keyOf(request.raw.socket),
    });
    return reply
      .code(status)
      .header('content-type', 'text/plain')
      .send(status < 500 ? messageOf(error) : 'error');
  });
  // Garbage, failed handshakes and requests that never end; the connection is closed.
  const refused = (error: Error, socket: { remoteAddress?: string }) => {
    const from = socket.remoteAddress;
    journal.record({
      plane: 'vcenter',
      event: 'vcenter.connection.refused',
      level: 'warn',
      text: `a connection${from ? ` from ${from}` : ''} was refused: ${messageOf(error)}`,
      data: { code: systemCode(error) },
    });
  };
  const endConnections = trackConnections(app.server);
  app.addHook('preClose', async () => endConnections());
  app.server.on('clientError', refused);
  const twin = () => {
    const server = create();
    const endTwin = trackConnections(server);
    server.on('clientError', (error: Error, socket: Socket) => {
      refused(error, socket);
      socket.destroy();
    });
    app.addHook('preClose', async () => {
      endTwin();
      server.close();
    });
    return server;
  };
  return { app, twin };
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

/** The same for a server without routes of its own; a port that may not be used is refused alike. */
export async function listenPlainly(server: Server, host: string, port: number): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    const why = code === 'EACCES' ? 'may not be used by this user' : 'is taken';
    throw new KeyrigError('ERR_PORT_IN_USE', `port ${port} of the vCenter mock ${why}; choose another one`, {
      cause: error,
      details: { port },
    });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function createServer(
  vc: Vcenter,
  identity: ServerIdentity | undefined,
  listener: (request: IncomingMessage, response: ServerResponse) => void,
): Server {
  // Node.js looks for requests that take too long once in the interval, and takes the greater of the two limits for bodies.
  const { requestTimeout, keepAliveTimeout } = vc.assumed;
  const limits = {
    requestTimeout,
    headersTimeout: requestTimeout,
    connectionsCheckingInterval: Math.min(requestTimeout, 5_000),
    keepAliveTimeout,
    noDelay: true,
  };
  if (!identity) return nodeHttp().createServer(limits, listener);
  return https.createServer(
    {
      ...limits,
      cert: identity.chainPem ?? identity.certificatePem,
      key: identity.privateKeyPem,
      minVersion: 'TLSv1.2',
      handshakeTimeout: vc.assumed.handshakeTimeout,
    },
    listener,
  );
}
