import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { answerHttp, type FaultHit, spoilAnswer, spoilsAnswer } from '../../core/index.ts';
import type { Vcenter } from '../vcenter.ts';

/** What carrying out a fault on a connection takes. */
export interface ConnectionEnds {
  /** The journal's key of the connection that a socket belongs to. */
  keyOf(socket: Socket): string;
  /** Ends the TCP connection below a socket with a reset. */
  reset(socket: Socket): void;
}

/** The fault point `vcenter.request`: an HTTP request, before anything is done with it. */
export class RequestFaults {
  readonly #vc: Vcenter;
  readonly #ends: ConnectionEnds;

  constructor(vc: Vcenter, ends: ConnectionEnds) {
    this.#vc = vc;
    this.#ends = ends;
  }

  /** Whether requests must come this way, whatever road they take. */
  get concerned(): boolean {
    return this.#vc.runtime.faults.concerns('vcenter.request');
  }

  /** Lets a request go on, unless a fault strikes it. */
  pass(request: IncomingMessage, response: ServerResponse, goOn: () => void): void {
    const hit = this.concerned ? this.#consult(request) : undefined;
    if (!hit) {
      goOn();
      return;
    }
    const strike = () => this.#strike(hit, request, response, goOn);
    if (hit.delay === undefined) {
      strike();
      return;
    }
    const { runtime, stopping } = this.#vc;
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    runtime.clock.sleep(hit.delay, AbortSignal.any([gone.signal, stopping])).then(strike, () => {});
  }

  #consult({ method = '', url = '', headers, socket }: IncomingMessage): FaultHit | undefined {
    const path = url.split('?', 1)[0] ?? '';
    const remoteAddress = socket.remoteAddress?.replace(/^::ffff:/, '');
    const subject = { method, path, remoteAddress, userAgent: headers['user-agent'] };
    return this.#vc.runtime.faults.consult('vcenter.request', subject, { link: this.#ends.keyOf(socket) });
  }

  #strike(hit: FaultHit, request: IncomingMessage, response: ServerResponse, goOn: () => void): void {
    const { then } = hit;
    const { clock } = this.#vc.runtime;
    const { http, reset, close, hang } = then;
    const { socket } = request;
    if (spoilsAnswer(then)) spoilAnswer(then, { socket, response, clock, reset: () => this.#ends.reset(socket) });
    if (http) {
      recordAnswered(this.#vc, `${request.method} ${(request.url ?? '').slice(0, 200)} answered ${http.status}`, hit);
      answerHttp(response, http, clock);
    } else if (reset === true) this.#ends.reset(socket);
    else if (close === true) socket.end();
    else if (!hang) goOn();
  }
}

/** Tells the journal that a fault answered an HTTP request in place of vCenter. */
export function recordAnswered({ runtime }: Vcenter, text: string, { then, entry }: FaultHit): void {
  runtime.journal.record({
    plane: 'vcenter',
    event: 'vcenter.request.answered',
    level: 'warn',
    text,
    data: { status: then.http?.status },
    cause: entry.seq,
  });
}
