import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isJsonObject, type Json, type JsonObject, messageOf } from '../../core/index.ts';
import { takeTextBodies } from '../http/text-bodies.ts';
import type { Vcenter } from '../vcenter.ts';
import { serveBackups } from './backup-download.ts';
import { invalidArgument, pathNotFoundBody, type Root, restRootOf, VapiError } from './errors.ts';
import { serveJsonRpc } from './json-rpc.ts';
import type { Method } from './operation.ts';
import { operations } from './operations.ts';
import { challengeOf, type Failed, perform, record, titleOf } from './perform.ts';
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
    serveJsonRpc(scope, vc, router);
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
  const outcome = await perform(vc, operation, {
    request,
    root,
    method,
    title: `${method} ${path.slice(0, 200)}${action && ` (${action})`}`,
    path,
    session: sessionOf(vc, request.headers),
    params,
    query,
    queryRoot: root,
    kept: typeof request.body === 'string' ? request.body : undefined,
    body: () => bodyOf(request.body),
    authorization: request.headers.authorization,
    headerOnly: request.headers['vmware-use-header-authn'] !== undefined,
    header: (name, value) => void reply.header(name, value),
  });
  return outcome.failure
    ? fail(vc, request, reply, root, outcome)
    : send(reply, root, operation.status, outcome.result);
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
  request: FastifyRequest,
  reply: FastifyReply,
  root: Root,
  { failure, cause }: Failed,
): FastifyReply {
  const challenge = challengeOf(failure, request);
  if (challenge) reply.header('www-authenticate', challenge);
  const body = failure.body(root, vc.profile.apiVersion, challenge);
  vc.runtime.journal.messages?.keep(cause, 'answer', 'json', JSON.stringify(body));
  return reply.code(failure.status).header('content-type', 'application/json').send(body);
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
