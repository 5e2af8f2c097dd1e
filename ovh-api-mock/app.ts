import type { Socket } from 'node:net';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  connectionKey,
  type Journal,
  type JournalRecord,
  type MessageLog,
  messageOf,
  systemCode,
  withoutSchemaCompilers,
} from '../core/index.ts';
import { isKnownElsewhere } from './absent-routes.ts';
import type { Api } from './api.ts';
import { fill } from './assumed.ts';
import { dispatch } from './dispatch.ts';
import { ApiFailure, badRequest } from './failures.ts';
import { maskKey } from './mask.ts';
import { serveTokens } from './oauth2/endpoint.ts';
import { openApiOf } from './openapi/document.ts';
import { serveFiles } from './pages/files.ts';
import { pageHeaders } from './pages/page.ts';
import { servePanel } from './pages/panel.ts';
import { serveSecure } from './pages/secure.ts';
import { serveValidation } from './pages/validation.ts';
import { applyRequestFault } from './request-faults.ts';
import { objectRoute, type Route } from './route.ts';
import { routes } from './routes/index.ts';
import { guideRoute } from './routes/vm-encryption.ts';
import { schemaFiles } from './schema/files.ts';

/** Both prefixes lead to the same API (spec 2.1, documented). */
export const prefixes = ['/1.0', '/v1'] as const;

/** What the application takes from its listeners. */
export interface AppParts {
  /** Fires when the API stops. */
  signal: AbortSignal;
  /** Ends the connection of a request with a TCP reset. */
  reset(request: FastifyRequest): void;
  nextQueryId(): string;
}

const causeDecorator = 'journalCause';
const routeConfig = 'ovhRoute';

