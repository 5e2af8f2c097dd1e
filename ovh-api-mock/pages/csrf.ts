import { createHmac } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Runtime } from '../../core/index.ts';
import { isSameSecret } from '../same-secret.ts';
import { type Html, html } from './html.ts';

const cookieName = 'keyrig-form';

/** Keeps forms from being sent by other sites: a hidden field must fit a cookie, which other sites can neither read nor set. */
export class FormGuard {
  readonly #random: ReturnType<Runtime['random']['stream']>;
  readonly #key: string;

  constructor({ random }: Runtime) {
    this.#random = random.stream('ovh.forms');
    this.#key = this.#random.alphanumeric(32);
  }

  /** The hidden field for a form of an answer; sets the cookie when the browser has none. */
  field(request: FastifyRequest, reply: FastifyReply): Html {
    let cookie = cookieOf(request);
    if (cookie === undefined) {
      cookie = this.#random.alphanumeric(32);
      const secure = request.protocol === 'https' ? '; Secure' : '';
      reply.header('set-cookie', `${cookieName}=${cookie}; Path=/; HttpOnly; SameSite=Lax${secure}`);
    }
    return html`<input type="hidden" name="csrf" value="${this.#sign(cookie)}">`;
  }

  /** Whether a form comes from a page of ours. */
  isOurs(request: FastifyRequest, csrf: string): boolean {
    const cookie = cookieOf(request);
    return cookie !== undefined && isSameSecret(csrf, this.#sign(cookie));
  }

  #sign(cookie: string): string {
    return createHmac('sha256', this.#key).update(cookie).digest('hex');
  }
}

function cookieOf({ headers }: FastifyRequest): string | undefined {
  return headers.cookie?.match(/(?:^|; *)keyrig-form=([A-Za-z0-9]{32})(?:;|$)/)?.[1];
}
