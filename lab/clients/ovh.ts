import { getSystemErrorName } from 'node:util';
import type { OvhClient } from '@ovhcloud/node-ovh';
import { type Json, messageOf, systemCode } from '../../core/index.ts';
import { trustAt } from './lab-agent.ts';

export interface OvhApplication {
  applicationKey: string;
  applicationSecret: string;
}

/** Where the API is and who calls. */
export interface OvhAccess extends OvhApplication {
  host: string;
  port: number;
  ca: string;
  consumerKey: string;
}

/** Who signs a call, and how far his clock is ahead of the API's. */
export interface OvhCaller {
  /** A consumer key of the world; the lab's own when absent. */
  consumerKey?: string;
  clockOffSeconds?: number;
}

/** An answer of the API; a refusal keeps its HTTP status and message. The status is null when no usable answer came. */
export type OvhAnswer = { body: Json } | { fault: { status: number | null; message: string } };

/** The scenario's user of the OVHcloud API: OVHcloud's official Node.js client, unchanged, over HTTPS. */
export class OvhApiClient {
  readonly #access: OvhAccess;
  readonly #applicationOf: (consumerKey: string) => OvhApplication;
  readonly #distrust: () => void;

  /** @param applicationOf the application that a consumer key of the world belongs to */
  constructor(access: OvhAccess, applicationOf: (consumerKey: string) => OvhApplication = () => access) {
    this.#access = access;
    this.#applicationOf = applicationOf;
    this.#distrust = trustAt(access, access.ca);
  }

  close(): void {
    this.#distrust();
  }

  /** Calls the API. `parameters` go into the body of a POST or PUT, else into the query string. */
  async call(
    method: string,
    path: string,
    parameters: Record<string, unknown> = {},
    { consumerKey, clockOffSeconds = 0 }: OvhCaller = {},
  ): Promise<OvhAnswer> {
    // Loaded by the first call: the client brings 130 modules, which most labs never use.
    const { default: ovh } = await import('@ovhcloud/node-ovh');
    const { host, port } = this.#access;
    const application = consumerKey === undefined ? this.#access : this.#applicationOf(consumerKey);
    // A client asks for the API's time once; the lab's clock may jump between two steps, so each call begins anew.
    const client = ovh({
      host,
      port,
      basePath: '/1.0',
      appKey: application.applicationKey,
      appSecret: application.applicationSecret,
      consumerKey: consumerKey ?? this.#access.consumerKey,
    });
    if (clockOffSeconds !== 0) {
      // It notes the difference to the API's clock before its first signed call; a clock that goes wrong afterwards is not noticed.
      await this.#request(client, 'GET', '/auth/currentCredential');
      client.apiTimeDiff += clockOffSeconds;
    }
    return this.#request(client, method, path, parameters);
  }

  #request(
    client: OvhClient,
    method: string,
    path: string,
    parameters: Record<string, unknown> = {},
  ): Promise<OvhAnswer> {
    return new Promise((resolve) => {
      client.request(method, path, { ...parameters }, (error, response) => {
        if (error === null) resolve({ body: (response ?? null) as Json });
        else if (typeof error === 'number' && error > 0)
          resolve({ fault: { status: error, message: String(response ?? '') } });
        else
          resolve({ fault: { status: null, message: `no usable answer from the OVHcloud API: ${noAnswer(error)}` } });
      });
    });
  }
}

/** Why no answer came: the name of the system's error, which the client gives by its number or as an error, and its text. */
function noAnswer(error: unknown): string {
  if (typeof error === 'number') return getSystemErrorName(error);
  return [systemCode(error), messageOf(error)].filter((part) => part !== undefined).join(', ');
}