/** The HTTP application behind both listeners: journal, faults, routes and error bodies. */
export function createApp(api: Api, parts: AppParts): FastifyInstance {
  const { assumed, runtime, options } = api;
  const { journal } = runtime;
  const app = fastify({
    logger: false,
    schemaController: withoutSchemaCompilers,
    exposeHeadRoutes: false,
    bodyLimit: assumed.bodyLimitBytes,
    // Batches put many ids in one segment of a path.
    routerOptions: { maxParamLength: assumed.headerLimitBytes },
    // A URL that cannot be read never reaches the hooks.
    frameworkErrors: (error, request, reply) => {
      const failure = failureOf(error, request, api);
      const queryId = parts.nextQueryId();
      recordResponse(journal, { ...failure, queryId }, recordRequest(request, api));
      sendFailure(reply.header('x-ovh-queryid', queryId), failure);
    },
  });
  // The signature covers the bytes as sent, whatever their type and method (spec 2.2), so nothing is parsed before it is checked.
  app.removeAllContentTypeParsers();
  // A method that fastify knows and wants a type for; here it is served nowhere, like any other.
  app.addHttpMethod('QUERY', { hasBody: false, overrideExisting: true });
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.decorateRequest(causeDecorator, 0);

  // Hooks without promises: most requests wait for nothing here.
  app.addHook('onRequest', (request, reply, done) => {
    const cause = recordRequest(request, api);
    request.setDecorator(causeDecorator, cause);
    // On all answers (reported by users).
    reply.header('x-ovh-queryid', parts.nextQueryId());
    const { httpVersion, headers } = request.raw;
    if (headers.host === undefined && httpVersion === '1.1') {
      sendFailure(reply, badRequest(assumed.missingHostText));
      return;
    }
    const call = { path: pathOf(request), route: routeOf(request)?.path, cause };
    const answered = (status: number, fault: number) => recordResponse(journal, { status }, fault);
    const fault = applyRequestFault(request, reply, call, { runtime, assumed, answered, ...parts });
    if (!fault) return done();
    fault.then((outcome) => {
      if (outcome instanceof ApiFailure) sendFailure(reply, outcome);
      else if (outcome === undefined) done();
    }, done);
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const { statusCode: status } = reply;
    const isFailure = status >= 400 && typeof payload === 'string' && reply.getHeader('content-type') === json;
    const body = isFailure ? (JSON.parse(payload) as { message?: string }) : {};
    const queryId = String(reply.getHeader('x-ovh-queryid'));
    const cause = causeOf(request);
    recordResponse(journal, { status, message: body.message, queryId }, cause);
    if (journal.messages && cause !== undefined) keepBodies(journal.messages, cause, request, reply, payload);
    done(null, payload);
  });
  app.setErrorHandler((error: FastifyError, request, reply) => sendFailure(reply, failureOf(error, request, api)));
  const served = [...routes, guideRoute(options.docsCompat ?? false)];
  app.setNotFoundHandler((request, reply) => {
    const { method } = request;
    const path = pathOf(request).slice(0, 200);
    const methods = methodsOf(served, request);
    if (method !== 'OPTIONS') {
      const text = `${method} ${path} is not a route of this API`;
      journal.record({ plane: 'ovh', event: 'ovh.unknown', level: 'warn', text, cause: causeOf(request) });
    }
    if (methods.length === 0) {
      const known = isKnownElsewhere(method, path);
      const message = known
        ? fill(assumed.notServedText, { method, path })
        : `${assumed.unknownUrlText}: ${method} ${path}`;
      return sendFailure(reply, new ApiFailure(404, message));
    }
    const allowed = [...methods, 'OPTIONS'].join(', ');
    reply.header('allow', allowed);
    // No other origin may call, so a preflight request gets no more than this.
    if (method === 'OPTIONS') return reply.code(204).send();
    // Signatures and access rules know four methods (schema), so HEAD is not among them.
    return sendFailure(reply, new ApiFailure(405, fill(assumed.methodNotAllowedText, { method, path, allowed })));
  });

  for (const route of served) {
    const objects = objectRoute(served, route);
    for (const prefix of prefixes) {
      app.route({
        method: route.method,
        url: prefix + route.path.replace(/\{(\w+)\}/g, ':$1'),
        config: { [routeConfig]: route },
        handler: async (request, reply) => {
          const answer = await dispatch(route, objects, routedCall(request), api);
          if (answer instanceof ApiFailure) return sendFailure(reply, answer);
          return reply.headers(answer.headers).header('content-type', json).send(JSON.stringify(answer.value));
        },
      });
    }
  }
  const documents = schemaFiles(routes);
  for (const prefix of prefixes) {
    for (const { path, contentType, render } of documents) {
      app.get(prefix + path, async (request, reply) =>
        reply.type(contentType).send(await render(`${originOf(request)}${prefix}`)),
      );
    }
    // Ours: OVH publishes its own format alone.
    app.get(`${prefix}/openapi.json`, (request, reply) =>
      reply.type(json).send(JSON.stringify(openApiOf(routes, `${originOf(request)}${prefix}`))),
    );
  }
  const calledBy = (request: FastifyRequest) => causeOf(request) ?? 0;
  serveTokens(app, api, calledBy);
  serveValidation(app, api, calledBy);
  servePanel(app);
  serveSecure(app, api);
  serveFiles(app, 'pages', '/pages', pageHeaders);
  return app;
}

const json = 'application/json; charset=utf-8';
const noBytes = Buffer.alloc(0);

function sendFailure(reply: FastifyReply, failure: ApiFailure): FastifyReply {
  return reply.code(failure.status).type(json).send(JSON.stringify(failure.body));
}

/** The methods that are served on the path of a request. */
function methodsOf(served: readonly Route[], request: FastifyRequest): string[] {
  if (!prefixes.some((prefix) => request.url.startsWith(`${prefix}/`))) return [];
  const segments = pathOf(request).split('/');
  const fits = (route: Route) => {
    const own = route.path.split('/');
    return (
      own.length === segments.length &&
      own.every((part, index) => (part.startsWith('{') ? segments[index] !== '' : part === segments[index]))
    );
  };
  return served.filter(fits).map(({ method }) => method);
}

/** The answer to an error that fastify or a handler raised. */
function failureOf(error: FastifyError, request: FastifyRequest, { assumed, runtime }: Api): ApiFailure {
  const code = systemCode(error);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new ApiFailure(413, fill(assumed.bodyTooLargeText, { limit: assumed.bodyLimitBytes }));
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const value = String(request.headers['content-type']).slice(0, 100);
    return badRequest(fill(assumed.contentTypeText, { value }));
  }
  if (error.statusCode !== undefined && error.statusCode < 500) return badRequest(assumed.badRequestText);
  // The API stops: the connection is about to be closed as well.
  if (code === 'ERR_ABORTED') return new ApiFailure(503, assumed.faultText);
  runtime.journal.record({
    plane: 'ovh',
    event: 'ovh.internal-error',
    level: 'error',
    text: `keyrig itself failed: ${messageOf(error)}`,
    cause: causeOf(request),
  });
  return new ApiFailure(500, assumed.internalErrorText);
}

