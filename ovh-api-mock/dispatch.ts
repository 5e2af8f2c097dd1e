import type { z } from 'zod';
import { fitsPattern, isGranted } from './access-rules.ts';
import type { Api } from './api.ts';
import { type AssumedValues, fill } from './assumed.ts';
import { authenticate, authenticateApplication, type IncomingCall } from './authentication.ts';
import { ApiFailure, badRequest, iamDenied, notGranted } from './failures.ts';
import { ovhTypeOf } from './models/types.ts';
import type { Call, Route } from './route.ts';

/** A request that found its route. */
export interface RoutedCall extends IncomingCall {
  /** Relative to the base URL, without the query. */
  path: string;
  /** Scheme and host that the client used. */
  origin: string;
  params: unknown;
  query: unknown;
}

/** Takes a call through authentication, access rules, IAM and parameter checks to its handler. */
export async function dispatch(route: Route, call: RoutedCall, api: Api): Promise<unknown> {
  const caller = identify(route, call, api);
  if (caller instanceof ApiFailure) return caller;
  const { assumed } = api;
  const params = check(route.params, call.params, assumed);
  if (params instanceof ApiFailure) return params;
  const query = check(route.query, call.query, assumed);
  if (query instanceof ApiFailure) return query;
  const json = Object.keys(route.body.shape).length > 0 ? readBody(call.body, assumed) : {};
  if (json instanceof ApiFailure) return json;
  const body = check(route.body, json, assumed);
  if (body instanceof ApiFailure) return body;
  return route.run({ params, query, body, api, origin: call.origin, cause: call.cause, ...caller });
}

type Caller = Pick<Call, 'application' | 'credential'>;

function identify(route: Route, call: RoutedCall, api: Api): Caller | ApiFailure {
  const { credentials, assumed, options, runtime } = api;
  const { clock, journal } = runtime;
  const parts = { credentials, assumed, journal, publicUrls: options.publicUrls ?? [], now: clock.now() };
  if (route.authentication === 'none') return { application: undefined, credential: undefined };
  if (route.authentication === 'application') {
    const application = authenticateApplication(call, parts);
    return application instanceof ApiFailure ? application : { application, credential: undefined };
  }
  const credential = authenticate(call, parts);
  if (credential instanceof ApiFailure) return credential;
  if (!isGranted(credential.rules, call.method, call.path)) return notGranted;
  const action = route.iamAction && `pccVMware:apiovh:${route.iamAction}`;
  if (action && !credential.iamActions.some((allowed) => fitsPattern(allowed, action))) return iamDenied(action);
  return { application: credential.application, credential };
}

function readBody(body: Buffer, assumed: AssumedValues): unknown {
  if (body.length === 0) return {};
  try {
    const json: unknown = JSON.parse(body.toString('utf8'));
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
  } catch {
    // Told below, like any other value that is no object.
  }
  return badRequest(assumed.badJsonText);
}

function check(schema: z.ZodObject, source: unknown, assumed: AssumedValues): Record<string, unknown> | ApiFailure {
  const result = schema.safeParse(source);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path ?? [];
  const name = path.join('.');
  let value: unknown = source;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  if (value === undefined) return badRequest(fill(assumed.missingValueText, { name }));
  const shown = (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 100);
  const member = schema.shape[String(path[0])] as z.ZodType | undefined;
  return badRequest(fill(assumed.badValueText, { name, value: shown, type: member ? ovhTypeOf(member) : 'object' }));
}
