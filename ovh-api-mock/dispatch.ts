import { isGranted } from './access-rules.ts';
import { isAllowed } from './account/account.ts';
import type { Api } from './api.ts';
import { authenticate, authenticateApplication, type Caller, type IncomingCall } from './authentication.ts';
import { batchEntry, batchKeys, lastParameter } from './batch.ts';
import { ApiFailure, iamDenied, notGranted } from './failures.ts';
import { arrange, checkMembers, cut, paginationHeaders, readPagination, readsOnly } from './pagination.ts';
import { check, checkBody, readBody } from './parameters.ts';
import type { Route } from './route.ts';
import { resourceUrn } from './services.ts';

/** A request that found its route. */
export interface RoutedCall extends IncomingCall {
  /** Relative to the base URL, without the query. */
  path: string;
  /** Scheme and host that the client used. */
  origin: string;
  params: Readonly<Record<string, string>>;
  query: unknown;
}

/** What a route answers: a value of its type, or a list of them, and headers beside it. */
export interface Reply {
  value: unknown;
  headers: Readonly<Record<string, string>>;
}

/**
 * Takes a call through authentication, access rules, IAM and parameter checks to its handler.
 *
 * @param objects the route that answers a single object of the list that `route` answers, if there is one
 */
export async function dispatch(
  route: Route,
  objects: Route | undefined,
  call: RoutedCall,
  api: Api,
): Promise<Reply | ApiFailure> {
  const caller = identify(route, call, api);
  if (caller instanceof ApiFailure) return caller;
  const keys = batchKeys(route, call.headers, call.params, api.assumed);
  if (keys instanceof ApiFailure) return keys;
  if (keys) {
    const above = call.path.slice(0, call.path.lastIndexOf('/'));
    const entries = keys.map(async (key) =>
      batchEntry(key, await run(route, element(route, call, above, key), caller, api)),
    );
    return { value: await Promise.all(entries), headers: {} };
  }
  const value = await run(route, call, caller, api);
  if (value instanceof ApiFailure) return value;
  if (route.method === 'GET' && Array.isArray(value)) return paginate(value, objects, call, caller, api);
  return { value, headers: {} };
}

/** Runs a handler after all that depends on the single object: access rules, IAM, parameters. */
function run(route: Route, call: RoutedCall, caller: Caller, api: Api): unknown {
  const refusal = refuse(route, call, caller);
  if (refusal) return refusal;
  const { assumed } = api;
  const params = check(route.params, call.params, assumed);
  if (params instanceof ApiFailure) return params;
  const query = check(route.query, call.query, assumed);
  if (query instanceof ApiFailure) return query;
  // Clients send headers and bodies of JSON with GET and DELETE too; nothing there is read.
  let body: Record<string, unknown> | ApiFailure = {};
  if (route.method === 'POST' || route.method === 'PUT') {
    const json = readBody(call.body, assumed);
    body = json instanceof ApiFailure ? json : checkBody(route.body, json, assumed);
    if (body instanceof ApiFailure) return body;
  }
  const { origin, cause } = call;
  const { principal } = caller;
  const action = actionOf(route) ?? '';
  const mayUse = (resource: string) => principal === undefined || isAllowed(principal, action, resource);
  return route.run({ params, query, body, api, origin, cause, isAllowed: mayUse, ...caller });
}

/** The call for one object of a batch or list: its id in the last segment of the path. */
function element(route: Route, call: RoutedCall, above: string, key: string): RoutedCall {
  const params = { ...call.params, [lastParameter(route)!]: key };
  return { ...call, params, path: `${above}/${encodeURIComponent(key)}` };
}

/** Cuts a list into pages, and puts objects in place of ids, when the client asks for it (spec 2.7). */
async function paginate(
  list: unknown[],
  objects: Route | undefined,
  call: RoutedCall,
  caller: Caller,
  api: Api,
): Promise<Reply | ApiFailure> {
  const page = readPagination(call.headers, api.assumed);
  if (page instanceof ApiFailure) return page;
  if (!page) return { value: list, headers: {} };
  if (!page.expand || !objects) return { value: cut(list, page), headers: paginationHeaders(page, list.length) };
  const refusal = checkMembers(page, objects.response, api.assumed);
  if (refusal) return refusal;
  // An id is known without its object: what asks for no other member looks at no more objects than a page has.
  const id = lastParameter(objects)!;
  if (readsOnly(page, id)) {
    const ids = arrange(list, page, (value) => ({ [id]: value }));
    const value = await expand(cut(ids, page), objects, call, caller, api);
    return value instanceof ApiFailure ? value : { value, headers: paginationHeaders(page, ids.length) };
  }
  const all = await expand(list, objects, call, caller, api);
  if (all instanceof ApiFailure) return all;
  const arranged = arrange(all, page);
  return { value: cut(arranged, page), headers: paginationHeaders(page, arranged.length) };
}

/**
 * The objects behind ids, from the handler that answers each of them. Objects that went meanwhile are left out; when the
 * client may not read them, the list is refused like a single one (assumed).
 */
async function expand(
  ids: readonly unknown[],
  objects: Route,
  call: RoutedCall,
  caller: Caller,
  api: Api,
): Promise<unknown[] | ApiFailure> {
  const found: unknown[] = [];
  const bare = { ...call, query: {} };
  for (const id of ids) {
    const answer = run(objects, element(objects, bare, call.path, String(id)), caller, api);
    // Nearly all handlers answer at once; waiting for each would cost more than they do.
    const object = answer instanceof Promise ? await answer : answer;
    if (!(object instanceof ApiFailure)) found.push(object);
    else if (object.status !== 404) return object;
  }
  return found;
}

/** Who calls. */
function identify(route: Route, call: RoutedCall, api: Api): Caller | ApiFailure {
  const nobody = { application: undefined, credential: undefined, principal: undefined };
  if (route.authentication === 'none') return nobody;
  if (route.authentication === 'application') {
    const application = authenticateApplication(call, api);
    return application instanceof ApiFailure ? application : { ...nobody, application };
  }
  return authenticate(call, api);
}

/**
 * Whether the caller may call this route with this path: access rules of the consumer key, then IAM for the service that the
 * path names. A list is refused when the caller may see nothing at all.
 */
function refuse(route: Route, { path, params }: RoutedCall, { credential, principal }: Caller): ApiFailure | undefined {
  if (credential && !isGranted(credential.rules, route.method, path)) return notGranted;
  const action = actionOf(route);
  const { serviceName } = params;
  const resource = serviceName === undefined ? undefined : resourceUrn(serviceName);
  if (principal && action !== undefined && !isAllowed(principal, action, resource)) return iamDenied(action);
  return undefined;
}

/** The full name of the IAM action; /auth has none. */
function actionOf({ iamAction }: Route): string | undefined {
  return iamAction && `pccVMware:apiovh:${iamAction}`;
}
