import { request } from 'node:https';
import { type Lab, password, startLab, username } from '../lab.ts';

/** An answer of the REST API; `json` is its body, parsed, or undefined when it is empty. */
export interface RestAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
  json: unknown;
}

export interface RestLab extends Lab {
  /** The token that requests carry; set by `restLogin`. */
  token?: string;
  rest(
    method: string,
    path: string,
    options?: { body?: unknown; raw?: string | Buffer; headers?: Record<string, string>; token?: string },
  ): Promise<RestAnswer>;
  restLogin(user?: string, pass?: string): Promise<RestAnswer>;
}

export const basic = (user: string, pass: string) => `Basic ${Buffer.from(`${user}:${pass}`).toString('base64')}`;

/** Adds an HTTPS client for JSON to a lab. */
export function withRest(lab: Lab): RestLab {
  const rest: RestLab = Object.assign(lab, {
    rest: (method: string, path: string, options: Parameters<RestLab['rest']>[2] = {}) =>
      new Promise<RestAnswer>((resolve, reject) => {
        const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
        const token = options.token ?? rest.token;
        if (token) headers['vmware-api-session-id'] = token;
        const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
        if (body !== undefined) headers['content-type'] = 'application/json';
        const outgoing = request(
          { host: '127.0.0.1', port: lab.mock.port, path, method, headers, rejectUnauthorized: false },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('error', reject);
            response.on('end', () => {
              const bytes = Buffer.concat(chunks);
              const isJson =
                String(response.headers['content-type']).startsWith('application/json') && bytes.length > 0;
              resolve({
                status: response.statusCode ?? 0,
                headers: response.headers,
                bytes,
                json: isJson ? JSON.parse(bytes.toString('utf8')) : undefined,
              });
            });
          },
        );
        outgoing.on('error', reject);
        outgoing.end(body);
      }),
    restLogin: async (user = username, pass = password) => {
      const answer = await rest.rest('POST', '/api/session', { headers: { authorization: basic(user, pass) } });
      rest.token = answer.status === 201 ? (answer.json as string) : undefined;
      return answer;
    },
  });
  return rest;
}

/** A lab that is logged in at the REST API, and at SOAP as the same user. */
export async function restLab(options: Parameters<typeof startLab>[0] = {}): Promise<RestLab> {
  const lab = withRest(await startLab(options));
  await lab.login();
  await lab.restLogin();
  return lab;
}
