import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { connectionKey, nodeHttp } from '../../core/index.ts';
import type { Vcenter } from '../vcenter.ts';
import type { Dispatcher } from './dispatch.ts';
import { LazySignal } from './lazy-signal.ts';
import { readSessionCookie, sessionCookie } from './sessions.ts';
import type { WholeConnection } from './short-road.ts';
import type { WholeRequest } from './whole-request.ts';

const { STATUS_CODES } = nodeHttp();

type Dialect = 'vim25' | 'pbm';

const dialects: ReadonlyMap<string, Dialect> = new Map([
  ['/sdk', 'vim25'],
  ['/sdk/', 'vim25'],
  ['/sdk/vimService', 'vim25'],
  ['/pbm', 'pbm'],
  ['/pbm/sdk', 'pbm'],
]);

/** Bytes from which on a body is large: reading it takes long enough for others to notice. */
const largeBody = 64 * 1024;

/** observed headers: PBM writes its charset without a space */
const contentTypes: Readonly<Record<Dialect, string>> = {
  vim25: 'text/xml; charset=utf-8',
  pbm: 'text/xml;charset=utf-8',
};

/** A SOAP request, whichever way it came. */
interface Asked {
  readonly dialect: Dialect;
  readonly body: Buffer;
  readonly cookie: string | undefined;
  readonly soapAction: string | undefined;
  readonly userAgent: string | undefined;
  /** A signal that fires when the client is gone before it has its answer. */
  gone(): AbortSignal;
}

/** What goes back to the client. */
interface Answer {
  readonly status: number;
  /** When it is not the dialect's: a fault answers. */
  readonly contentType?: string;
  readonly body: string;
  readonly dialect: Dialect;
  readonly cookie: string | undefined;
  /** Bytes of the body. */
  readonly length: number;
  readonly ascii: boolean;
  readonly date: string;
}

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
  /** Ends with the last large body that is still to be read. */
  #largeBodies = Promise.resolve();
  #second = Number.NaN;
  #dateText = '';

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
    const dialect = dialects.get(query < 0 ? url : url.slice(0, query));
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
      const { headers, socket } = request;
      const asked: Asked = {
        dialect,
        body: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks),
        cookie: headers.cookie,
        soapAction: headers.soapaction as string | undefined,
        userAgent: headers['user-agent'],
        gone: () => goneSignal(response),
      };
      this.#answer(asked, socket, (answer) => {
        response.writeHead(answer.status, headersOf(answer));
        response.end(answer.body, answer.ascii ? 'latin1' : 'utf8');
      });
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

  /**
   * The same for a request that arrived whole, on a connection that node:http does not know: false when it is for others. `send` takes
   * the whole answer as an HTTP message.
   */
  takeWhole(request: WholeRequest, connection: WholeConnection): boolean {
    const dialect = dialects.get(request.path);
    if (!dialect || request.body.length > this.#vc.assumed.bodyLimit) return false;
    const { socket } = connection;
    const { body, cookie, soapAction, userAgent } = request;
    const asked: Asked = { dialect, body, cookie, soapAction, userAgent, gone: () => connection.gone() };
    this.#answer(asked, socket, (answer) => {
      const encoding = answer.ascii ? 'latin1' : 'utf8';
      connection.send(messageHead(answer, this.#vc.assumed.keepAliveTimeout) + answer.body, encoding);
    });
    return true;
  }

  #answer(asked: Asked, socket: Socket, send: (answer: Answer) => void): void {
    if (asked.body.length < largeBody) this.#read(asked, socket, send);
    else this.#largeBodies = this.#largeBodies.then(othersFirst).then(() => this.#read(asked, socket, send));
  }

  #read(asked: Asked, socket: Socket, send: (answer: Answer) => void): void {
    const { dialect } = asked;
    const body = asked.body.toString('utf8');
    const connection = this.#connectionOf(socket);
    // PBM greets a client that brings no cookie with one of its own (observed).
    let cookie = dialect === 'pbm' && !asked.cookie ? this.#vc.sessions.newPbmCookie() : undefined;
    const answered = this.#dispatcher.answer({
      body,
      isText: isUtf8(asked.body),
      soapAction: asked.soapAction,
      cookie: readSessionCookie(asked.cookie),
      dialect,
      http: {
        remoteAddress: connection.remoteAddress,
        userAgent: asked.userAgent ?? '',
        body,
        setSessionCookie: (value) => {
          cookie = sessionCookie(value, this.#secure);
        },
      },
      connection: connection.key,
      signal: new LazySignal(() => AbortSignal.any([asked.gone(), this.#vc.stopping])),
    });
    // The dispatcher turns everything that goes wrong into a fault; what it does not is a defect and ends the connection.
    answered.then(
      (output) => {
        if ('end' in output) return this.#end(output.end, socket);
        const length = Buffer.byteLength(output.body);
        // ASCII needs no transcoding.
        send({ ...output, dialect, cookie, length, ascii: length === output.body.length, date: this.#date() });
      },
      () => socket.destroy(),
    );
  }

  #end(how: 'reset' | 'close', socket: Socket): void {
    if (how === 'reset') this.reset(socket);
    else socket.destroy();
  }

  /** Ends the TCP connection below a socket with a reset. */
  reset(socket: Socket): void {
    this.#rawSockets.get(this.keyOf(socket))?.resetAndDestroy();
  }

  /** The Date of an answer, of the lab's clock; it changes once a second. */
  #date(): string {
    const second = Math.floor(this.#vc.runtime.clock.now() / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#dateText = new Date(second * 1_000).toUTCString();
    }
    return this.#dateText;
  }
}

/** The fields of an answer, as node:http takes them. */
function headersOf({ dialect, contentType, length, cookie, date }: Answer): Record<string, string | number> {
  const fields: Record<string, string | number> = {
    'content-type': contentType ?? contentTypes[dialect],
    'cache-control': 'no-cache',
    'content-length': length,
    date,
  };
  if (cookie !== undefined) fields['set-cookie'] = cookie;
  return fields;
}

/** The head of the same answer as it stands on the wire. */
function messageHead(answer: Answer, keepAliveTimeout: number): string {
  let text = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n`;
  const fields = headersOf(answer);
  for (const name in fields) text += `${name}: ${fields[name]}\r\n`;
  return `${text}Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveTimeout / 1_000)}\r\n\r\n`;
}

/** A turn of the event loop, in which everybody who is waiting has an answer. */
function othersFirst(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
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
