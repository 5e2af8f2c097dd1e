import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FaultThen, Runtime } from '../core/index.ts';
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
  const { path, route, cause } = call;
  const hit = parts.runtime.faults.consult('ovh.request', { method: request.method, path, route }, cause);
  return hit && carryOut(hit.then, request, reply, parts);
}

async function carryOut(
  then: FaultThen,
  request: FastifyRequest,
  reply: FastifyReply,
  { runtime, assumed, signal, reset }: RequestFaultParts,
): Promise<ApiFailure | 'taken' | undefined> {
  const { delay, hang, reset: cutOff, close, ovh } = then;
  if (delay !== undefined) await runtime.clock.sleep(delay, signal);
  if (ovh) {
    const { status = 503, errorCode, message = assumed.faultText } = ovh;
    return new ApiFailure(status, message, { errorCode });
  }
  if (!hang && !cutOff && !close) return undefined;
  reply.hijack();
  if (cutOff) reset(request);
  else if (close) request.raw.socket.end();
  return 'taken';
}
