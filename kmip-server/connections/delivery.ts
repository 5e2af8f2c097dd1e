/** The way of an answer to its client: size limit, faults, sending. */
import {
  type AnswerCorruption,
  type Ending,
  type FaultHit,
  inPieces,
  type JournalRecord,
  type Level,
  sentPart,
} from '../../core/index.ts';
import { operationKey } from '../identity/known-clients.ts';
import type { Answer, MessageEnvironment, MessageSender } from '../messages/message.ts';
import { waitForFault } from '../messages/request-fault.ts';
import { corruptAnswer, encodeAnswer } from '../messages/response.ts';
import { ScriptedRefusal } from '../messages/scripted-result.ts';
import { keeping } from './kept-messages.ts';

/** What an answer is delivered with. */
export interface DeliveryParts {
  environment: MessageEnvironment;
  sender: MessageSender;
  record(event: string, level: Level, text: string, more?: Partial<JournalRecord>): number;
}

/** Where answers go. */
export interface AnswerSink {
  /** Sends a whole answer; resolves to whether the connection can go on. */
  send(bytes: Buffer): boolean | Promise<boolean>;
  /** The answer as its bytes are on this connection, HTTP heads aside. */
  encoded(bytes: Buffer): Buffer;
  /**
   * Sends an encoded answer piece by piece, and then what the ending says.
   * @param length bytes of the whole answer, of which the pieces may be a part
   */
  sendPieces(pieces: AsyncIterable<Buffer>, length: number, ending: Ending): Promise<void>;
}

/** Delivers an answer, unless a fault strikes; false when nothing more is read or answered on this connection. */
export function deliver(answer: Answer, parts: DeliveryParts, to: AnswerSink): boolean | Promise<boolean> {
  const sink = keeping(to, answer, parts.environment.runtime.journal);
  const hit = consult(answer, parts);
  if (hit) return carryOut(hit, answer, parts, sink);
  const { bytes, tooLarge } = encodeAnswer(answer);
  if (tooLarge) {
    const data = { reason: tooLarge.reasonName, message: tooLarge.message };
    const text = `answer withheld: ${tooLarge.reasonName}: ${tooLarge.message}`;
    parts.record('kmip.refused', 'warn', text, { data, cause: answer.cause });
  }
  return sink.send(bytes);
}

function consult(answer: Answer, { environment, sender }: DeliveryParts): FaultHit | undefined {
  const { runtime, kms } = environment;
  if (!runtime.faults.concerns('kmip.response')) return undefined;
  const operations = answer.asked.map(({ operation }) =>
    operation === undefined ? 'unknown' : operationKey(operation),
  );
  const subject = { kms, operations, operation: operations[0], client: sender.client?.name };
  return runtime.faults.consult('kmip.response', subject, answer.cause);
}

async function carryOut(hit: FaultHit, answer: Answer, parts: DeliveryParts, sink: AnswerSink): Promise<boolean> {
  if (!(await waitForFault(hit, parts))) return false;
  const { hang, drip } = hit.then;
  if (hang) return false;
  const bytes = struckAnswer(hit, answer);
  const whole = sink.encoded(bytes);
  const part = sentPart(hit.then, whole.length);
  if (!drip && part.ending === 'goes-on') return sink.send(bytes);
  const { environment, sender } = parts;
  try {
    const pieces = inPieces(whole.subarray(0, part.bytes), drip, environment.runtime.clock, sender.signal);
    await sink.sendPieces(pieces, whole.length, part.ending);
  } catch {
    // The connection went between two pieces.
    return false;
  }
  return part.ending === 'goes-on';
}

function struckAnswer(hit: FaultHit, answer: Answer): Buffer {
  const { kmip, corrupt } = hit.then;
  // The engine lets no other corruption through at this point.
  if (corrupt) return corruptAnswer(answer, corrupt as AnswerCorruption, hit);
  if (!kmip) return encodeAnswer(answer).bytes;
  const refusal = new ScriptedRefusal(kmip, hit);
  return encodeAnswer({ ...answer, items: answer.items.map((one) => refusal.itemFor(one)) }).bytes;
}
