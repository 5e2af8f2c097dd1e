import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { connectionKey } from '../../core/index.ts';
import type { Vcenter } from '../vcenter.ts';
import type { Dispatcher, SoapOutput } from './dispatch.ts';
import { LazySignal } from './lazy-signal.ts';
import { readSessionCookie, sessionCookie } from './sessions.ts';

type Dialect = 'vim25' | 'pbm';

const dialects: Readonly<Record<string, Dialect>> = {
  '/sdk': 'vim25',
  '/sdk/': 'vim25',
  '/sdk/vimService': 'vim25',
  '/pbm': 'pbm',
  '/pbm/sdk': 'pbm',
};

/** observed headers: PBM writes its charset without a space */
const contentTypes: Readonly<Record<Dialect, string>> = {
  vim25: 'text/xml; charset=utf-8',
  pbm: 'text/xml;charset=utf-8',
};

/** What is known of a TCP connection, worked out once. */
interface Connection {
  readonly key: string;
  readonly remoteAddress: string;
}

/**
 * SOAP over HTTP: vim25 on /sdk and /sdk/vimService, PBM on /pbm and /pbm/sdk. It stands before the router because what a router
 * does for each request costs as much as the answer to a small call.
 */
export class SoapEndpoint {
  readonly #vc: Vcenter;
  readonly #dispatcher: Dispatcher;
  readonly #secure: boolean;
  readonly #connections = new WeakMap<Socket, Connection>();
  /** Only the TCP socket below TLS can be reset. */
  readonly #rawSockets = new Map<string, Socket>();

  constructor(vc: Vcenter, dispatcher: Dispatcher, secure: boolean) {
    this.#vc = vc;
    this.#dispatcher = dispatcher;
    this.#secure = secure;
  }

  /** Tells of a new TCP connection. */
  connected(socket: Socket): void {
    const { key } = this.#connectionOf(socket);
    this.#rawSockets.set(key, socket);
    socket.once('close', () => this.#rawSockets.delete(key));
  }

  /** The journal's key of the connection that a socket belongs to. */
  keyOf(socket: Socket): string {
    return this.#connectionOf(socket).key;
  }

  #connectionOf(socket: Socket): Connection {
    let connection = this.#connections.get(socket);
    if (!connection) {
      const remoteAddress = socket.remoteAddress ?? '';
      const key = connectionKey(
        { address: remoteAddress, port: socket.remotePort },
        { address: socket.localAddress, port: socket.localPort },
      );
      connection = { key, remoteAddress };
      this.#connections.set(socket, connection);
    }
    return connection;
  }

  /** Answers a request when it is a POST to a SOAP path; false when it is for others. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'POST') return false;
    const url = request.url ?? '';
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    const dialect = Object.hasOwn(dialects, path) ? dialects[path] : undefined;
    if (!dialect) return false;
    const limit = this.#vc.assumed.bodyLimit;
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      this.#refuseLargeBody(request, response);
      return true;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limit) chunks.push(chunk);
      else if (!response.headersSent) {
        chunks.length = 0;
        this.#refuseLargeBody(request, response);
      }
    });
    request.on('end', () => {
      if (bytes > limit) return;
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
      this.#answer(body.toString('utf8'), dialect, request, response);
    });
    // A body that breaks off ends its connection; the server reports what was wrong with it.
    request.on('error', () => {});
    response.on('error', () => {});
    return true;
  }

  /** Past the limit nothing more is read: the connection ends with the answer. */
  #refuseLargeBody(request: IncomingMessage, response: ServerResponse): void {
    const text = 'Request body is too large';
    this.#vc.runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.request.refused',
      level: 'warn',
      text: `refused ${request.method} ${(request.url ?? '').slice(0, 200)}: ${text}`,
      link: this.keyOf(request.socket),
    });
    response.writeHead(413, { 'content-type': 'text/plain', connection: 'close' });
    response.end(text);
  }

  #answer(body: string, dialect: Dialect, request: IncomingMessage, response: ServerResponse): void {
    const { headers, socket } = request;
    const connection = this.#connectionOf(socket);
    // PBM greets a client that brings no cookie with one of its own (observed).
    let cookie = dialect === 'pbm' && !headers.cookie ? this.#vc.sessions.newPbmCookie() : undefined;
    const answered = this.#dispatcher.answer({
      body,
      soapAction: headers.soapaction as string | undefined,
      cookie: readSessionCookie(headers.cookie),
      dialect,
      http: {
        remoteAddress: connection.remoteAddress,
        userAgent: headers['user-agent'] ?? '',
        body,
        setSessionCookie: (value) => {
          cookie = sessionCookie(value, this.#secure);
        },
      },
      connection: connection.key,
      signal: new LazySignal(() => AbortSignal.any([goneSignal(response), this.#vc.stopping])),
    });
    // The dispatcher turns everything that goes wrong into a fault; what it does not is a defect and ends the connection.
    answered.then(
      (output) => this.#send(output, dialect, cookie, socket, response),
      () => socket.destroy(),
    );
  }

  #send(
    output: SoapOutput,
    dialect: Dialect,
    cookie: string | undefined,
    socket: Socket,
    response: ServerResponse,
  ): void {
    if ('end' in output) {
      if (output.end === 'reset') this.#rawSockets.get(this.keyOf(socket))?.resetAndDestroy();
      else socket.destroy();
      return;
    }
    const head: Record<string, string | number> = {
      'content-type': contentTypes[dialect],
      'cache-control': 'no-cache',
      'content-length': Buffer.byteLength(output.body),
    };
    if (cookie !== undefined) head['set-cookie'] = cookie;
    response.writeHead(output.status, head);
    // ASCII needs no transcoding.
    response.end(output.body, head['content-length'] === output.body.length ? 'latin1' : 'utf8');
  }
}

/** Fires when the client is gone before it has its answer. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (response.destroyed) gone.abort();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
