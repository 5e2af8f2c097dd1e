import type { RandomStream } from '../../../core/index.ts';
import { decodeResponse, enumKey, type Item, ItemType, Tag } from '../../../kmip/index.ts';
import { FuzzConnection, type FuzzTarget } from './fuzz-connection.ts';
import { type Known, Mutator } from './mutator.ts';
import { requests } from './requests.ts';

/** What came of mutated messages. */
export interface Toll {
  messages: number;
  /** Messages whose framing was spoilt: the connection was the last thing they were sent on. */
  unframed: number;
  answers: number;
  /** How often each Result Reason was given; `Success` for items that were carried out. */
  reasons: Map<string, number>;
  largestAnswer: number;
  /** ms until an answer was there, or until the server closed. */
  longest: number;
}

export function newToll(): Toll {
  return { messages: 0, unframed: 0, answers: 0, reasons: new Map(), largestAnswer: 0, longest: 0 };
}

const maxAnswer = 1024 * 1024;
const keptCorrelations = 20;

/**
 * Sends mutated messages to a server whose Unique Identifiers are sequential, on some connections at once. Throws when the
 * server does not answer a whole message or closes on it, when it does not close on half a one, and when an answer does not decode or is
 * larger than 1 MiB.
 */
export async function fire(
  target: FuzzTarget,
  random: RandomStream,
  { messages, connections }: { messages: number; connections: number },
): Promise<Toll> {
  const toll = newToll();
  const known: Known = { objects: 1, correlationValues: [] };
  const mutator = new Mutator(random, requests, known);
  const gunner = async () => {
    let connection = await FuzzConnection.open(target);
    while (toll.messages < messages) {
      toll.messages++;
      const message = mutator.message();
      const begin = performance.now();
      if (isFramed(message)) {
        look(await connection.exchange(message), message, toll, known);
      } else {
        toll.unframed++;
        for (const answer of await connection.last(message)) look(answer, message, toll, known);
        connection = await FuzzConnection.open(target);
      }
      toll.longest = Math.max(toll.longest, performance.now() - begin);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: connections }, gunner));
  return toll;
}

/** Whether the bytes are one whole Request Message as seen from outside: the server must answer it and go on. */
function isFramed(message: Buffer): boolean {
  return (
    message.length >= 8 && message.readUInt32BE(0) === 0x4200_7801 && message.readUInt32BE(4) === message.length - 8
  );
}

/** Checks the answer in TTLV to what was sent, and learns from it. */
export function look(answer: Buffer, sent: Buffer | string, toll: Toll, known: Known): void {
  toll.answers++;
  toll.largestAnswer = Math.max(toll.largestAnswer, answer.length);
  if (answer.length > maxAnswer) throw new Error(`an answer of ${answer.length} bytes`);
  for (const { resultReason, payload, asynchronousCorrelationValue } of decoded(answer, sent).items) {
    const reason =
      resultReason === undefined ? 'Success' : (enumKey('ResultReason', resultReason) ?? `${resultReason}`);
    toll.reasons.set(reason, (toll.reasons.get(reason) ?? 0) + 1);
    if (payload) learn(payload, known);
    if (asynchronousCorrelationValue) remember(asynchronousCorrelationValue, known);
  }
}

function decoded(answer: Buffer, sent: Buffer | string) {
  try {
    return decodeResponse(answer);
  } catch (error) {
    const text = `an answer that cannot be read: ${answer.toString('hex')}; sent ${sent.toString('hex').slice(0, 8_000)}`;
    throw new Error(text, { cause: error });
  }
}

function learn(one: Item, known: Known): void {
  if (one.type === ItemType.Structure) for (const inner of one.value) learn(inner, known);
  if (one.type === ItemType.ByteString && one.tag === Tag.CorrelationValue) remember(one.value, known);
  if (one.type !== ItemType.TextString || !/^\d{1,9}$/.test(one.value)) return;
  if (one.tag === Tag.UniqueIdentifier || one.tag === Tag.PublicKeyUniqueIdentifier) {
    // Imported objects have whatever identifier they were given.
    if (Number(one.value) < known.objects + 1_000) known.objects = Math.max(known.objects, Number(one.value));
  }
}

function remember(value: Uint8Array, { correlationValues }: Known): void {
  correlationValues.push(Buffer.from(value));
  if (correlationValues.length > keptCorrelations) correlationValues.shift();
}
