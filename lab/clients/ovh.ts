import { type Json, KeyrigError } from '../../core/index.ts';
import { trustAt } from './lab-agent.ts';

/** Where the API is and who calls. */
export interface OvhAccess {
  host: string;
  port: number;
  ca: string;
  applicationKey: string;
  applicationSecret: string;
  consumerKey: string;
}

/** An answer of the API; a refusal keeps its HTTP status and message. */
export type OvhAnswer = { body: Json } | { fault: { status: number; message: string } };

/** The scenario's user of the OVHcloud API: OVHcloud's official Node.js client, unchanged, over HTTPS. */
export class OvhApiClient {
  readonly #access: OvhAccess;
  readonly #distrust: () => void;

  constructor(access: OvhAccess) {
    this.#access = access;
    this.#distrust = trustAt(access, access.ca);
  }

  close(): void {
    this.#distrust();
  }

  /** Calls the API. `parameters` go into the body of a POST or PUT, else into the query string. */
  async call(method: string, path: string, parameters: Record<string, unknown> = {}): Promise<OvhAnswer> {
    // Loaded by the first call: the client brings 130 modules, which most labs never use.
    const { default: ovh } = await import('@ovhcloud/node-ovh');
    const { host, port, applicationKey, applicationSecret, consumerKey } = this.#access;
    // A client asks for the API's time once; the lab's clock may jump between two steps, so each call begins anew.
    const client = ovh({
      host,
      port,
      basePath: '/1.0',
      appKey: applicationKey,
      appSecret: applicationSecret,
      consumerKey,
    });
    return new Promise((resolve, reject) => {
      client.request(method, path, { ...parameters }, (error, response) => {
        if (error === null) resolve({ body: (response ?? null) as Json });
        else if (typeof error === 'number') resolve({ fault: { status: error, message: String(response ?? '') } });
        else reject(new KeyrigError('ERR_STEP', `the OVHcloud API cannot be reached: ${String(error)}`));
      });
    });
  }
}
