/** A server with its PKI, and clients that speak to it over real TLS sockets. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type SecureVersion, type TLSSocket } from 'node:tls';
import {
  type CertificateAuthority,
  type Clock,
  createCertificateAuthority,
  createRuntime,
  type FaultRule,
  type Identity,
  type JournalEntry,
  KeyPool,
  type Runtime,
} from '../../core/index.ts';
import {
  type AnyOperation,
  decodeResponse,
  encodeRequest,
  enumKey,
  type KmipCall,
  type KmipResult,
  kmipCall,
  MessageReader,
  type ProtocolVersion,
  type RequestHeaderInput,
  type RequestOf,
  type ResponseBatchItem,
  type ResponseMessage,
  type ResponseOf,
  requestItem,
} from '../../kmip/index.ts';
import { createKmipServer, type KmipServer, type KmipServerOptions } from '../../kmip-server/index.ts';

/** Shared by the tests of a file: making RSA keys takes long. */
const keys = new KeyPool();

export interface Lab {
  runtime: Runtime;
  server: KmipServer;
  port: number;
  authority: CertificateAuthority;
  /** A client certificate of the lab's authority, Common Name `vcenter`. */
  client: Identity;
  /** Another client of the same authority. */
  other: Identity;
  clientKeys: Awaited<ReturnType<KeyPool['get']>>;
  /** Journal entries of the kmip plane with this event. */
  events(event: string): JournalEntry[];
  /** Resolves with the first entry of this event, recorded before or after the call. */
  event(event: string): Promise<JournalEntry>;
}

export interface LabOptions extends Partial<Omit<KmipServerOptions, 'identity' | 'port'>> {
  clock?: Clock;
  seed?: string;
  faults?: FaultRule[];
  /** Builds options from the PKI. */
  withPki?(pki: Pick<Lab, 'authority' | 'client' | 'other' | 'clientKeys'>): Partial<KmipServerOptions>;
}

const cleanups: (() => Promise<void> | void)[] = [];

/** Call in afterEach: stops the servers and closes the sockets of a test. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** Starts a server on a free port. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const { clock, seed = 'kmip-server-test', faults, withPki, ...serverOptions } = options;
  const runtime = createRuntime({ clock, seed, faults });
  const parts = { clock: runtime.clock, random: runtime.random };
  const [caKeys, serverKeys, clientKeys] = await Promise.all([keys.get('ca'), keys.get('server'), keys.get('client')]);
  const authority = createCertificateAuthority({ keys: caKeys, ...parts });
  const client = authority.issueClient({ commonName: 'vcenter', keys: clientKeys });
  const other = authority.issueClient({ commonName: 'other', keys: clientKeys });
  const identity = authority.issueServer({ commonName: 'kms', keys: serverKeys });
  const pki = { authority, client, other, clientKeys };
  const server = createKmipServer(
    { identity, ca: [authority.certificatePem], port: 0, ...serverOptions, ...withPki?.(pki) },
    runtime,
  );
  const { port } = await server.start();
  cleanups.push(() => server.stop());
  const events = (event: string) => runtime.journal.entries({ plane: 'kmip', event });
  return {
    runtime,
    server,
    port,
    ...pki,
    events,
    event(name) {
      const [found] = events(name);
      if (found) return Promise.resolve(found);
      return new Promise((resolve) => {
        const stop = runtime.journal.subscribe((entry) => {
          if (entry.event !== name) return;
          stop();
          resolve(entry);
        });
      });
    },
  };
}

export interface TlsOptions {
  identity?: Identity | undefined;
  version?: SecureVersion;
  ciphers?: string;
}

/** How a socket ended: the error's code, or `closed`. */
export function ending(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let code = 'closed';
    socket.on('error', (error: NodeJS.ErrnoException) => {
      code = error.code ?? error.message;
    });
    socket.on('close', () => resolve(code));
    socket.resume();
  });
}

