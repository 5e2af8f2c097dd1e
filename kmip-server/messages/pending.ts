/** Operations that were answered with Operation Pending and wait to be polled. KMIP 1.1 §4.27, §4.28, §6.8 */
import type { Clock, RandomStream } from '../../core/index.ts';
import { CancellationResult, type RequestItem } from '../../kmip/index.ts';
import type { PreparedRequest } from '../operations/handler.ts';

/** An operation that waits. */
export interface PendingOperation {
  readonly one: RequestItem & { error?: undefined };
  readonly correlationValue: Buffer;
  /** The identity that asked for it; no other can poll or cancel it. */
  readonly client: string;
  /** Undefined while its slow part is being done. */
  readonly ready: PreparedRequest | { refusal: unknown } | undefined;
  /** When it was asked for, ms since the epoch. */
  readonly since: number;
}

interface Entry extends PendingOperation {
  ready: PendingOperation['ready'];
  /** A poll is carrying it out. */
  isRunning: boolean;
  /** How it ended, for who cancels it too late. */
  ended: typeof CancellationResult.Completed | typeof CancellationResult.Failed | undefined;
}

/** Bounds, all assumed: operations that are remembered, and for how long. */
const maxOperations = 1_000;
const maxAgeMs = 60 * 60 * 1_000;

/** The asynchronous operations of one server. They live in its memory only: another server of a cluster does not know them. */
export class PendingOperations {
  readonly #entries = new Map<string, Entry>();
  readonly #clock: Clock;
  readonly #values: RandomStream;
  readonly #delayMs: number;

  /** @param delayMs how long an operation stays pending at least */
  constructor(clock: Clock, values: RandomStream, delayMs: number) {
    this.#clock = clock;
    this.#values = values;
    this.#delayMs = delayMs;
  }

  /** Keeps an operation until it is polled; undefined when there are too many, so that it is carried out at once. */
  add(
    one: PendingOperation['one'],
    client: string,
    ready: PreparedRequest | Promise<PreparedRequest>,
  ): PendingOperation | undefined {
    const since = this.#clock.now();
    this.#forget(since);
    if (this.#entries.size >= maxOperations) return undefined;
    const key = this.#values.hex(16);
    const entry: Entry = {
      one,
      correlationValue: Buffer.from(key, 'hex'),
      client,
      ready: undefined,
      since,
      isRunning: false,
      ended: undefined,
    };
    if (ready instanceof Promise) {
      const release = this.#clock.hold();
      ready
        .then(
          (prepared) => prepared,
          (refusal: unknown) => {
            // Until its stack is read an error holds all that was on the stack, the client's connection among it: this may be kept
            // for an hour.
            if (refusal instanceof Error) void refusal.stack;
            return { refusal };
          },
        )
        .then((outcome) => {
          entry.ready = outcome;
          release();
        });
    } else entry.ready = ready;
    this.#entries.set(key, entry);
    return entry;
  }

  /** What is being done for operations, in words. */
  get running(): string[] {
    const isBusy = ({ isRunning, ready, ended }: Entry) => isRunning || (ready === undefined && ended === undefined);
    return [...this.#entries.values()].filter(isBusy).map(() => 'an asynchronous operation');
  }

  /** Forgets all. */
  clear(): void {
    this.#entries.clear();
  }

  /** Oldest first, so the first that is young enough ends the search; what has ended makes room. */
  #forget(now: number): void {
    for (const [key, { since, ended }] of this.#entries) {
      const isFull = this.#entries.size >= maxOperations;
      if (now - since > maxAgeMs || (isFull && ended !== undefined)) this.#entries.delete(key);
      else if (!isFull) return;
    }
  }

  #find(correlationValue: Uint8Array, client: string): Entry | undefined {
    this.#forget(this.#clock.now());
    const entry = this.#entries.get(Buffer.from(correlationValue).toString('hex'));
    return entry?.client === client ? entry : undefined;
  }

  /** The operation of this client that has not ended. */
  find(correlationValue: Uint8Array, client: string): PendingOperation | undefined {
    const entry = this.#find(correlationValue, client);
    return entry?.ended === undefined ? entry : undefined;
  }

  /** Takes an operation to carry it out; undefined when it is to stay pending. {@link end} follows. */
  begin(operation: PendingOperation): NonNullable<PendingOperation['ready']> | undefined {
    const entry = operation as Entry;
    if (entry.isRunning || this.#clock.now() < entry.since + this.#delayMs) return undefined;
    entry.isRunning = entry.ready !== undefined;
    return entry.ready;
  }

  /** Says how the carrying out ended; undefined when nothing came of it, so that it is pending as before. */
  end(operation: PendingOperation, ended: Entry['ended']): void {
    const entry = operation as Entry;
    entry.isRunning = false;
    entry.ended = ended;
    if (ended !== undefined) entry.ready = undefined;
  }

  /** KMIP 1.1 §4.27 */
  cancel(correlationValue: Uint8Array, client: string): CancellationResult {
    const entry = this.#find(correlationValue, client);
    if (entry === undefined) return CancellationResult.Unavailable;
    if (entry.ended !== undefined) return entry.ended;
    if (entry.isRunning) return CancellationResult.UnableToCancel;
    this.#entries.delete(entry.correlationValue.toString('hex'));
    return CancellationResult.Canceled;
  }
}
