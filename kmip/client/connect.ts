import type { TLSSocket } from 'node:tls';
import type { TtlvLimits } from '../ttlv/index.ts';
import { KmipConnection } from './connection.ts';
import { Deadline, dial, startTls } from './dial.ts';
import { describe, failureOf, KmipClientError } from './errors.ts';
import type { DialOptions, KmipTlsOptions } from './options.ts';

export type ConnectOptions = DialOptions & {
  tls?: KmipTlsOptions;
  /** Bounds for answers. */
  limits?: Partial<TtlvLimits>;
};

/**
 * Opens TCP and TLS and checks the server. Nothing of KMIP is sent: connect and close alone is a plain TLS probe.
 * @throws KmipClientError with phase `dial` or `handshake`. With TLS 1.3 a server that refuses our certificate says so
 *   only after the handshake: then the first exchange fails, still with phase `handshake`.
 */
export async function connectKmip(options: ConnectOptions): Promise<KmipConnection> {
  const { host, tls = {} } = options;
  const deadline = new Deadline(options);
  try {
    const raw = await dial(options, deadline);
    const { localAddress, localPort, remoteAddress, remotePort } = raw;
    deadline.phase = 'handshake';
    const socket = startTls(raw, host, tls, tls.checkServer === undefined);
    await handshake(socket, options, deadline);
    const peerCertificate = socket.getPeerX509Certificate()?.raw ?? Buffer.alloc(0);
    const refusal = tls.checkServer?.(peerCertificate, authorizationErrorOf(socket));
    if (refusal !== undefined) {
      socket.destroy();
      const message = `the certificate of ${host}:${options.port} is refused: ${refusal.message}`;
      throw new KmipClientError('handshake', 'untrusted', message, refusal);
    }
    return new KmipConnection(socket, options, {
      peerCertificate,
      localAddress,
      localPort,
      remoteAddress,
      remotePort,
    });
  } finally {
    deadline.clear();
  }
}

/** Node.js declares an Error but sets the code's text. */
function authorizationErrorOf(socket: TLSSocket): string | undefined {
  const found: unknown = socket.authorizationError;
  if (found === null || found === undefined) return undefined;
  return found instanceof Error ? found.message : String(found);
}

function handshake(socket: TLSSocket, { host, port }: DialOptions, { signal }: Deadline): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown) => {
      signal.removeEventListener('abort', stop);
      socket.off('secureConnect', done).off('error', fail).off('close', closed);
      if (error === undefined) return resolve();
      // A late error of a socket that is given up has nobody to tell.
      socket.on('error', () => {}).destroy();
      reject(error);
    };
    const stop = () => settle(signal.reason);
    const done = () => settle();
    const fail = (cause: unknown) => {
      const message = `the TLS handshake with ${host}:${port} failed: ${describe(cause)}`;
      settle(new KmipClientError('handshake', failureOf(cause), message, cause));
    };
    const closed = () => {
      settle(new KmipClientError('handshake', 'closed', `${host}:${port} closed the connection during the handshake`));
    };
    socket.once('secureConnect', done).once('error', fail).once('close', closed);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
