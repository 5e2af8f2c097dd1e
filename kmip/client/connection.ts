import type { TLSSocket } from 'node:tls';
import { KeyrigError } from '../../core/index.ts';
import type { RequestHeaderInput, ResponseBatchItem, ResponseHeader } from '../messages/index.ts';
import {
  decodeResponse,
  encodeRequest,
  KmipError,
  protocolVersion,
  type RequestOf,
  type ResponseOf,
} from '../messages/index.ts';
import { enumName, ResultStatus } from '../registry/index.ts';
import { DEFAULT_LIMITS, MessageReader, type TtlvLimits } from '../ttlv/index.ts';
import { type AnyOperation, type KmipCall, type KmipResults, kmipCall, readResults, toBatchItem } from './call.ts';
import { describe, failureOf, KmipClientError, type KmipClientFailure, KmipResultError } from './errors.ts';
import type { DialOptions } from './options.ts';

export type KmipEndpoints = {
  /** DER of the server's certificate. */
  peerCertificate: Buffer;
  localAddress: string | undefined;
  localPort: number | undefined;
  remoteAddress: string | undefined;
  remotePort: number | undefined;
};

/** Header fields of a request; the Protocol Version defaults to 1.1. */
export type SendOptions = Partial<RequestHeaderInput> & {
  /** Unknown fields in the answer: by default a client ignores them. */
  unknownFields?: 'reject' | 'ignore';
};

export type SendAnswer<Calls extends readonly KmipCall<AnyOperation>[]> = {
  header: ResponseHeader;
  /** One per call, in the order of the calls; undefined where the server sent no item for it. */
  results: KmipResults<Calls>;
  /** The batch items as they came. */
  items: ResponseBatchItem[];
};

type Waiting = { resolve: (message: Buffer) => void; reject: (error: Error) => void; written: boolean };

/**
 * A KMIP connection with one exchange at a time. After any failure it is closed and every later exchange fails with the
 * same error.
 */
export class KmipConnection {
  readonly peerCertificate: Buffer;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly tlsProtocol: string | null;
  /** OpenSSL's name of the cipher suite. */
  readonly cipher: string;
  readonly #socket: TLSSocket;
  readonly #options: DialOptions & { limits?: Partial<TtlvLimits> };
  readonly #reader: MessageReader;
  readonly #closed: Promise<void>;
  #waiting: Waiting | undefined;
  #failed: KmipClientError | undefined;
  #received = 0;

  constructor(socket: TLSSocket, options: DialOptions & { limits?: Partial<TtlvLimits> }, endpoints: KmipEndpoints) {
    this.#socket = socket;
    this.#options = options;
    this.peerCertificate = endpoints.peerCertificate;
    this.localAddress = endpoints.localAddress;
    this.localPort = endpoints.localPort;
    this.remoteAddress = endpoints.remoteAddress;
    this.remotePort = endpoints.remotePort;
    this.tlsProtocol = socket.getProtocol();
    this.cipher = socket.getCipher().name;
    const maxBytes = options.limits?.maxBytes ?? DEFAULT_LIMITS.maxBytes;
    // A broken answer ends the connection anyway, so nothing is ever skipped.
    this.#reader = new MessageReader({ expect: 'response', maxBytes, maxSkipBytes: 0 });
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
    const stop = () => this.#fail('aborted', 'the connection was given up', options.signal?.reason);
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (cause) => this.#fail(failureOf(cause), `the connection failed: ${describe(cause)}`, cause));
    socket.on('end', () => this.#fail('closed', this.#closedText()));
    socket.on('close', () => {
      options.signal?.removeEventListener('abort', stop);
      this.#fail('closed', this.#closedText());
    });
    if (options.signal?.aborted) stop();
    else options.signal?.addEventListener('abort', stop, { once: true });
  }

  /** False once the connection was closed or has failed. */
  get open(): boolean {
    return this.#failed === undefined;
  }

  /**
   * Sends bytes as they are and gives back the bytes of the answer; only its head was looked at.
   * @throws KmipClientError with phase `request` or `response`, or `handshake` when TLS 1.3's late refusal arrives
   */
  exchange(request: Buffer): Promise<Buffer> {
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    if (this.#waiting !== undefined) {
      return Promise.reject(new KeyrigError('ERR_OPTION', 'a KMIP connection carries one exchange at a time'));
    }
    const { clock, timeoutMs } = this.#options;
    return new Promise<Buffer>((resolve, reject) => {
      const timer =
        timeoutMs === undefined
          ? undefined
          : clock.setTimeout(() => this.#fail('timeout', `no complete answer within ${timeoutMs} ms`), timeoutMs);
      const waiting: Waiting = {
        resolve: (message) => {
          timer?.clear();
          resolve(message);
        },
        reject: (error) => {
          timer?.clear();
          reject(error);
        },
        written: false,
      };
      this.#waiting = waiting;
      this.#socket.write(request, () => {
        waiting.written = true;
      });
    });
  }

