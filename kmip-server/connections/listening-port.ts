/** One TCP port of the server, and the faults that close it. */
import { createServer, type Server, type Socket } from 'node:net';
import { KeyrigError, messageOf, type Runtime, systemCode } from '../../core/index.ts';

export interface PortParts {
  /** `KMIP` or `KMIP over HTTPS` */
  name: string;
  kms: string;
  host: string;
  /** 0 takes a free one. */
  wanted: number;
  runtime: Runtime;
  accept(raw: Socket): void;
  /** What the journal says of the certificate shown. */
  fingerprints(): { sha1: string; sha256: string };
}

/** A port that is opened and closed by the server, and in between by faults of the point `kmip.port`. */
export class ListeningPort {
  readonly #parts: PortParts;
  #wanted: number;
  #listener: Server | undefined;
  #unwatch: (() => void) | undefined;
  /** Openings and closings come one after the other. */
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: PortParts) {
    this.#parts = parts;
    this.#wanted = parts.wanted;
  }

  /** The port; undefined while stopped. A fault that closes it does not change where it is. */
  get number(): number | undefined {
    return this.#unwatch || this.#listener ? this.#wanted : undefined;
  }

  /** Throws ERR_PORT_IN_USE when the port is taken. */
  async open(): Promise<void> {
    await this.#listen();
    const { kms, host, runtime } = this.#parts;
    this.#unwatch = runtime.faults.watch('kmip.port', { kms, host, port: this.#wanted }, (hit) => {
      const isOpen = hit === undefined;
      if (isOpen) this.#soon(() => this.#reopen());
      else this.#shut(hit.entry.seq);
    });
  }

  /** Resolves when the port is closed and its connections, which somebody else ends, are gone. */
  async close(): Promise<void> {
    this.#unwatch?.();
    this.#unwatch = undefined;
    await this.#turn;
    const listener = this.#listener;
    this.#listener = undefined;
    if (listener) await new Promise<void>((resolve) => listener.close(() => resolve()));
  }

  async #listen(): Promise<void> {
    const { name, host, runtime } = this.#parts;
    const listener = createServer({ noDelay: true }, (raw) => this.#parts.accept(raw));
    await new Promise<void>((resolve, reject) => {
      listener.once('error', (error) => reject(listenError(error, host, this.#wanted)));
      listener.listen(this.#wanted, host, resolve);
    });
    this.#listener = listener;
    // A server that starts again is where its clients know it.
    const address = listener.address();
    if (typeof address === 'object' && address) this.#wanted = address.port;
    const { sha1, sha256 } = this.#parts.fingerprints();
    runtime.journal.record({
      plane: 'kmip',
      event: 'kmip.listening',
      text: `${name} server on ${host}:${this.#wanted}, certificate SHA-1 ${sha1}`,
      data: { host, port: this.#wanted, sha1, sha256 },
    });
  }

  /** Dials are refused from now on; who is connected stays so. */
  #shut(cause: number): void {
    const { name, host, runtime } = this.#parts;
    const shut = () => {
      this.#listener?.close();
      this.#listener = undefined;
    };
    // At once, unless it is being opened.
    if (this.#listener) shut();
    else this.#soon(async () => shut());
    runtime.journal.record({
      plane: 'kmip',
      event: 'kmip.unlistened',
      level: 'warn',
      text: `${name} server closed its port ${host}:${this.#wanted}`,
      data: { host, port: this.#wanted },
      cause,
    });
  }

  async #reopen(): Promise<void> {
    if (!this.#unwatch || this.#listener) return;
    try {
      await this.#listen();
    } catch (error) {
      const { runtime } = this.#parts;
      runtime.journal.record({ plane: 'kmip', event: 'kmip.listening.failed', level: 'error', text: messageOf(error) });
    }
  }

  #soon(work: () => Promise<void>): void {
    const release = this.#parts.runtime.clock.hold();
    this.#turn = this.#turn.then(work).finally(release);
  }
}

function listenError(error: Error, host: string, port: number): KeyrigError {
  if (systemCode(error) === 'EADDRINUSE') {
    const text = `Port ${port} on ${host} is taken by another program. Choose another with the KMIP server's option "port".`;
    return new KeyrigError('ERR_PORT_IN_USE', text, { cause: error, details: { host, port } });
  }
  return new KeyrigError('ERR_OPTION', `The KMIP server cannot listen on ${host}:${port}.`, { cause: error });
}
