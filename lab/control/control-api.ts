import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  type Journal,
  KeyrigError,
  messageOf,
  packageFile,
  trackConnections,
  withoutSchemaCompilers,
} from '../../core/index.ts';
import type { Lab } from '../lab.ts';
import { Access } from './access.ts';
import { Metrics } from './metrics.ts';
import { refusalOf } from './refusals.ts';
import { type ControlContext, isSchema, type Route, statusOf } from './route.ts';
import { routes } from './routes/index.ts';
import { isTooDeep, maxDepth } from './values.ts';

/** The dashboard's files: path, content type. */
const pages = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/dashboard.js', 'dashboard.js', 'text/javascript; charset=utf-8'],
  ['/control-client.js', 'control-client.js', 'text/javascript; charset=utf-8'],
  ['/style.css', 'style.css', 'text/css; charset=utf-8'],
] as const;

const pageHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

const maxBodyBytes = 1024 * 1024;

/** How long a client may take to send a request (ms). */
const requestLimitMs = 30_000;

export interface ControlOptions {
  host: string;
  port: number;
  /** Clients have to show it: `Authorization: Bearer …`. Without one it listens on loopback alone. */
  token?: string;
}

/** The lab's own HTTP API, for scripts and the dashboard: what the lab is doing, and its levers. */
export class ControlApi implements ControlContext {
  readonly lab: Lab;
  readonly journal: Journal;
  readonly metrics: Metrics;
  isStepping = false;
  isRunning = false;
  readonly streams = new Set<Readable>();
  readonly #app: FastifyInstance;
  readonly #access: Access;
  readonly #host: string;
  readonly #port: number;
  readonly #stopping = new AbortController();
  #readyFile: string | undefined;
  #isReady = false;
  #url = '';

  /** Throws ERR_OPTION when the host needs a token and there is none. */
  constructor(lab: Lab, { host, port, token }: ControlOptions) {
    this.lab = lab;
    this.journal = lab.runtime.journal;
    this.#access = new Access(host, token);
    this.metrics = new Metrics(lab);
    this.#host = host;
    this.#port = port;
    this.#app = this.#build();
  }

  /** `http://host:port` once it listens. */
  get url(): string {
    return this.#url;
  }

  get hasToken(): boolean {
    return this.#access.hasToken;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get readyFile(): string | undefined {
    return this.#readyFile;
  }

  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Says that the world is loaded and every port accepts. @param file where the ready line is kept; `keyrig env` asks for it */
  announceReady(file?: string): void {
    this.#readyFile = file;
    this.#isReady = true;
  }

  async start(): Promise<void> {
    this.#url = await this.#app.listen({ host: this.#host, port: this.#port });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.metrics.stop();
    await this.#app.close();
  }

  #build(): FastifyInstance {
    const app = fastify({
      schemaController: withoutSchemaCompilers,
      forceCloseConnections: true,
      exposeHeadRoutes: false,
      bodyLimit: maxBodyBytes,
      requestTimeout: requestLimitMs,
      // How long an id may be is for its schema to say.
      routerOptions: { maxParamLength: 16 * 1024 },
      frameworkErrors: (error, _request, reply) => void this.#refuse(error, reply),
    });
    const endConnections = trackConnections(app.server);
    app.addHook('preClose', async () => endConnections());
    // fastify answers and closes; the timeline shows who sent what is no HTTP.
    app.server.on('clientError', (error: Error, socket: { remoteAddress?: string }) => {
      this.#record(
        'warn',
        `a connection to the control API from ${socket.remoteAddress ?? 'somebody'} was refused: ${messageOf(error)}`,
      );
    });
    app.removeAllContentTypeParsers();
    // A method that fastify knows and wants a type for; here it is served nowhere, like any other.
    app.addHttpMethod('QUERY', { hasBody: false, overrideExisting: true });
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
      try {
        done(null, body === '' ? undefined : JSON.parse(String(body)));
      } catch (error) {
        done(new KeyrigError('ERR_OPTION', `the body is not JSON: ${messageOf(error)}`));
      }
    });
    app.addHook('onRequest', async (request) => this.#access.check(request.headers, isOpen(request)));
    app.setErrorHandler((error, _request, reply) => this.#refuse(error, reply));
    app.setNotFoundHandler((request, reply) => {
      const { method } = request;
      const path = request.url.split('?', 1)[0] ?? '';
      const exact = routes.filter((route) => route.path === path);
      const served = exact.length > 0 ? exact : routes.filter((route) => fits(route.path, path));
      const methods = served.map((route) => route.method);
      if (methods.length === 0) {
        const message = `${method} ${path.slice(0, 200)}: there is no such path; /openapi.json tells what there is`;
        return this.#refuse(new KeyrigError('ERR_NOTHING_FOUND', message), reply);
      }
      const allowed = methods.join(', ');
      const body = { message: `${path} knows ${allowed} only`, code: 'ERR_OPTION' };
      return reply.code(405).header('allow', allowed).send(body);
    });
    for (const route of routes) this.#serve(app, route);
    for (const [path, file, type] of pages) {
      app.get(path, { config: { isOpen: true } }, async (_request, reply) =>
        reply.headers(pageHeaders).type(type).send(readPage(file)),
      );
    }
    return app;
  }

  #serve(app: FastifyInstance, route: Route): void {
    const { method, path, answer } = route;
    app.route({
      method,
      url: path.replace(/\{(\w+)\}/g, ':$1'),
      config: { isOpen: route.isOpen === true },
      handler: async (request, reply) => {
        if (!this.#isReady && route.isEarly !== true) {
          throw new KeyrigError('ERR_NOT_READY', 'the lab is still starting; /ready tells when it has');
        }
        const { params, query, body, headers } = request;
        const value = await route.run(this, {
          params: checked('path', route.params, params),
          query: checked('query', route.query, query),
          body: checked('body', route.body, body),
          lastEventId: headers['last-event-id']?.toString(),
        });
        reply.code(statusOf(route)).header('cache-control', 'no-store');
        if (answer === undefined) return reply.send();
        if (!isSchema(answer)) return reply.type(answer.contentType).send(value);
        return reply.type('application/json; charset=utf-8').send(JSON.stringify(value));
      },
    });
  }

  #refuse(error: unknown, reply: FastifyReply): FastifyReply {
    const { status, body } = refusalOf(error);
    if (status >= 500 && status !== 503) this.#record('error', `the control API failed: ${messageOf(error)}`);
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body));
  }

  #record(level: 'warn' | 'error', text: string): void {
    this.journal.record({ plane: 'lab', event: `lab.control.${level === 'warn' ? 'refused' : 'failed'}`, level, text });
  }
}

function isOpen({ routeOptions }: FastifyRequest): boolean {
  return (routeOptions.config as { isOpen?: boolean } | undefined)?.isOpen === true;
}

/** What a part of a request is, by its schema. Throws ERR_OPTION, naming the member. */
function checked(where: string, schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return undefined;
  if (isTooDeep(value)) throw new KeyrigError('ERR_OPTION', `the ${where} is nested more than ${maxDepth} deep`);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${[where, ...path].map(String).join('.')}: ${message}`);
  throw new KeyrigError('ERR_OPTION', problems.join('; '));
}

/** Whether a path is one that a route stands for. */
function fits(template: string, path: string): boolean {
  const parts = path.split('/');
  const wanted = template.split('/');
  return wanted.length === parts.length && wanted.every((part, index) => part.startsWith('{') || part === parts[index]);
}

function readPage(file: string): string {
  return readFileSync(packageFile(`ui/${file}`), 'utf8');
}
