import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { KeyrigError } from '../../core/index.ts';

/** Where the control API listens without a token: nobody else's programs reach these. */
const ownAddresses: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** Whether a control API that listens there has to ask for a token. */
export function needsToken(host: string): boolean {
  return !ownAddresses.has(host);
}

/** Who may use the control API. */
export class Access {
  readonly #token: Buffer | undefined;
  readonly #hosts: ReadonlySet<string> | undefined;

  /** @param host where it listens. Throws ERR_OPTION when that needs a token and there is none. */
  constructor(host: string, token: string | undefined) {
    if (token === undefined && needsToken(host)) {
      throw new KeyrigError('ERR_OPTION', `the control API needs a token to listen on ${host}`);
    }
    if (token !== undefined && token.length < 8) {
      throw new KeyrigError('ERR_OPTION', 'a control token has at least 8 characters');
    }
    this.#token = token === undefined ? undefined : digest(token);
    // Where there is no token, a page of another site must not get in by a name of its own that leads to this machine.
    this.#hosts = token === undefined ? new Set([...ownAddresses, host]) : undefined;
  }

  get hasToken(): boolean {
    return this.#token !== undefined;
  }

  /**
   * Lets a request in. Throws ERR_ORIGIN for one that a page of another site sent, or that names a host which is not this one;
   * ERR_TOKEN when a token is asked for and not shown.
   * @param isOpen whether this route needs no token
   */
  check({ host, origin, authorization }: IncomingHttpHeaders, isOpen: boolean): void {
    const name = hostName(host);
    if (name === undefined || this.#hosts?.has(name) === false) {
      throw new KeyrigError('ERR_ORIGIN', `"${(host ?? '').slice(0, 100)}" is not a name of this control API`);
    }
    if (origin !== undefined && !isSame(origin, host)) {
      throw new KeyrigError('ERR_ORIGIN', `pages of ${origin.slice(0, 100)} may not use the control API`);
    }
    if (isOpen || this.#token === undefined) return;
    const [, shown = ''] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
    if (timingSafeEqual(digest(shown), this.#token)) return;
    throw new KeyrigError('ERR_TOKEN', 'send the control token as "Authorization: Bearer …"');
  }
}

/** Digests have one length, whatever somebody sends. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function hostName(host: string | undefined): string | undefined {
  if (host === undefined || !URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname.replace(/^\[(.*)\]$/, '$1');
}

function isSame(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === new URL(`http://${host}`).host;
}

/** A token for a control API that needs one and was given none: from the system's randomness, for a seed is no secret. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}