/** `seq` of the request's journal entry; none when the request was refused before it was recorded. */
function causeOf(request: FastifyRequest): number | undefined {
  return request.getDecorator<number>(causeDecorator) || undefined;
}

function routeOf(request: FastifyRequest): Route | undefined {
  return (request.routeOptions.config as { [routeConfig]?: Route } | undefined)?.[routeConfig];
}

/** The path relative to the base URL, without the query. */
function pathOf(request: FastifyRequest): string {
  const path = request.url.split('?', 1)[0] ?? '';
  const prefix = prefixes.find((candidate) => path.startsWith(`${candidate}/`));
  return prefix ? path.slice(prefix.length) : path;
}

/** Scheme and host that the client used; HTTP/1.0 names no host. */
function originOf({ protocol, host, socket }: FastifyRequest): string {
  return `${protocol}://${host || `${socket.localAddress}:${socket.localPort}`}`;
}

function routedCall(request: FastifyRequest) {
  const { method, headers, params, query, body } = request;
  return {
    method,
    target: request.raw.url ?? '',
    path: pathOf(request),
    headers,
    params: params as Record<string, string>,
    query,
    body: Buffer.isBuffer(body) ? body : noBytes,
    remoteAddress: request.socket.remoteAddress ?? '',
    origin: originOf(request),
    cause: causeOf(request) ?? 0,
  };
}

/** What the journal says of a request besides its number and time. */
interface Description {
  readonly method: string;
  readonly url: string;
  readonly consumerKey: string | string[] | undefined;
  readonly record: JournalRecord;
}

const described = new WeakMap<Socket, Description>();

/** Describes a request. Requests that repeat on a connection, such as polls, share it: the journal keeps many. */
function describe(request: FastifyRequest): JournalRecord {
  const { method, url, headers, raw } = request;
  const { socket } = raw;
  const consumerKey = headers['x-ovh-consumer'];
  const before = described.get(socket);
  if (before?.url === url && before.method === method && before.consumerKey === consumerKey) return before.record;
  const path = url.split('?', 1)[0]?.slice(0, 300) ?? '';
  const record: JournalRecord = {
    plane: 'ovh',
    event: 'ovh.request',
    level: method === 'GET' ? 'debug' : 'info',
    text: `${method} ${path}`,
    data: {
      method,
      path,
      route: routeOf(request)?.path,
      credential: typeof consumerKey === 'string' ? maskKey(consumerKey) : undefined,
    },
    link:
      before?.record.link ??
      connectionKey(
        { address: socket.remoteAddress, port: socket.remotePort },
        { address: socket.localAddress, port: socket.localPort },
      ),
  };
  described.set(socket, { method, url, consumerKey, record });
  return record;
}

function recordRequest(request: FastifyRequest, { runtime }: Api): number {
  return runtime.journal.record(describe(request)).seq;
}

/** Pages are not kept: they are for people, and what is typed there is secret. */
function keepBodies(log: MessageLog, cause: number, request: FastifyRequest, reply: FastifyReply, payload: unknown) {
  if (reply.getHeader('content-type') !== json) return;
  if (Buffer.isBuffer(request.body)) log.keep(cause, 'request', 'json', request.body.toString('utf8'));
  if (typeof payload === 'string') log.keep(cause, 'answer', 'json', payload);
}

function recordResponse(
  journal: Journal,
  { status, message, queryId }: { status: number; message?: string; queryId?: string },
  cause: number | undefined,
): void {
  journal.record({
    plane: 'ovh',
    event: 'ovh.response',
    level: status >= 400 ? 'warn' : 'debug',
    // One text for all the answers that went well: the journal keeps many.
    text: status === 200 ? 'answers 200' : `answers ${status}${message ? `: ${message}` : ''}`,
    data: { status, message, queryId },
    cause,
  });
}
