/** One TCP port of the server, and the faults that close it. */
import { createServer, type Server, type Socket } from 'node:net';
import { followPort, KeyrigError, type Runtime, systemCode } from '../../core/index.ts';

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
  #unfollow: (() => Promise<void>) | undefined;

  constructor(parts: PortParts) {
    this.#parts = parts;
    this.#wanted = parts.wanted;
  }

  /** The port; undefined while stopped. A fault that closes it does not change where it is. */
  get number(): number | undefined {
    return this.#listener && this.#wanted;
  }

  /** Throws ERR_PORT_IN_USE when the port is taken. */
  async open(): Promise<void> {
    const { name, kms, host, runtime } = this.#parts;
    const server = createServer({ noDelay: true }, (raw) => this.#parts.accept(raw));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError(error, host, this.#wanted)));
      server.listen(this.#wanted, host, resolve);
    });
    this.#listener = server;
    // A server that starts again is where its clients know it.
    const address = server.address();
    if (typeof address === 'object' && address) this.#wanted = address.port;
    this.#tell();
    const port = this.#wanted;
    const subject = { kms, host, port };
    this.#unfollow = followPort({ server, at: 'kmip.port', subject, name: `${name} server`, host, port, runtime }, () =>
      this.#tell(),
    );
  }

  /** Resolves when the port is closed and its connections, which somebody else ends, are gone. */
  async close(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    await this.#unfollow?.();
    if (listener) await new Promise<void>((resolve) => listener.close(() => resolve()));
  }

  #tell(): void {
    const { name, host, runtime } = this.#parts;
    const { sha1, sha256 } = this.#parts.fingerprints();
    runtime.journal.record({
      plane: 'kmip',
      event: 'kmip.listening',
      text: `${name} server on ${host}:${this.#wanted}, certificate SHA-1 ${sha1}`,
      data: { host, port: this.#wanted, sha1, sha256 },
    });
  }
}

function listenError(error: Error, host: string, port: number): KeyrigError {
  if (systemCode(error) === 'EADDRINUSE') {
    const text = `Port ${port} on ${host} is taken by another program. Choose another with the KMIP server's option "port".`;
    return new KeyrigError('ERR_PORT_IN_USE', text, { cause: error, details: { host, port } });
  }
  return new KeyrigError('ERR_OPTION', `The KMIP server cannot listen on ${host}:${port}.`, { cause: error });
}
