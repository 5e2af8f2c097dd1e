import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createRealClock, type Json, KeyrigError, nodeHttp } from '../../core/index.ts';

/** A request as scenario files write it. */
export interface HttpRequest {
  method: string;
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Real time until the whole answer is there (ms). */
  timeoutMs: number;
  /** PEM of the authority that is trusted. */
  ca: string;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** The body as JSON when its type says that it is; null otherwise. */
  json: Json;
}

/** No answer came, or none that can be used. */
export class NoHttpAnswer extends KeyrigError {
  constructor(message: string, cause?: Error) {
    super('ERR_STEP', message, { cause });
    this.name = 'NoHttpAnswer';
  }
}

const largestAnswer = 1024 * 1024;

/** True for the names and addresses of this machine alone. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Sends one HTTP request on a connection of its own; redirects are not followed. Throws NoHttpAnswer when no answer comes. */
export function sendHttp({ method, url, headers, body, timeoutMs, ca }: HttpRequest): Promise<HttpAnswer> {
  const { protocol, hostname } = new URL(url);
  if (!isLoopback(hostname)) throw new KeyrigError('ERR_STEP', `${hostname} is not an address of this machine`);
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: Error) => {
      timer.clear();
      reject(new NoHttpAnswer(`${method} ${url}: ${why}`, cause));
      sent.destroy();
    };
    const options = { method, headers: { ...headers }, agent: false, ca };
    const sent = protocol === 'https:' ? request(url, options) : nodeHttp().request(url, options);
    const timer = createRealClock().setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
    sent.on('error', (error) => fail(error.message, error));
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > largestAnswer) fail('the answer is larger than 1 MiB');
      });
      response.on('error', (error) => fail('the answer broke off', error));
      response.on('end', () => {
        timer.clear();
        resolve(answerOf(response, Buffer.concat(chunks).toString('utf8')));
      });
    });
    sent.end(body);
  });
}

function answerOf({ statusCode = 0, headers }: IncomingMessage, body: string): HttpAnswer {
  const flat = Object.entries(headers).map(([name, value = '']) => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ]);
  return { status: statusCode, headers: Object.fromEntries(flat), body, json: jsonOf(headers['content-type'], body) };
}

function jsonOf(type: string | undefined, body: string): Json {
  if (!/\bjson\b/.test(type ?? '')) return null;
  try {
    return JSON.parse(body) as Json;
  } catch {
    // What says that it is JSON and is not can still be looked at as text.
    return null;
  }
}
