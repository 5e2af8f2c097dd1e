import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { FaultThen } from './actions.ts';
import { inPieces, sentPart } from './sending.ts';

/** Answers an HTTP request as a fault says. */
export function answerHttp(response: ServerResponse, http: NonNullable<FaultThen['http']>, clock: Clock): void {
  const { status, body = '', contentType = 'text/plain' } = http;
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    date: new Date(clock.now()).toUTCString(),
  });
  response.end(body);
}

/** Whether a fault lets an answer be made and then interferes with its bytes. */
export function spoilsAnswer({ reset, close, truncate, drip }: FaultThen): boolean {
  return truncate !== undefined || drip !== undefined || typeof (reset ?? close) === 'object';
}

/**
 * Lets a fault interfere with the bytes of the next answer on a connection, its HTTP head included: cuts it, lets it break off
 * or drip. The answer is gathered until it is complete; then so much of it is sent as the fault lets through.
 * @param reset ends the TCP connection with a reset
 */
export function spoilAnswer(
  then: FaultThen,
  { socket, response, clock, reset }: { socket: Socket; response: ServerResponse; clock: Clock; reset(): void },
): void {
  const held: { bytes: Buffer; done: (() => void) | undefined }[] = [];
  const { write } = socket;
  const send = (piece: Buffer) => new Promise<void>((resolve) => write.call(socket, piece, undefined, () => resolve()));
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  let isSending = false;

  const sendHeld = async () => {
    const whole = Buffer.concat(held.map(({ bytes }) => bytes));
    const { bytes, ending } = sentPart(then, whole.length);
    try {
      for await (const piece of inPieces(whole.subarray(0, bytes), then.drip, clock, gone.signal)) await send(piece);
    } catch {
      // The client went between two pieces.
      return;
    }
    if (ending === 'reset') reset();
    else if (ending === 'close') socket.end();
    else if (ending === 'goes-on') {
      socket.write = write;
      // Only now is the answer over for node:http, which may end the connection then.
      for (const { done } of held) done?.();
    }
  };

  socket.write = ((data: string | Uint8Array, encoding?: BufferEncoding | (() => void), done?: () => void) => {
    const text = typeof encoding === 'string' ? encoding : 'utf8';
    const bytes = typeof data === 'string' ? Buffer.from(data, text) : Buffer.from(data);
    held.push({ bytes, done: typeof encoding === 'function' ? encoding : done });
    // node:http writes the whole rest before it says that the answer has ended.
    queueMicrotask(() => {
      if (isSending || !response.writableEnded) return;
      isSending = true;
      void sendHeld();
    });
    return true;
  }) as Socket['write'];
}
