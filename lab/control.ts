import fastify, { type FastifyInstance } from 'fastify';
import type { Lab } from './lab.ts';

/** The lab's own HTTP API, for scripts and the dashboard: what the lab is doing, never its secrets. */
export class ControlApi {
  readonly #app: FastifyInstance;
  readonly #host: string;
  readonly #port: number;
  #url = '';

  constructor(lab: Lab, options: { host: string; port: number }) {
    this.#host = options.host;
    this.#port = options.port;
    this.#app = fastify({ forceCloseConnections: true, bodyLimit: 64 * 1024 });
    const { runtime } = lab;
    this.#app.get('/health', async () => ({
      status: 'ok',
      seed: runtime.random.seed,
      time: new Date(runtime.clock.now()).toISOString(),
    }));
    this.#app.get<{ Querystring: { after?: string; limit?: string } }>('/journal', async ({ query }) => {
      const limit = Math.min(Number(query.limit) || 1_000, 10_000);
      const entries = runtime.journal.entries(undefined, Number(query.after) || 0).slice(0, limit);
      return { entries, dropped: runtime.journal.dropped };
    });
    this.#app.get('/kms', async () =>
      lab.allKms.map((kms) => {
        const { sha1, sha256, notAfter } = kms.certificate;
        return {
          name: kms.name,
          address: kms.address,
          port: kms.port,
          certificate: { sha1, sha256, notAfter },
          objects: kms.objects(),
        };
      }),
    );
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
