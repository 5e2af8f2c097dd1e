import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { MessageReader } from '../../../kmip/index.ts';

/** Where the server under fire listens, and a client certificate that it accepts; PEM. */
export interface FuzzTarget {
  port: number;
  cert: string;
  key: string;
}

/** What the server may take to answer or to close before it counts as hanging, ms: far more than a busy machine needs. */
const patience = 60_000;

/** A TLS connection that sends any bytes and does not mind how the server ends it. */
export class FuzzConnection {
  readonly #socket: TLSSocket;
  readonly #reader = new MessageReader({ expect: 'response', maxBytes: 64 * 1024 * 1024 });
  readonly #answers: Buffer[] = [];
  #closed = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      for (const event of this.#reader.push(chunk)) {
        if (event.type === 'message') this.#answers.push(event.bytes);
        else this.#failure = event.error;
      }
      this.#wake?.();
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#wake?.();
    });
    // A server that closes while more is being sent resets the connection.
    socket.on('error', () => {});
  }

  static async open({ port, cert, key }: FuzzTarget): Promise<FuzzConnection> {
    const socket = connect({ host: '127.0.0.1', port, cert, key, rejectUnauthorized: false });
    socket.setNoDelay(true);
    await once(socket, 'secureConnect');
    return new FuzzConnection(socket);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Sends a message and gives its answer; throws when the server closes, says nothing, or what it says is no message. */
  async exchange(message: Buffer): Promise<Buffer> {
    this.#socket.write(message);
    await this.#until(() => this.#answers.length > 0, 'to answer', message);
    return this.#answers.shift() as Buffer;
  }

  /** Sends bytes that may be no message, and that this is all; gives the answers that came before the server closed. */
  async last(message: Buffer): Promise<Buffer[]> {
    this.#socket.end(message);
    await this.#until(() => this.#closed, 'to close', message);
    return this.#answers.splice(0);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #until(isDone: () => boolean, what: string, message: Buffer): Promise<void> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake?.();
    }, patience);
    while (!isDone() && !this.#closed && !isLate && !this.#failure) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    clearTimeout(timer);
    if (isDone() && !this.#failure) return;
    const why = this.#failure?.message ?? (isLate ? `took longer than ${patience} ms ${what}` : 'closed');
    throw new Error(`the server ${why}; sent ${message.toString('hex').slice(0, 4_000)}`);
  }
}
