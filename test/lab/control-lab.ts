import { afterAll, beforeAll, expect } from 'vitest';
import { type Clock, KeyPool } from '../../core/index.ts';
import { ControlApi } from '../../lab/control/control-api.ts';
import { createLab, type Lab } from '../../lab/index.ts';
import { defaultWorld } from '../../lab/world/default.ts';

/** An answer, its body read. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: unknown;
}

const keys = new KeyPool();

/** A lab with its control API for the tests of a file. */
export class ControlledLab {
  lab!: Lab;
  control!: ControlApi;

  constructor(options: { clock?: () => Clock; host?: string; token?: string } = {}) {
    beforeAll(async () => {
      const { clock, host = '127.0.0.1', token } = options;
      this.lab = createLab({
        world: defaultWorld,
        ports: 'auto',
        keys,
        seed: 'control',
        clock: clock?.(),
        resettable: true,
      });
      this.control = new ControlApi(this.lab, { host, port: 0, token });
      await Promise.all([this.lab.start(), this.control.start()]);
      this.control.announceReady();
    });
    afterAll(() => Promise.all([this.lab.stop(), this.control.stop()]));
  }

  /** Sends a request; `body` goes as JSON. */
  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const answer = await fetch(`${this.control.url}${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json');
    return { status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : undefined };
  }

  async get<T = object>(path: string): Promise<T> {
    const { status, json, text } = await this.call('GET', path);
    expect(status, text).toBe(200);
    return json as T;
  }
}

/** A refusal in the one form that all have. */
export function refusal(status: number, code: string, message: unknown = expect.stringMatching(/./)) {
  return { status, json: { message, code } };
}
