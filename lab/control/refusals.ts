import { type ErrorCode, errorTable, KeyrigError } from '../../core/index.ts';
import type { Route } from './route.ts';

/** The status with which the control API answers an error; all others are its own failure. */
export const statuses: Partial<Record<ErrorCode, number>> = {
  ERR_OPTION: 400,
  ERR_FAULT_RULE: 400,
  ERR_SCENARIO: 400,
  ERR_STATE: 400,
  ERR_TOKEN: 401,
  ERR_ORIGIN: 403,
  ERR_FORBIDDEN: 403,
  ERR_NOTHING_FOUND: 404,
  ERR_CONFLICT: 409,
  ERR_BUSY: 409,
  ERR_LIMIT: 429,
  ERR_NOT_READY: 503,
};

/** The body of every answer that is not a success. */
export interface Refusal {
  status: number;
  body: { message: string; code: ErrorCode };
}

/** How an error is answered. What fastify refuses is the client's; the rest is a defect, which tells no more than that. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof KeyrigError) {
    const { code, message } = error;
    const status = statuses[code];
    if (status !== undefined) return { status, body: { message, code } };
    return { status: 500, body: { message, code } };
  }
  const { statusCode = 500, message = '' } = error as { statusCode?: number; message?: string };
  if (statusCode >= 400 && statusCode < 500) return { status: statusCode, body: { message, code: 'ERR_OPTION' } };
  return { status: 500, body: { message: 'the control API failed; the timeline says why', code: 'ERR_INTERNAL' } };
}

/** How a route can refuse: each status, with the code and what it means. */
export function refusalsOf(route: Route): { status: number; code: ErrorCode; meaning: string }[] {
  const { params, query, body, isOpen, isEarly, refusals = [] } = route;
  const codes = new Set<ErrorCode>(refusals);
  if (params !== undefined || query !== undefined || body !== undefined) codes.add('ERR_OPTION');
  if (isOpen !== true) codes.add('ERR_TOKEN');
  codes.add('ERR_ORIGIN');
  if (isEarly !== true) codes.add('ERR_NOT_READY');
  const declared = [...codes].map((code) => ({ status: statuses[code] ?? 500, code, meaning: errorTable[code] }));
  // These come from the reading of the body, before the route is asked.
  const ofBodies = [
    { status: 413, code: 'ERR_OPTION' as const, meaning: 'The body is larger than 1 MiB.' },
    { status: 415, code: 'ERR_OPTION' as const, meaning: 'The body is of a type that is not read here.' },
  ];
  return [...declared, ...(body === undefined ? [] : ofBodies)].sort((a, b) => a.status - b.status);
}

/** Gives the errors of some work another code, where the caller knows better what they mean. */
export async function refusing<T>(
  codes: Partial<Record<ErrorCode, ErrorCode>>,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof KeyrigError ? codes[error.code] : undefined;
    if (code === undefined) throw error;
    throw new KeyrigError(code, (error as KeyrigError).message, { cause: error });
  }
}
