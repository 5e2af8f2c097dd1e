import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerHttp, type FaultHit, type Runtime, spoilAnswer, spoilsAnswer } from '../core/index.ts';
import type { AssumedValues } from './assumed.ts';
import { ApiFailure } from './failures.ts';

/** What carrying out a request fault takes. */
export interface RequestFaultParts {
  runtime: Runtime;
  assumed: AssumedValues;
  /** Fires when the API stops. */
  signal: AbortSignal;
  /** Ends the connection of a request with a TCP reset. */
  reset(request: FastifyRequest): void;
  /** Tells that a fault answered in place of the API. */
  answered(status: number, cause: number): void;
}

/**
 * Asks the fault engine about a request and carries out what it says.
 *
 * @param route the route's path in OVH's notation, undefined when none is served there
 * @returns the failure to answer, `'taken'` when nothing shall be answered, undefined to go on; undefined at once when none applies
 */
export function applyRequestFault(
  request: FastifyRequest,
  reply: FastifyReply,
  call: { path: string; route: string | undefined; cause: number },
  parts: RequestFaultParts,
): Promise<ApiFailure | 'taken' | undefined> | undefined {
  const { runtime } = parts;
  if (!runtime.faults.concerns('ovh.request')) return undefined;
  const { path, route, cause } = call;
  const hit = runtime.faults.consult('ovh.request', { method: request.method, path, route }, cause);
  return hit && carryOut(hit, request, reply, parts);
}

async function carryOut(
  { then, delay, entry }: FaultHit,
  request: FastifyRequest,
  reply: FastifyReply,
  { runtime, assumed, signal, reset, answered }: RequestFaultParts,
): Promise<ApiFailure | 'taken' | undefined> {
  const { clock } = runtime;
  const { hang, reset: cutOff, close, ovh, http } = then;
  if (delay !== undefined) await clock.sleep(delay, signal);
  if (spoilsAnswer(then)) {
    const { socket } = request.raw;
    spoilAnswer(then, { socket, response: reply.raw, clock, reset: () => reset(request) });
  }
  if (ovh) {
    const { status = 503, errorCode, message = assumed.faultText } = ovh;
    return new ApiFailure(status, message, { errorCode });
  }
  if (!http && !hang && cutOff !== true && close !== true) return undefined;
  reply.hijack();
  if (http) {
    answerHttp(reply.raw, http, clock);
    answered(http.status, entry.seq);
  } else if (cutOff) reset(request);
  else if (close) request.raw.socket.end();
  return 'taken';
}
