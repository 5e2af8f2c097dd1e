import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { describe, failureOf, KmipClientError, type KmipClientPhase } from './errors.ts';
import type { Dial, DialOptions, KmipTlsOptions } from './options.ts';

/** The time-out and the owner's signal over dial and handshake: `signal` fires with the reason as a KmipClientError. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: { clear(): void } | undefined;
  readonly #owner: AbortSignal | undefined;
  phase: KmipClientPhase = 'dial';

  constructor({ host, port, clock, timeoutMs, signal }: DialOptions) {
    this.#owner = signal;
    if (timeoutMs !== undefined) {
      this.#timer = clock.setTimeout(() => {
        const message = `${host}:${port} did not finish the ${this.phase} within ${timeoutMs} ms`;
        this.#controller.abort(new KmipClientError(this.phase, 'timeout', message));
      }, timeoutMs);
    }
    if (signal?.aborted) this.#giveUp();
    else signal?.addEventListener('abort', this.#giveUp, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clear(): void {
    this.#timer?.clear();
    this.#owner?.removeEventListener('abort', this.#giveUp);
  }

  readonly #giveUp = (): void => {
    const error = new KmipClientError(this.phase, 'aborted', 'the connection was given up', this.#owner?.reason);
    this.#controller.abort(error);
  };
}

const dialDirectly: Dial = ({ host, port, signal }) =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true });
    const stop = () => socket.destroy();
    signal.addEventListener('abort', stop, { once: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      signal.removeEventListener('abort', stop);
      socket.off('error', reject);
      resolve(socket);
    });
  });

/** Opens TCP; the deadline's error wins over whatever the dial does afterwards. */
export function dial(options: DialOptions, deadline: Deadline): Promise<Socket> {
  const { host, port } = options;
  const { signal } = deadline;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    (options.dial ?? dialDirectly)({ host, port, signal }).then(
      (socket) => {
        signal.removeEventListener('abort', stop);
        if (signal.aborted) socket.destroy();
        resolve(socket);
      },
      (cause) => {
        signal.removeEventListener('abort', stop);
        const message = `cannot connect to ${host}:${port}: ${describe(cause)}`;
        reject(
          cause instanceof KmipClientError ? cause : new KmipClientError('dial', failureOf(cause), message, cause),
        );
      },
    );
  });
}

/** Starts TLS on a connected socket; the caller listens for `secureConnect` and `error`. */
export function startTls(socket: Socket, host: string, tls: KmipTlsOptions, verify: boolean): TLSSocket {
  const { servername, ca, cert, key, minVersion, maxVersion, ciphers, secureContext } = tls;
  return connectTls({
    socket,
    host,
    // An address is no valid server name (RFC 6066 §3).
    ...(servername !== undefined ? { servername } : isIP(host) === 0 ? { servername: host } : {}),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(minVersion !== undefined && { minVersion }),
    ...(maxVersion !== undefined && { maxVersion }),
    ...(ciphers !== undefined && { ciphers }),
    ...(secureContext !== undefined && { secureContext }),
    rejectUnauthorized: verify,
  });
}
