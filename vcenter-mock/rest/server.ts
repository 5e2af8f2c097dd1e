import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { connectionKey, isJsonObject, type Json, type JsonObject, messageOf } from '../../core/index.ts';
import { originOf } from '../http/origin.ts';
import type { Session } from '../http/sessions.ts';
import { takeTextBodies } from '../http/text-bodies.ts';
import { rootFolderRef } from '../inventory/inventory.ts';
import type { Vcenter } from '../vcenter.ts';
import { serveBackups } from './backup-download.ts';
import {
  asVapiError,
  invalidArgument,
  invalidInput,
  pathNotFoundBody,
  type Root,
  restRootOf,
  unauthenticated,
  unsupportedProperty,
  VapiError,
} from './errors.ts';
import type { Members, Method, Operation, RestCall } from './operation.ts';
import { operations } from './operations.ts';
import { Query } from './query.ts';
import { type Found, Router } from './router.ts';
import { sessionOf } from './session.ts';

const methods = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'] as const;

/** Serves the REST API below /api and /rest. */
export function serveRest(app: FastifyInstance, vc: Vcenter): void {
  const router = new Router(operations, vc.profile.apiVersion);
  app.register(async (scope) => {
    takeTextBodies(scope);
    scope.setErrorHandler((error, request, reply) => {
      const root = restRootOf(request.url) ?? 'api';
      const status = (error as { statusCode?: number }).statusCode ?? 500;
      const failure =
        status < 500
          ? invalidArgument(messageOf(error))
          : new VapiError('ERROR', 'com.vmware.vapi.endpoint.failedToInvoke', messageOf(error));
      record(vc, request, 'vcenter.request.refused', `refused ${titleOf(request)}: ${messageOf(error)}`);
      return reply.code(status < 500 ? status : failure.status).send(failure.body(root, vc.profile.apiVersion));
    });
    // fastify adds the character set; vCenter does not, and Ansible's vmware_rest modules take exactly this type for JSON. observed
    scope.addHook('onSend', async (_request, reply, payload) => {
      if (String(reply.getHeader('content-type')).startsWith('application/json')) {
        reply.header('content-type', 'application/json');
      }
      return payload;
    });
    serveBackups(scope, vc);
    for (const root of ['api', 'rest'] as const) {
      scope.route({
        method: [...methods],
        url: `/${root}/*`,
        handler: (request, reply) => answer(vc, router, root, request, reply),
      });
    }
  });
}

async function answer(
  vc: Vcenter,
  router: Router,
  root: Root,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const [path = '', queryText = ''] = splitOnce(request.url, '?');
  const query = new Query(queryText, root);
  const method = tunnelled(request.method as Method, root, query);
  const action = (root === 'api' ? query.get('action') : query.get('~action')) ?? '';
  const found = find(router, root, method, path.slice(root.length + 1), action);
  if (!found) {
    record(vc, request, 'vcenter.unknown', `${titleOf(request)} is not served by this vCenter's REST API`);
    return reply.code(404).send(pathNotFoundBody(root));
  }
  const { operation, params } = found;
  const session = sessionOf(vc, request.headers);
  const entry = vc.runtime.journal.record({
    plane: 'vcenter',
    event: 'vcenter.rest.call',
    level: method === 'GET' ? 'debug' : 'info',
    text: `${method} ${path.slice(0, 200)}${action && ` (${action})`}`,
    data: {
      method,
      path: path.slice(0, 200),
      action: action || undefined,
      user: session?.user.username,
      userAgent: request.headers['user-agent'],
    },
    link: linkOf(request),
  });
  const release = session && vc.sessions.hold(session);
  const { messages } = vc.runtime.journal;
  if (typeof request.body === 'string') messages?.keep(entry.seq, 'request', 'json', request.body);
  const done = vc.work.begin(`${method} ${path.slice(0, 200)}`);
  try {
    if (!operation.anonymous) authorize(session, operation.privilege, vc);
    const body = bodyOf(request.body);
    const unknown = checkInput(operation, { root, query, body });
    if (unknown !== undefined)
      record(vc, request, 'vcenter.unknown', `${titleOf(request)} has no parameter ${unknown.slice(0, 100)}`);
    const call: RestCall = {
      vc,
      root,
      method: request.method,
      path,
      session,
      user: session?.user.username ?? '',
      params,
      query,
      body,
      text: typeof request.body === 'string' ? request.body : '',
      authorization: request.headers.authorization,
      headerOnly: request.headers['vmware-use-header-authn'] !== undefined,
      origin: originOf(request),
      http: { remoteAddress: request.ip, userAgent: request.headers['user-agent'] ?? '' },
      cause: entry.seq,
      header: (name, value) => void reply.header(name, value),
    };
    const result = await operation.run(call);
    // A string alone is a name, or the token of a session.
    if (typeof result === 'object') messages?.keep(entry.seq, 'answer', 'json', JSON.stringify(result));
    return send(reply, root, operation.status, result);
  } catch (error) {
    return fail(vc, reply, root, entry.seq, error, originOf(request));
  } finally {
    done();
    release?.();
  }
}