/** A TLS socket on which nothing is assumed about the handshake. */
export function dialTls(lab: Pick<Lab, 'port'>, { identity, version, ciphers }: TlsOptions = {}): TLSSocket {
  const socket = connectTls({
    host: '127.0.0.1',
    port: lab.port,
    rejectUnauthorized: false,
    minVersion: version,
    maxVersion: version,
    ciphers,
    cert: identity?.chainPem,
    key: identity?.privateKeyPem,
  });
  cleanups.push(() => {
    socket.destroy();
  });
  socket.on('error', () => {});
  return socket;
}

export function dialTcp(lab: Pick<Lab, 'port'>): Socket {
  const socket = connectTcp({ host: '127.0.0.1', port: lab.port });
  cleanups.push(() => {
    socket.destroy();
  });
  socket.on('error', () => {});
  return socket;
}

/** A connected client: raw messages in and out, and typed calls. */
export class Client {
  readonly socket: TLSSocket;
  readonly #reader = new MessageReader({ expect: 'response' });
  readonly #messages: Buffer[] = [];
  #wake: (() => void) | undefined;
  #ended = false;

  constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      for (const event of this.#reader.push(chunk)) {
        if (event.type === 'refused') throw event.error;
        this.#messages.push(event.bytes);
      }
      this.#wake?.();
    });
    socket.on('close', () => {
      this.#ended = true;
      this.#wake?.();
    });
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** The next response message; undefined when the connection ended before one came. */
  async read(): Promise<Buffer | undefined> {
    while (this.#messages.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#messages.shift();
  }

  async exchange(bytes: Buffer): Promise<ResponseMessage> {
    this.write(bytes);
    const answer = await this.read();
    if (!answer) throw new Error('the connection ended without an answer');
    return decodeResponse(answer);
  }

  /** One typed operation; the answer's item. */
  async call<D extends AnyOperation>(
    operation: D,
    payload: RequestOf<D>,
    header: Partial<RequestHeaderInput> = {},
  ): Promise<KmipResult<ResponseOf<D>>> {
    const { items, version } = await this.batch([kmipCall(operation, payload)], header);
    return typed(operation, items[0]!, version);
  }

  /** The payload of an operation that must succeed. */
  async ok<D extends AnyOperation>(
    operation: D,
    payload: RequestOf<D>,
    header: Partial<RequestHeaderInput> = {},
  ): Promise<ResponseOf<D>> {
    const result = await this.call(operation, payload, header);
    if (!result.payload) throw new Error(`${refusal(result)}`);
    return result.payload;
  }

  /** `ItemNotFound: …` of an operation that must be refused. */
  async refused<D extends AnyOperation>(
    operation: D,
    payload: RequestOf<D>,
    header: Partial<RequestHeaderInput> = {},
  ): Promise<string> {
    return refusal(await this.call(operation, payload, header));
  }

  /** Several operations in one message. */
  batch(calls: readonly KmipCall<AnyOperation>[], header: Partial<RequestHeaderInput> = {}): Promise<ResponseMessage> {
    const protocolVersion = header.protocolVersion ?? { major: 1, minor: 1 };
    const items = calls.map((call) =>
      requestItem(call.operation, call.payload, protocolVersion, call.uniqueBatchItemId),
    );
    return this.exchange(encodeRequest({ ...header, protocolVersion }, items));
  }
}

/** Types the payload of a response item. */
export function typed<D extends AnyOperation>(
  operation: D,
  item: ResponseBatchItem,
  version: ProtocolVersion,
): KmipResult<ResponseOf<D>> {
  const { payload, ...rest } = item;
  if (payload === undefined || item.resultStatus !== 0) return rest;
  return { ...rest, payload: operation.response.decode(payload, version) as ResponseOf<D> };
}

/** `PermissionDenied: text`; `Success` when it was not refused. */
export function refusal(item: { resultStatus: number; resultReason?: number; resultMessage?: string }): string {
  if (item.resultStatus === 0) return 'Success';
  return `${enumKey('ResultReason', item.resultReason ?? 0)}: ${item.resultMessage}`;
}

/** Connects with the lab's client certificate (or another) and waits for the handshake. */
export async function connect(lab: Lab, options: TlsOptions = {}): Promise<Client> {
  const socket = dialTls(lab, { identity: lab.client, ...options });
  await once(socket, 'secureConnect');
  return new Client(socket);
}
