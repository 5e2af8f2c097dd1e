/** KMIP over HTTPS: `POST /kmip` on the connections that the TLS side lets through. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { messageOf, nodeHttp, withoutSchemaCompilers } from '../../core/index.ts';
import { KmipError, ResultReason, TtlvError } from '../../kmip/index.ts';
import { type AnswerSink, deliver } from '../connections/delivery.ts';
import { IdleWatch } from '../connections/idle-watch.ts';
import type { Conversation, SessionParts } from '../connections/session.ts';
import { type Answer, answerRequest, refuseMessage } from '../messages/message.ts';
import { encodings, type MessageEncoding } from './encodings.ts';

/** XML and JSON say the same in more bytes: the limit of a body, as a multiple of the limit of a message. */
const textFactor = 4;

/** Answers HTTP requests on sockets that are handed to it; it never listens itself. */
export class HttpEndpoint {
  readonly #server: Server;
  readonly #app: FastifyInstance;
  readonly #conversations = new WeakMap<object, HttpConversation>();

  constructor(maxBytes: number) {
    let server: Server | undefined;
    this.#app = fastify({
      schemaController: withoutSchemaCompilers,
      bodyLimit: maxBytes * textFactor,
      // The connection's own watch, on the lab's clock, ends what is idle.
      keepAliveTimeout: 0,
      requestTimeout: 0,
      connectionTimeout: 0,
      serverFactory: (handler) => {
        server = nodeHttp().createServer({ headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0 }, handler);
        return server;
      },
    });
    this.#server = server as unknown as Server;
    this.#app.removeAllContentTypeParsers();
    this.#app.addContentTypeParser([...encodings.keys()], { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    this.#app.setErrorHandler(({ statusCode = 500, message }: { statusCode?: number; message: string }, _, reply) =>
      reply
        .code(statusCode)
        .type('text/plain')
        .send(statusCode < 500 ? message : 'The server failed to carry out the request.'),
    );
    this.#app.setNotFoundHandler((_request, reply) =>
      reply.code(404).type('text/plain').send('KMIP messages are taken by POST /kmip.'),
    );
    this.#app.post('/kmip', (request, reply) => this.#onMessage(request, reply));
  }

  async ready(): Promise<void> {
    await this.#app.ready();
  }

  async close(): Promise<void> {
    await this.#app.close();
  }

  /** Takes over a secured connection. */
  converse(socket: TLSSocket, raw: Socket, parts: SessionParts): Conversation {
    const conversation = new HttpConversation(socket, raw, parts);
    this.#conversations.set(socket, conversation);
    this.#server.emit('connection', socket);
    return conversation;
  }

  #onMessage(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const conversation = this.#conversations.get(request.raw.socket) as HttpConversation;
    const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
    // Other types were answered with 415 before.
    return conversation.answer(request.body as Buffer, encodings.get(mediaType) as MessageEncoding, reply);
  }
}

class HttpConversation implements Conversation {
  readonly #socket: TLSSocket;
  readonly #raw: Socket;
  readonly #parts: SessionParts;
  readonly #idle: IdleWatch;
  #messages = 0;
  #running = 0;

  constructor(socket: TLSSocket, raw: Socket, parts: SessionParts) {
    this.#socket = socket;
    this.#raw = raw;
    this.#parts = parts;
    const { idleTimeoutMs: ms } = parts.limits;
    this.#idle = new IdleWatch(
      parts.environment.runtime.clock,
      ms,
      () => this.#running > 0,
      () => {
        parts.record('kmip.timeout', 'warn', `closed: no message for ${ms} ms`, { data: { ms } });
        raw.destroy();
      },
    );
    socket.on('error', () => {});
    socket.on('close', () => raw.destroy());
  }

  get messages(): number {
    return this.#messages;
  }

  get isAnswering(): boolean {
    return this.#running > 0;
  }

  destroy(): void {
    this.#idle.stop();
    this.#socket.destroy();
  }

  async answer(body: Buffer, encoding: MessageEncoding, reply: FastifyReply): Promise<unknown> {
    this.#messages++;
    this.#idle.touch();
    this.#running++;
    try {
      const answer = await this.#run(body, encoding);
      const goesOn = answer !== undefined && (await deliver(answer, this.#parts, this.#sink(encoding, reply)));
      // Never to be answered, or answered in part: fastify shall not answer either.
      if (!goesOn && !reply.sent) reply.hijack();
      return reply;
    } finally {
      this.#running--;
    }
  }

  #run(body: Buffer, encoding: MessageEncoding): Answer | Promise<Answer | undefined> {
    const { environment, sender, limits } = this.#parts;
    try {
      return answerRequest(encoding.toTtlv(body, limits), environment, sender);
    } catch (error) {
      const refusal = new KmipError(ResultReason.InvalidMessage, `The message is malformed: ${messageOf(error)}`, {
        cause: error,
      });
      return refuseMessage(refusal, environment, sender.cause);
    }
  }

  #sink(encoding: MessageEncoding, reply: FastifyReply): AnswerSink {
    const head = () => reply.code(200).type(encoding.mediaType).header('cache-control', 'no-cache');
    return {
      send: async (bytes) => {
        head().send(inEncoding(bytes, encoding));
        return true;
      },
      encoded: (bytes) => inEncoding(bytes, encoding),
      sendPieces: async (pieces, length, ending) => {
        reply.hijack();
        for await (const piece of pieces) {
          if (!reply.raw.headersSent) {
            reply.raw.writeHead(200, {
              'content-type': encoding.mediaType,
              'cache-control': 'no-cache',
              'content-length': length,
            });
          }
          await new Promise<void>((resolve) => reply.raw.write(piece, () => resolve()));
        }
        if (ending === 'reset') this.#raw.resetAndDestroy();
        else if (ending === 'close') this.#socket.end();
        else if (ending === 'goes-on') reply.raw.end();
      },
    };
  }
}

/** An answer that a fault has spoilt may be no message any more; it is then sent as it is. */
function inEncoding(bytes: Buffer, encoding: MessageEncoding): Buffer {
  try {
    return encoding.fromTtlv(bytes);
  } catch (error) {
    if (error instanceof TtlvError) return bytes;
    throw error;
  }
}