/** In `/rest` the action may name the operation as a verb of its own; an unknown action is an unknown path. */
function find(router: Router, root: Root, method: Method, path: string, action: string): Found | undefined {
  return (
    router.find(root, method, path, action) ?? (method === 'POST' ? plainVerb(router, root, path, action) : undefined)
  );
}

/** `POST …?~action=get` stands for the GET of that path. observed (govmomi's client) */
function plainVerb(router: Router, root: Root, path: string, action: string): Found | undefined {
  const verbs: Readonly<Record<string, Method>> = { get: 'GET', list: 'GET', delete: 'DELETE', update: 'PATCH' };
  const method = root === 'rest' && Object.hasOwn(verbs, action) ? verbs[action] : undefined;
  return method && router.find(root, method, path, '');
}

/** `POST …?~method=GET`, for clients behind proxies that know only two methods. documented */
function tunnelled(method: Method, root: Root, query: Query): Method {
  const named = root === 'rest' && method === 'POST' ? query.get('~method')?.toUpperCase() : undefined;
  return methods.find((candidate) => candidate === named) ?? method;
}

/** The privilege of an operation is looked for at the root; operations on entities look at those themselves. */
function authorize(session: Session | undefined, privilege: string | undefined, vc: Vcenter): void {
  if (!session) throw unauthenticated();
  if (privilege !== undefined) vc.authorization.require(session.user.username, privilege, rootFolderRef);
}

function send(reply: FastifyReply, root: Root, status: number | undefined, value: unknown): FastifyReply {
  // Strings are JSON strings: fastify would send them as they are.
  reply.header('content-type', 'application/json');
  if (root === 'rest') return reply.code(200).send(value === undefined ? '' : JSON.stringify({ value }));
  if (value === undefined)
    return reply
      .code(status ?? 204)
      .removeHeader('content-type')
      .send();
  return reply.code(status ?? 200).send(JSON.stringify(value));
}

function fail(
  vc: Vcenter,
  reply: FastifyReply,
  root: Root,
  cause: number,
  error: unknown,
  origin: string,
): FastifyReply {
  const failure =
    asVapiError(error) ?? new VapiError('ERROR', 'com.vmware.vapi.endpoint.failedToInvoke', messageOf(error));
  const isDefect = !asVapiError(error);
  vc.runtime.journal.record({
    plane: 'vcenter',
    event: isDefect ? 'vcenter.internal' : 'vcenter.rest.error',
    level: isDefect ? 'error' : 'warn',
    text: `answered ${failure.type}: ${failure.message}`,
    data: { error: failure.type, message: failure.message },
    cause,
  });
  // observed form; SIGN also has a realm there, the hash of a certificate
  const challenge =
    failure.status === 401
      ? `Basic realm="VAPI endpoint",SIGN service="VAPI endpoint",sts="${origin}/sts/STSService/vsphere.local"`
      : undefined;
  if (challenge) reply.header('www-authenticate', challenge);
  const body = failure.body(root, vc.profile.apiVersion, challenge);
  vc.runtime.journal.messages?.keep(cause, 'answer', 'json', JSON.stringify(body));
  return reply.code(failure.status).header('content-type', 'application/json').send(body);
}

/**
 * Parameters and body are the operation's own.
 * @returns a parameter that is not; `/rest` is assumed to pass it by
 * @throws INVALID_ARGUMENT
 */
function checkInput(
  { query: known = [], action, body: spec }: Operation,
  { root, query, body }: Pick<RestCall, 'root' | 'query' | 'body'>,
): string | undefined {
  const unknown = query.unknown(action === undefined ? known : ['action', ...known]);
  if (unknown !== undefined && root === 'api') throw unsupportedProperty(unknown);
  if (spec && !fits(body, spec.members)) throw invalidInput(spec.of);
  return unknown;
}

function fits(body: JsonObject, members: Members): boolean {
  return Object.entries(body).every(([name, value]) => {
    const its = Object.hasOwn(members, name) ? members[name] : undefined;
    if (its === undefined || its === true || !isJsonObject(value)) return its !== undefined;
    return fits(value, its);
  });
}

/** The request's JSON object. @throws INVALID_ARGUMENT */
function bodyOf(text: unknown): JsonObject {
  if (typeof text !== 'string' || text.trim() === '') return {};
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    throw invalidArgument('The body is not JSON.');
  }
  if (!isJsonObject(value)) throw invalidArgument('The body is not a JSON object.');
  return value;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Method and path; never the query, which may carry names. */
function titleOf(request: FastifyRequest): string {
  return `${request.method} ${splitOnce(request.url, '?')[0].slice(0, 200)}`;
}

function linkOf({ raw: { socket } }: FastifyRequest): string {
  return connectionKey(
    { address: socket.remoteAddress ?? '', port: socket.remotePort },
    { address: socket.localAddress, port: socket.localPort },
  );
}

function record(vc: Vcenter, request: FastifyRequest, event: string, text: string): void {
  vc.runtime.journal.record({ plane: 'vcenter', event, level: 'warn', text, link: linkOf(request) });
}
