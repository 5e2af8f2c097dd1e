import type { AnswerCorruption, FaultHit } from '../../core/index.ts';
import { encodeResponse, KmipError, type ResponseBatchItem, ResultReason } from '../../kmip/index.ts';
import { seconds } from '../objects/life-cycle.ts';
import { failedItem } from './batch-item.ts';
import type { Answer } from './message.ts';

type AnswerHead = Pick<Answer, 'version' | 'now' | 'serverCorrelationValue'>;

function encode(head: AnswerHead, items: readonly ResponseBatchItem[]): Buffer {
  const { version, now, serverCorrelationValue } = head;
  return encodeResponse({ protocolVersion: version, timeStamp: seconds(now), serverCorrelationValue }, items);
}

/** Bytes of an answer with these items. */
export function answerSize(head: AnswerHead, items: readonly ResponseBatchItem[]): number {
  return encode(head, items).length;
}

/** An encoded answer, and the refusal when it was too large to be sent. */
export interface EncodedAnswer {
  bytes: Buffer;
  tooLarge?: KmipError;
}

/** Encodes an answer and keeps to the server's own limit. KMIP 1.1 §11.1 */
export function encodeAnswer(answer: Answer): EncodedAnswer {
  const { items, maxBytes } = answer;
  const bytes = encode(answer, items);
  if (bytes.length <= maxBytes) return { bytes };
  const tooLarge = new KmipError(
    ResultReason.ResponseTooLarge,
    `Response size: ${bytes.length}; this server sends no more than ${maxBytes} bytes.`,
  );
  const refused = encode(
    answer,
    items.map((one) => failedItem(one, tooLarge)),
  );
  return { bytes: refused.length <= maxBytes ? refused : encode(answer, [failedItem({}, tooLarge)]), tooLarge };
}

// Where fields stand in every response: message head, header head, Protocol Version head, then its two Integers.
const messageLengthOffset = 4;
const firstItemOffset = 8;
const headerTypeOffset = firstItemOffset + 3;
const majorVersionOffset = 8 + 8 + 8 + 8;
const majorVersionPaddingOffset = majorVersionOffset + 4;
const undefinedItemType = 0x0b;
const undefinedVersion = 9;

/** Spoils an answer in the way a fault asks for. */
export function corruptAnswer(answer: Answer, how: AnswerCorruption, { bytes: draw }: Pick<FaultHit, 'bytes'>): Buffer {
  if (how === 'batch-id') return encode(answer, answer.items.map(withOtherBatchId));
  const bytes = encode(answer, answer.items);
  switch (how) {
    case 'length':
      // Shorter than what follows, so that the client fails at once and does not wait for more.
      bytes.writeUInt32BE(bytes.readUInt32BE(messageLengthOffset) - 8, messageLengthOffset);
      break;
    case 'type':
      bytes[headerTypeOffset] = undefinedItemType;
      break;
    case 'tag':
      // 42007A, the tag of a Response Header, where 42007B belongs.
      bytes[2] = (bytes[2] ?? 0) ^ 0x01;
      break;
    case 'padding':
      // KMIP 1.1 §9.1.1.3: padding is zero; a decoder need not look.
      bytes[majorVersionPaddingOffset] = 0xff;
      break;
    case 'random':
      // Tag, type and length stay, so that the client reads the whole message.
      draw(bytes.length - firstItemOffset).copy(bytes, firstItemOffset);
      break;
    case 'version':
      bytes.writeInt32BE(undefinedVersion, majorVersionOffset);
      break;
  }
  return bytes;
}

function withOtherBatchId(item: ResponseBatchItem): ResponseBatchItem {
  const id = Buffer.from(item.uniqueBatchItemId ?? [0]);
  for (const [index, byte] of id.entries()) id[index] = byte ^ 0xff;
  return { ...item, uniqueBatchItemId: id };
}
