import type { Journal } from '../../core/index.ts';
import { messageText } from '../../kmip/index.ts';
import type { Answer } from '../messages/message.ts';
import type { AnswerSink } from './delivery.ts';

/**
 * A sink that keeps a request and its answer for reports that show messages. An answer that a fault cuts off is kept whole: the
 * fault's own entry tells what became of it.
 */
export function keeping(sink: AnswerSink, { cause, request }: Answer, { messages }: Journal): AnswerSink {
  if (!messages) return sink;
  if (request) messages.keep(cause, 'request', 'kmip', messageText(request));
  let isKept = false;
  const keep = (bytes: Buffer) => {
    if (!isKept) messages.keep(cause, 'answer', 'kmip', messageText(bytes));
    isKept = true;
    return bytes;
  };
  return {
    send: (bytes) => sink.send(keep(bytes)),
    encoded: (bytes) => sink.encoded(keep(bytes)),
    sendPieces: (pieces, length, ending) => sink.sendPieces(pieces, length, ending),
  };
}
