/** The way of an answer to its client: size limit, faults, sending. */
import type { AnswerCorruption, FaultHit, JournalRecord, Level } from '../../core/index.ts';
import { operationKey } from '../identity/known-clients.ts';
import type { Answer, MessageEnvironment, MessageSender } from '../messages/message.ts';
import { corruptAnswer, encodeAnswer } from '../messages/response.ts';

/** What an answer is delivered with. */
export interface DeliveryParts {
  environment: MessageEnvironment;
  sender: MessageSender;
  record(event: string, level: Level, text: string, more?: Partial<JournalRecord>): number;
}

/** Where answers go. Both resolve to whether the connection can go on. */
export interface AnswerSink {
  send(bytes: Buffer): boolean | Promise<boolean>;
  /** Sends the first bytes of an answer only and then ends the connection, at once or in order. */
  sendPart(part: Buffer, how: 'reset' | 'close'): Promise<void>;
}

/** Delivers an answer, unless a fault strikes; false when nothing more is read or answered on this connection. */
export function deliver(answer: Answer, parts: DeliveryParts, sink: AnswerSink): boolean | Promise<boolean> {
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
  const { faults } = environment.runtime;
  if (!faults.rules.some(({ at }) => at === 'kmip.response')) return undefined;
  const operations = answer.asked.map(({ operation }) =>
    operation === undefined ? 'unknown' : operationKey(operation),
  );
  const subject = { operations, operation: operations[0], client: sender.client?.name };
  return faults.consult('kmip.response', subject, answer.cause);
}

async function carryOut(
  { then }: FaultHit,
  answer: Answer,
  { environment, sender }: DeliveryParts,
  sink: AnswerSink,
): Promise<boolean> {
  if (then.delay !== undefined) {
    try {
      await environment.runtime.clock.sleep(then.delay, sender.signal);
    } catch {
      return false;
    }
  }
  if (then.hang) return false;
  // The engine lets no other corruption through at this point.
  if (then.corrupt) return sink.send(corruptAnswer(answer, then.corrupt as AnswerCorruption));
  const { bytes } = encodeAnswer(answer);
  const cut = then.reset ?? then.close;
  if (cut === undefined) return sink.send(bytes);
  await sink.sendPart(bytes.subarray(0, cut === true ? 0 : cut.afterBytes), then.reset ? 'reset' : 'close');
  return false;
}
