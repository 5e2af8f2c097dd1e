import { readFileSync } from 'node:fs';
import fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import { KeyrigError, messageOf, trackConnections, withoutSchemaCompilers } from '../core/index.ts';
import { taskActions } from '../ovh-api-mock/index.ts';
import type { Lab } from './lab.ts';

/** The dashboard's files: path, content type. `ui/` stands beside the room here, and beside dist/ in the package. */
const pages = [
  ['/', 'index.html', 'text/html; charset=utf-8'],
  ['/dashboard.js', 'dashboard.js', 'text/javascript; charset=utf-8'],
  ['/style.css', 'style.css', 'text/css; charset=utf-8'],
] as const;

/** What somebody at OVHcloud does with a task, sent to `POST /ovh/tasks/{taskId}`. */
const taskHand = z.strictObject({ action: z.enum(taskActions), description: z.string().max(1_000).optional() });

/** The lab's own HTTP API, for scripts and the dashboard: what the lab is doing, never its secrets. */
export class ControlApi {
  /** The file that holds the ready line, once the lab is ready; `keyrig env` asks where it is. */
  readyFile: string | undefined;
  readonly #app: FastifyInstance;
  readonly #host: string;
  readonly #port: number;
  #url = '';

  constructor(lab: Lab, options: { host: string; port: number }) {
    this.#host = options.host;
    this.#port = options.port;
    this.#app = fastify({
      schemaController: withoutSchemaCompilers,
      forceCloseConnections: true,
      bodyLimit: 64 * 1024,
    });
    const endConnections = trackConnections(this.#app.server);
    this.#app.addHook('preClose', async () => endConnections());
    const { runtime } = lab;
    // fastify answers and closes; the timeline shows who sent what is no HTTP.
    this.#app.server.on('clientError', (error: Error, socket: { remoteAddress?: string }) => {
      runtime.journal.record({
        plane: 'lab',
        event: 'lab.control.refused',
        level: 'warn',
        text: `a connection to the control API from ${socket.remoteAddress ?? 'somebody'} was refused: ${messageOf(error)}`,
      });
    });
    this.#app.get('/health', async () => ({
      status: 'ok',
      seed: runtime.random.seed,
      time: new Date(runtime.clock.now()).toISOString(),
    }));
    this.#app.get('/ready', async (_request, reply) => {
      if (this.readyFile === undefined) return reply.code(503).send({ message: 'the lab is not ready yet' });
      return { file: this.readyFile };
    });
    this.#app.get<{ Querystring: { after?: string; limit?: string } }>('/journal', async ({ query }) => {
      const limit = Math.min(Number(query.limit) || 1_000, 10_000);
      const entries = runtime.journal.entries(undefined, Number(query.after) || 0).slice(0, limit);
      return { entries, dropped: runtime.journal.dropped };
    });
    this.#app.get('/kms', async () =>
      lab.allKms.map((kms) => {
        const { sha1, sha256, notAfter } = kms.certificate;
        const { name, address, port } = kms;
        return { name, address, port, certificate: { sha1, sha256, notAfter }, objects: kms.objects() };
      }),
    );
    // The phones of the lab's people: operation tokens and codes are meant to be read here.
    this.#app.get('/ovh/inbox', async () => lab.messages);
    this.#app.get('/ovh/tasks', async () => lab.ovhTasks);
    this.#app.post<{ Params: { taskId: string } }>('/ovh/tasks/:taskId', async ({ params, body }, reply) => {
      const hand = taskHand.safeParse(body);
      if (!hand.success) return reply.code(400).send({ message: z.prettifyError(hand.error) });
      const { action, description } = hand.data;
      try {
        return await lab.steerTask(Number(params.taskId), action, description);
      } catch (error) {
        if (!(error instanceof KeyrigError) || error.code !== 'ERR_OPTION') throw error;
        return reply.code(409).send({ message: error.message });
      }
    });
    for (const [path, file, type] of pages) {
      this.#app.get(path, async (_request, reply) => reply.type(type).send(readPage(file)));
    }
  }

  /** `http://host:port` once it listens. */
  get url(): string {
    return this.#url;
  }

  async start(): Promise<void> {
    this.#url = await this.#app.listen({ host: this.#host, port: this.#port });
  }

  async stop(): Promise<void> {
    await this.#app.close();
  }
}

function readPage(file: string): string {
  // From the sources the folder is one level up, from dist/lab/ two.
  const base = import.meta.url.endsWith('.ts') ? '../ui/' : '../../ui/';
  return readFileSync(new URL(`${base}${file}`, import.meta.url), 'utf8');
}
