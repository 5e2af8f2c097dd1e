/** The KMIP side of a connection: cuts the stream into messages, answers them in order, keeps the time limits. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ClockTimer, FaultHit, FaultThen, JournalRecord, Level } from '../core/index.ts';
import { KmipError, MessageReader, type ReaderEvent, ResultReason } from '../kmip/index.ts';
import { type Answer, answerRequest, type MessageEnvironment, type MessageSender, refuseMessage } from './message.ts';
import type { ServerLimits } from './options.ts';
import { corruptAnswer, encodeAnswer } from './response.ts';

export interface SessionParts {
  environment: MessageEnvironment;
  limits: ServerLimits;
  sender: MessageSender;
  record(event: string, level: Level, text: string, more?: Partial<JournalRecord>): number;
}

/** Messages that may wait for their turn before reading pauses. */
const maxWaiting = 64;

/** Reads requests from a secured socket and answers them one after the other. */
export class Session {
  readonly #socket: TLSSocket;
  readonly #raw: Socket;
  readonly #parts: SessionParts;
  readonly #reader: MessageReader;
  readonly #waiting: ReaderEvent[] = [];
  #running = false;
  /** Nothing more is read or answered: a fault left the client without an answer, or the connection ends. */
  #over = false;
  #lastActivity: number;
  #idleTimer: ClockTimer | undefined;
  #messages = 0;

  constructor(socket: TLSSocket, raw: Socket, parts: SessionParts) {
    this.#socket = socket;
    this.#raw = raw;
    this.#parts = parts;
    this.#reader = new MessageReader({ expect: 'request', maxBytes: parts.limits.maxBytes });
    this.#lastActivity = this.#clock.now();
    this.#watchIdle(parts.limits.idleTimeoutMs);
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', () => {});
    socket.on('close', () => raw.destroy());
  }

  /** Messages received so far, also refused ones; 0 makes the connection a probe. */
  get messages(): number {
    return this.#messages;
  }

  destroy(): void {
    this.#idleTimer?.clear();
    this.#socket.destroy();
  }

  get #clock() {
    return this.#parts.environment.runtime.clock;
  }

  /** One timer per connection: re-armed when it strikes, not on every message. */
  #watchIdle(ms: number): void {
    const { idleTimeoutMs } = this.#parts.limits;
    this.#idleTimer = this.#clock.setTimeout(() => {
      if (this.#over) return;
      const left = this.#lastActivity + idleTimeoutMs - this.#clock.now();
      if (left > 0 || this.#running) {
        this.#watchIdle(left > 0 ? left : idleTimeoutMs);
        return;
      }
      const what = this.#reader.pendingBytes > 0 ? 'an incomplete message' : 'no message';
      const text = `closed: ${what} for ${idleTimeoutMs} ms`;
      this.#parts.record('kmip.timeout', 'warn', text, { data: { ms: idleTimeoutMs } });
      this.#raw.destroy();
    }, ms);
  }

  #onData(chunk: Buffer): void {
    if (this.#over) return;
    for (const event of this.#reader.push(chunk)) {
      this.#messages++;
      this.#lastActivity = this.#clock.now();
      this.#waiting.push(event);
    }
    if (this.#waiting.length > maxWaiting) this.#socket.pause();
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let event = this.#waiting.shift(); event; event = this.#waiting.shift()) {
      const handled = await this.#handle(event);
      if (!handled) {
        this.#over = true;
        return;
      }
      if (this.#waiting.length === 0 && this.#socket.isPaused()) this.#socket.resume();
    }
    this.#running = false;
  }

  /** False when the session is over: nothing more is read or answered. */
  async #handle(event: ReaderEvent): Promise<boolean> {
    const { environment, sender } = this.#parts;
    if (event.type === 'message') {
      const answer = answerRequest(event.bytes, environment, sender);
      if (!(answer instanceof Promise)) return this.#answer(answer);
      const late = await answer;
      return late !== undefined && this.#answer(late);
    }
    const refusal = new KmipError(ResultReason.InvalidMessage, `The message is malformed: ${event.error.message}`, {
      cause: event.error,
    });
    const sent = await this.#answer(refuseMessage(refusal, environment, sender.cause));
    if (event.canContinue || !sent) return sent;
    this.#parts.record('kmip.connection.lost', 'warn', 'closed: where the next message begins cannot be told');
    this.#socket.end();
    return false;
  }

  #answer(answer: Answer): boolean | Promise<boolean> {
    const hit = this.#consult(answer);
    if (hit) return this.#carryOut(hit, answer);
    const { bytes, tooLarge } = encodeAnswer(answer);
    if (tooLarge) {
      const data = { reason: tooLarge.reasonName, message: tooLarge.message };
      const text = `answer withheld: ${tooLarge.reasonName}: ${tooLarge.message}`;
      this.#parts.record('kmip.refused', 'warn', text, { data, cause: answer.cause });
    }
    return this.#send(bytes);
  }

  #consult(answer: Answer): FaultHit | undefined {
    const { faults } = this.#parts.environment.runtime;
    if (!faults.rules.some(({ at }) => at === 'kmip.response')) return undefined;
    const { operations } = answer;
    const subject = { operations, operation: operations[0], client: this.#parts.sender.client?.name };
    return faults.consult('kmip.response', subject, answer.cause);
  }

  async #carryOut({ then }: FaultHit, answer: Answer): Promise<boolean> {
    const { signal } = this.#parts.sender;
    if (then.delay !== undefined) {
      try {
        await this.#clock.sleep(then.delay, signal);
      } catch {
        return false;
      }
    }
    if (then.hang) return false;
    if (then.corrupt) return this.#send(corruptAnswer(answer, then.corrupt));
    const { bytes } = encodeAnswer(answer);
    const cut = then.reset ?? then.close;
    if (cut === undefined) return this.#send(bytes);
    const part = cut === true ? 0 : cut.afterBytes;
    if (part > 0) await this.#flush(bytes.subarray(0, part));
    this.#cutOff(then);
    return false;
  }

  #cutOff(then: FaultThen): void {
    if (then.reset) this.#raw.resetAndDestroy();
    else this.#socket.end();
  }

  #flush(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => this.#socket.write(bytes, () => resolve()));
  }

  /** Waits for a slow reader instead of piling up answers. */
  #send(bytes: Buffer): boolean | Promise<boolean> {
    if (this.#socket.destroyed || !this.#socket.writable) return false;
    return this.#socket.write(bytes) || this.#flush(Buffer.alloc(0)).then(() => true);
  }
}
