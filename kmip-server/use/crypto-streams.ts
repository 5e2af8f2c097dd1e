/** Cryptographic operations on data that comes in parts, one request each. KMIP 1.3 §4.29 to §4.37 */
import { KmipError, ResultReason } from '../../kmip/index.ts';
import type { OperationContext } from '../messages/operation-context.ts';

/** Where a request stands among those of its stream. */
export interface Part {
  isFirst: boolean;
  isLast: boolean;
  /** Of the stream that goes on. */
  correlationValue: Buffer | undefined;
}

interface PartFields {
  correlationValue?: Buffer;
  initIndicator?: boolean;
  finalIndicator?: boolean;
}

/**
 * Reads the three stream fields of a request. Without them the request is all there is: first and last part at once.
 * Throws Invalid Message for a request that begins a stream and continues another.
 */
export function partOf({ correlationValue, initIndicator, finalIndicator }: PartFields): Part {
  if (correlationValue === undefined) {
    return { isFirst: true, isLast: initIndicator !== true || finalIndicator === true, correlationValue };
  }
  if (initIndicator === true) {
    throw new KmipError(
      ResultReason.InvalidMessage,
      'A request with an Init Indicator begins a stream and has no Correlation Value yet.',
    );
  }
  return { isFirst: false, isLast: finalIndicator === true, correlationValue };
}

interface OpenStream {
  operation: number;
  client: string;
  /** Of the key; undefined for Hash. */
  uniqueIdentifier: string | undefined;
  /** ms since the epoch: the last part. */
  usedAt: number;
  work: unknown;
}

type StreamOwner = Pick<OpenStream, 'operation' | 'client' | 'uniqueIdentifier'>;

function notOpen(): never {
  throw new KmipError(
    ResultReason.ItemNotFound,
    'No operation in parts has this Correlation Value: it has ended, or was never begun.',
  );
}

// All assumed: the standard lets the server decide how many streams it holds and how long.
const maxStreams = 128;
const maxStreamsOfClient = 32;
const maxIdleMs = 600_000;

/**
 * The streams that are open on one server. They live in its memory: a client goes on at the server where it began. Only
 * the client that began a stream can go on with it.
 */
export class CryptoStreams {
  readonly #streams = new Map<string, OpenStream>();
  readonly #newValue: () => Buffer;

  /** @param newValue draws a Correlation Value */
  constructor(newValue: () => Buffer) {
    this.#newValue = newValue;
  }

  /** Ends all: what OpenSSL has of them is not to be had. */
  clear(): void {
    this.#streams.clear();
  }

  /** The key that a stream was begun with. Throws Item Not Found for one that is not there. */
  keyOf(correlationValue: Buffer | undefined): string | undefined {
    if (correlationValue === undefined) return undefined;
    return (this.#streams.get(correlationValue.toString('hex')) ?? notOpen()).uniqueIdentifier;
  }

  /** Keeps a stream. Throws Permission Denied when the client, or all of them, have too many. */
  open(owner: StreamOwner, work: unknown, now: number): Buffer {
    for (const [value, { usedAt }] of this.#streams) if (now - usedAt > maxIdleMs) this.#streams.delete(value);
    let ofClient = 0;
    for (const { client } of this.#streams.values()) if (client === owner.client) ofClient++;
    if (ofClient >= maxStreamsOfClient || this.#streams.size >= maxStreams) {
      throw new KmipError(
        ResultReason.PermissionDenied,
        'Too many operations in parts are open. Finish some, or leave them alone for ten minutes.',
      );
    }
    const correlationValue = this.#newValue();
    this.#streams.set(correlationValue.toString('hex'), { ...owner, work, usedAt: now });
    return correlationValue;
  }

  /**
   * Goes on with a stream; it ends when this was the last part, or when the step throws.
   * Throws Item Not Found for a stream that is not there, Invalid Field for another key.
   */
  continue<Result>(part: Part, owner: StreamOwner, now: number, step: (work: unknown) => Result): Result {
    const value = part.correlationValue?.toString('hex') ?? '';
    const stream = this.#streams.get(value);
    const isOwn = stream?.client === owner.client && stream.operation === owner.operation;
    if (!stream || !isOwn || now - stream.usedAt > maxIdleMs) return notOpen();
    if (stream.uniqueIdentifier !== owner.uniqueIdentifier) {
      throw new KmipError(ResultReason.InvalidField, 'The operation in parts was begun with another key.');
    }
    this.#streams.delete(value);
    const result = step(stream.work);
    if (!part.isLast) this.#streams.set(value, { ...stream, usedAt: now });
    return result;
  }
}

/** How an operation is carried out part by part. */
export interface PartWork<Work, Result> {
  operation: number;
  /** Of the key; undefined for Hash. */
  uniqueIdentifier: string | undefined;
  /** Called for the first part. */
  begin(): Work;
  step(work: Work): Result;
}

/**
 * Does one part. A part that fails ends its stream. What it did is done once, though the batch may be run again.
 * @returns the Correlation Value for the next part, unless this was the last
 */
export function doPart<Work, Result>(
  part: Part,
  { operation, uniqueIdentifier, begin, step }: PartWork<Work, Result>,
  { client, services, now, once }: OperationContext,
): { result: Result; correlationValue: Buffer | undefined } {
  const { streams } = services;
  const owner = { operation, client, uniqueIdentifier };
  const perform = () => {
    const { correlationValue } = part;
    if (correlationValue) {
      const result = streams.continue(part, owner, now, (work) => step(work as Work));
      return { result, correlationValue: part.isLast ? undefined : correlationValue };
    }
    const work = begin();
    const result = step(work);
    return { result, correlationValue: part.isLast ? undefined : streams.open(owner, work, now) };
  };
  const done = once(() => {
    try {
      return { outcome: perform() };
    } catch (error) {
      return { error };
    }
  });
  if ('error' in done) throw done.error;
  return done.outcome;
}
