import type { RequestListener, Server, ServerOptions } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  followPort,
  guardConnections,
  type Identity,
  KeyrigError,
  nodeHttp,
  type Runtime,
  systemCode,
} from '../core/index.ts';
import type { AssumedValues } from './assumed.ts';
import { ApiFailure, badRequest } from './failures.ts';

/** What a listener needs. */
export interface ListenerParts {
  host: string;
  port: number;
  /** The option to name when the port is taken. */
  option: 'httpsPort' | 'httpPort';
  /** With it the listener speaks HTTPS. */
  identity?: Pick<Identity, 'chainPem' | 'privateKeyPem'>;
  handler: RequestListener;
  assumed: AssumedValues;
  runtime: Runtime;
  nextQueryId(): string;
}

/** A port that serves the API. */
export interface Listener {
  readonly port: number;
  /** Ends the TCP connection from this client with a reset. */
  reset(remoteAddress: string | undefined, remotePort: number | undefined): void;
  close(): Promise<void>;
}

/** Opens a port. Throws ERR_PORT_IN_USE when it is taken. Garbage and stalled clients are refused and journalled. */
export async function listen(parts: ListenerParts): Promise<Listener> {
  const { host, port, option, identity, handler, assumed, runtime } = parts;
  const limits: ServerOptions = {
    maxHeaderSize: assumed.headerLimitBytes,
    headersTimeout: assumed.requestTimeoutMs,
    requestTimeout: assumed.requestTimeoutMs,
    connectionsCheckingInterval: Math.ceil(assumed.requestTimeoutMs / 2),
    // Longer than clients keep idle connections, so that they do not write into one that is being closed.
    keepAliveTimeout: 65_000,
    // Told by the application, in OVH's form.
    requireHostHeader: false,
  };
  const server: Server = identity
    ? createServer(
        { ...limits, key: identity.privateKeyPem, cert: identity.chainPem, handshakeTimeout: assumed.requestTimeoutMs },
        handler,
      )
    : nodeHttp().createServer(limits, handler);

  guardConnections(server, 'ovh.connection', runtime);
  const sockets = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const key = addressKey(socket.remoteAddress, socket.remotePort);
    sockets.set(key, socket);
    socket.once('close', () => sockets.delete(key));
  });
  // Node.js would answer other expectations than 100-continue by itself; like most servers ours ignores them.
  server.on('checkExpectation', handler);
  // Failed TLS handshakes arrive here too.
  server.on('clientError', (error: Error, socket: Duplex) => refuse(error, socket, parts));

  await new Promise<void>((resolve, reject) => {
    // Stays: a server that listens survives later errors, such as too many open files.
    server.on('error', (cause) => {
      const taken = systemCode(cause) === 'EADDRINUSE';
      reject(
        taken
          ? new KeyrigError('ERR_PORT_IN_USE', `port ${port} is in use; choose another with the option ${option}`, {
              cause,
              details: { port },
            })
          : new KeyrigError('ERR_OPTION', `cannot listen on ${host}:${port}: ${cause.message}`, { cause }),
      );
    });
    server.listen({ host, port }, resolve);
  });

  const { port: opened } = server.address() as AddressInfo;
  const scheme = identity ? 'https' : 'http';
  const subject = { scheme, host, port: opened };
  const name = `OVHcloud API (${scheme})`;
  const unfollow = followPort({ server, at: 'ovh.port', subject, name, host, port: opened, runtime });

  return {
    port: opened,
    reset: (address, remotePort) => sockets.get(addressKey(address, remotePort))?.resetAndDestroy(),
    close: async () => {
      await unfollow();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets.values()) socket.destroy();
      });
    },
  };
}

function addressKey(address: string | undefined, port: number | undefined): string {
  return `${address} ${port}`;
}

/** Answers what cannot be read as HTTP, as far as the connection still takes an answer. */
function refuse(error: Error, socket: Duplex, parts: ListenerParts): void {
  // Told already; what comes after the refusal is not read.
  if (socket.writableEnded) {
    socket.destroy();
    return;
  }
  recordRefusal(error, parts);
  if (/^(?:ECONNRESET|ERR_SSL_|ERR_TLS_)/.test(systemCode(error) ?? '') || !socket.writable) {
    socket.destroy();
    return;
  }
  const failure = refusalOf(error, parts.assumed);
  const body = JSON.stringify(failure.body);
  socket.end(
    [
      `HTTP/1.1 ${failure.status} ${refusalReasons[failure.status] ?? 'Bad Request'}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-OVH-QUERYID: ${parts.nextQueryId()}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

const refusalReasons: Record<number, string> = { 408: 'Request Timeout', 431: 'Request Header Fields Too Large' };

function refusalOf(error: Error, assumed: AssumedValues): ApiFailure {
  switch (systemCode(error)) {
    case 'HPE_HEADER_OVERFLOW':
      return new ApiFailure(431, assumed.badRequestText);
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ApiFailure(408, assumed.badRequestText);
    default:
      return badRequest(assumed.badRequestText);
  }
}

function recordRefusal(error: Error, { runtime, identity }: ListenerParts): void {
  const code = systemCode(error) ?? 'unknown';
  const listener = identity ? 'HTTPS' : 'HTTP';
  runtime.journal.record({
    plane: 'ovh',
    event: 'ovh.connection.refused',
    // A client that goes away is no attack.
    level: code === 'ECONNRESET' ? 'debug' : 'warn',
    text: `the ${listener} listener refuses a connection that it cannot read: ${code}`,
    data: { listener, code },
  });
}
