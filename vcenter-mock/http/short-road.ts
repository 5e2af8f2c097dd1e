import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { type WholeRequest, WholeRequestReader } from './whole-request.ts';

/** A connection on which a whole request came. */
export interface WholeConnection {
  readonly socket: Socket;
  /** A signal that fires when the client is gone before it has its answer. */
  gone(): AbortSignal;
  /** Sends the answer, a complete HTTP message; called once for each request, unless the socket is destroyed. */
  send(message: string, encoding: 'latin1' | 'utf8'): void;
}

/** Answers a request; false when it is for others. */
export type TakeWhole = (request: WholeRequest, connection: WholeConnection) => boolean;

/**
 * Lets small calls past node:http, which costs as much as such a call itself: as long as the requests of a connection arrive whole and
 * are for `take`, they are answered here. With the first other one the connection goes to node:http for good, nothing lost.
 *
 * @param idleTimeout ms after which a connection without a request is closed
 */
export function addShortRoad(server: Server, secure: boolean, take: TakeWhole, idleTimeout: number): void {
  const event = secure ? 'secureConnection' : 'connection';
  // The listener by which node:http takes a connection comes with the server, before anybody can add another one.
  const longRoad = server.listeners(event)[0] as (socket: Socket) => void;
  server.removeListener(event, longRoad);
  server.on(event, (socket: Socket) => new ShortRoad(server, socket, take, longRoad).open(idleTimeout));
}

const earlyLimit = 65_536;

class ShortRoad implements WholeConnection {
  readonly socket: Socket;
  readonly #server: Server;
  readonly #take: TakeWhole;
  readonly #longRoad: (socket: Socket) => void;
  readonly #reader = new WholeRequestReader();
  #busy = false;
  /** What came while a request was being answered. */
  #early: Buffer | undefined;
  /** Made when an answer asks for it. */
  #gone: AbortController | undefined;

  constructor(server: Server, socket: Socket, take: TakeWhole, longRoad: (socket: Socket) => void) {
    this.#server = server;
    this.socket = socket;
    this.#take = take;
    this.#longRoad = longRoad;
  }

  open(idleTimeout: number): void {
    const { socket } = this;
    socket.setNoDelay(true);
    socket.setTimeout(idleTimeout);
    socket.on('data', this.#received);
    socket.on('error', this.#failed);
    socket.on('timeout', this.#idle);
    socket.on('end', this.#ended);
    socket.on('close', this.#closed);
  }

  gone(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.socket.destroyed) this.#gone.abort();
    return this.#gone.signal;
  }

  send(message: string, encoding: 'latin1' | 'utf8'): void {
    this.#busy = false;
    this.#gone = undefined;
    const { socket } = this;
    if (!socket.writable) return;
    socket.write(message, encoding);
    if (this.#early) this.#leave(this.#early);
    else if (socket.readableEnded) socket.end();
  }

  readonly #received = (bytes: Buffer) => {
    if (this.#busy) {
      this.#early = this.#early ? Buffer.concat([this.#early, bytes]) : bytes;
      // Whoever sends that much before the answer can wait for it; the end of others must be noticed.
      if (this.#early.length > earlyLimit) this.socket.pause();
      return;
    }
    const request = this.#reader.read(bytes);
    // A call may be answered before `take` returns.
    this.#busy = true;
    if (!request || !this.#take(request, this)) this.#leave(bytes);
  };

  #leave(bytes: Buffer): void {
    const { socket } = this;
    socket.removeListener('data', this.#received);
    socket.removeListener('error', this.#failed);
    socket.removeListener('timeout', this.#idle);
    socket.removeListener('end', this.#ended);
    socket.removeListener('close', this.#closed);
    socket.setTimeout(0);
    socket.pause();
    socket.unshift(bytes);
    this.#longRoad.call(this.#server, socket);
    socket.resume();
  }

  /** As node:http tells of connections that break. */
  readonly #failed = (error: Error) => {
    if (!this.#server.emit('clientError', error, this.socket)) this.socket.destroy(error);
  };

  readonly #idle = () => {
    if (!this.#busy) this.socket.destroy();
  };

  readonly #ended = () => {
    if (!this.#busy) this.socket.end();
  };

  readonly #closed = () => {
    this.#gone?.abort();
  };
}
