import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

/** Where a server listens and what it accepts; PEM. */
export interface Target {
  host: string;
  port: number;
  ca: string;
  cert: string;
  key: string;
}

/**
 * The smallest TLS client that can measure a KMIP server: it sends bytes and waits for one whole message, known by the
 * length in its first item (KMIP 1.1 §9.1.1.3). It decodes nothing.
 */
export class RawClient {
  readonly #socket: TLSSocket;
  #received: Buffer[] = [];
  #bytes = 0;
  #waiting: { resolve: (answer: Buffer) => void; reject: (error: Error) => void } | undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', (error) => this.#waiting?.reject(error));
    socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')));
  }

  static async open({ host, port, ca, cert, key }: Target): Promise<RawClient> {
    // TLS 1.2 because PyKMIP's server has no other: all servers are measured with the same version.
    const socket = connect({ host, port, ca, cert, key, maxVersion: 'TLSv1.2', servername: 'localhost' });
    socket.setNoDelay(true);
    await once(socket, 'secureConnect');
    return new RawClient(socket);
  }

  /** Sends one message, gives the answer's bytes. One at a time. */
  exchange(message: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(message);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < 8) return;
    const answer = this.#received.length === 1 ? chunk : Buffer.concat(this.#received);
    this.#received = [answer];
    if (answer.length < 8 + answer.readUInt32BE(4)) return;
    this.#received = [];
    this.#bytes = 0;
    this.#waiting?.resolve(answer);
    this.#waiting = undefined;
  }
}
