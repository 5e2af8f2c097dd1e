/** The KMIP side of a connection: cuts the stream into messages, answers them in order, keeps the time limits. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Ending } from '../../core/index.ts';
import { KmipError, MessageReader, type ReaderEvent, ResultReason } from '../../kmip/index.ts';
import { type Answer, answerRequest, refuseMessage } from '../messages/message.ts';
import type { ServerLimits } from '../options.ts';
import { type AnswerSink, type DeliveryParts, deliver } from './delivery.ts';
import { IdleWatch } from './idle-watch.ts';

export interface SessionParts extends DeliveryParts {
  limits: ServerLimits;
}

/** What is spoken over a secured connection. */
export interface Conversation {
  /** Messages received so far, also refused ones; 0 makes the connection a probe. */
  readonly messages: number;
  /** Whether a request is being carried out or answered. */
  readonly isAnswering: boolean;
  destroy(): void;
}

/** Messages that may wait for their turn before reading pauses. */
const maxWaiting = 64;

/** Reads TTLV requests from a secured socket and answers them one after the other. */
export class Session implements Conversation, AnswerSink {
  readonly #socket: TLSSocket;
  readonly #raw: Socket;
  readonly #parts: SessionParts;
  readonly #reader: MessageReader;
  readonly #idle: IdleWatch;
  readonly #waiting: ReaderEvent[] = [];
  #running = false;
  /** Nothing more is read or answered: a fault left the client without an answer, or the connection ends. */
  #over = false;
  #messages = 0;

  constructor(socket: TLSSocket, raw: Socket, parts: SessionParts) {
    this.#socket = socket;
    this.#raw = raw;
    this.#parts = parts;
    const { maxBytes, idleTimeoutMs } = parts.limits;
    this.#reader = new MessageReader({ expect: 'request', maxBytes });
    const { clock } = parts.environment.runtime;
    this.#idle = new IdleWatch(
      clock,
      idleTimeoutMs,
      () => this.#running,
      () => this.#onIdle(idleTimeoutMs),
    );
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', () => {});
    socket.on('close', () => raw.destroy());
  }

  get messages(): number {
    return this.#messages;
  }

  get isAnswering(): boolean {
    return this.#running && !this.#over;
  }

  destroy(): void {
    this.#idle.stop();
    this.#socket.destroy();
  }

  #onIdle(ms: number): void {
    if (this.#over) return;
    const what = this.#reader.pendingBytes > 0 ? 'an incomplete message' : 'no message';
    this.#parts.record('kmip.timeout', 'warn', `closed: ${what} for ${ms} ms`, { data: { ms } });
    this.#raw.destroy();
  }

  #onData(chunk: Buffer): void {
    if (this.#over) return;
    for (const event of this.#reader.push(chunk)) {
      this.#messages++;
      this.#idle.touch();
      this.#waiting.push(event);
    }
    if (this.#waiting.length > maxWaiting) this.#socket.pause();
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let event = this.#waiting.shift(); event; event = this.#waiting.shift()) {
      const handled = this.#handle(event);
      if (!(typeof handled === 'boolean' ? handled : await handled)) {
        this.#over = true;
        return;
      }
      if (this.#waiting.length === 0 && this.#socket.isPaused()) this.#socket.resume();
    }
    this.#running = false;
  }

  /** False when the session is over: nothing more is read or answered. */
  #handle(event: ReaderEvent): boolean | Promise<boolean> {
    const { environment, sender } = this.#parts;
    if (event.type !== 'message') return this.#refuse(event);
    const answer = answerRequest(event.bytes, environment, sender);
    if (!(answer instanceof Promise)) return this.#answer(answer);
    return answer.then((late) => late !== undefined && this.#answer(late));
  }

  async #refuse(event: Exclude<ReaderEvent, { type: 'message' }>): Promise<boolean> {
    const { environment, sender } = this.#parts;
    // KMIP 1.1 §9.1.3.2.29 has a reason for responses that are too large, none for requests.
    const what = event.error.code === 'TOO_LARGE' ? 'The request is too large' : 'The message is malformed';
    const refusal = new KmipError(ResultReason.InvalidMessage, `${what}: ${event.error.message}`, {
      cause: event.error,
    });
    const sent = await this.#answer(refuseMessage(refusal, environment, sender.cause));
    if (event.canContinue || !sent) return sent;
    this.#parts.record('kmip.connection.lost', 'warn', 'closed: where the next message begins cannot be told');
    this.#socket.end();
    return false;
  }

  #answer(answer: Answer): boolean | Promise<boolean> {
    return deliver(answer, this.#parts, this);
  }

  /** Waits for a slow reader instead of piling up answers. */
  send(bytes: Buffer): boolean | Promise<boolean> {
    if (this.#socket.destroyed || !this.#socket.writable) return false;
    return this.#socket.write(bytes) || this.#flush(Buffer.alloc(0)).then(() => true);
  }

  encoded(bytes: Buffer): Buffer {
    return bytes;
  }

  async sendPieces(pieces: AsyncIterable<Buffer>, _length: number, ending: Ending): Promise<void> {
    for await (const piece of pieces) await this.#flush(piece);
    if (ending === 'reset') this.#raw.resetAndDestroy();
    else if (ending === 'close') this.#socket.end();
  }

  #flush(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => this.#socket.write(bytes, () => resolve()));
  }
}