  /**
   * Sends one request with a batch item per call and types the answer.
   * @throws KmipClientError; a malformed answer has the TtlvError or KmipError as its cause
   */
  async send<const Calls extends readonly KmipCall<AnyOperation>[]>(
    calls: Calls,
    options: SendOptions = {},
  ): Promise<SendAnswer<Calls>> {
    const { unknownFields = 'ignore', protocolVersion: version = protocolVersion('1.1'), ...header } = options;
    const request = encodeRequest(
      { ...header, protocolVersion: version },
      calls.map((call) => toBatchItem(call, version)),
    );
    const bytes = await this.exchange(request);
    try {
      const message = decodeResponse(bytes, { ...this.#options.limits, unknownFields });
      const results = readResults(calls, message.items, message.version, unknownFields);
      return { header: message.header, results, items: message.items };
    } catch (error) {
      if (!(error instanceof KmipError)) throw error;
      this.#fail('malformed', `the answer is malformed: ${error.message}`, error.cause ?? error);
      throw this.#failed;
    }
  }

  /**
   * One operation, one batch item: its typed answer.
   * @throws KmipResultError when the server does not answer Success; KmipClientError when it does not answer well
   */
  async call<D extends AnyOperation>(
    operation: D,
    payload: RequestOf<D>,
    options?: SendOptions,
  ): Promise<ResponseOf<D>> {
    const { items, results } = await this.send([kmipCall<AnyOperation>(operation, payload)], options);
    const [result] = results;
    const name = enumName('Operation', operation.operation) ?? `operation ${operation.operation}`;
    if (result?.resultStatus === ResultStatus.Success && result.payload !== undefined) {
      return result.payload as ResponseOf<D>;
    }
    const [first] = items;
    if (first === undefined || first.resultStatus === ResultStatus.Success) {
      this.#fail('malformed', `the answer to ${name} has no payload`);
      throw this.#failed;
    }
    throw new KmipResultError(name, first);
  }

  /** Ends TLS in good order and resolves when the socket is closed. */
  async close(): Promise<void> {
    this.#fail('aborted', 'the connection was closed', undefined, () => {
      this.#socket.end();
      this.#socket.destroySoon();
    });
    await this.#closed;
  }

  #take(chunk: Buffer): void {
    this.#received += chunk.length;
    for (const event of this.#reader.push(chunk)) {
      const waiting = this.#waiting;
      if (event.type === 'refused') {
        this.#fail('malformed', `the answer is malformed: ${event.error.message}`, event.error);
      } else if (waiting === undefined) {
        this.#fail('malformed', 'the server sent a message that nothing asked for');
      } else {
        this.#waiting = undefined;
        waiting.resolve(event.bytes);
      }
    }
  }

  #closedText(): string {
    const announced = this.#reader.announcedBytes;
    if (this.#reader.pendingBytes === 0) return 'the server closed the connection without an answer';
    const of = announced === undefined ? '' : ` of ${announced}`;
    return `the server closed the connection after ${this.#reader.pendingBytes}${of} bytes of its answer`;
  }

  /** The first failure decides; it ends the exchange under way and every later one. */
  #fail(failure: KmipClientFailure, message: string, cause?: unknown, end = () => void this.#socket.destroy()): void {
    if (this.#failed !== undefined) return;
    const waiting = this.#waiting;
    // TLS 1.3 tells a client whose certificate is refused only after its handshake is complete (RFC 8446 §4.4.2.4).
    const late = failure === 'alert' && this.#received === 0;
    const phase = late ? 'handshake' : waiting?.written === false ? 'request' : 'response';
    const { host, port } = this.#options;
    this.#failed = new KmipClientError(phase, failure, `${host}:${port}: ${message}`, cause);
    this.#waiting = undefined;
    waiting?.reject(this.#failed);
    end();
  }
}
