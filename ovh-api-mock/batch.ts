import { type AssumedValues, fill } from './assumed.ts';
import { ApiFailure, badRequest } from './failures.ts';
import type { Route } from './route.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** An element of the answer to a batch. That members are `value` and `error` is documented by the control panel's source, `key` is assumed. */
export interface BatchEntry {
  key: string;
  value: unknown;
  error: unknown;
}

/** The name of the parameter that ends a path, such as `kmsId`; undefined when the last segment is fixed. */
export function lastParameter(route: Route): string | undefined {
  return /\/\{(\w+)\}$/.exec(route.path)?.[1];
}

/**
 * The ids that a request with X-Ovh-Batch asks for, joined in the last segment of the path by the header's value
 * (documented by the control panel's source); undefined when the request is no batch. Only GET is one (assumed).
 */
export function batchKeys(
  route: Route,
  headers: Headers,
  params: Readonly<Record<string, unknown>>,
  assumed: AssumedValues,
): string[] | ApiFailure | undefined {
  const separator = headers['x-ovh-batch'];
  const name = lastParameter(route);
  if (route.method !== 'GET' || typeof separator !== 'string' || separator === '' || name === undefined)
    return undefined;
  const keys = String(params[name]).split(separator);
  const { batchLimit: limit } = assumed;
  return keys.length > limit ? badRequest(fill(assumed.batchTooLargeText, { count: keys.length, limit })) : keys;
}

/** The entry for one id: its object, or why there is none. */
export function batchEntry(key: string, answer: unknown): BatchEntry {
  return answer instanceof ApiFailure ? { key, value: null, error: answer.body } : { key, value: answer, error: null };
}
