import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { Deadline, dial, startTls } from './dial.ts';
import { describe, failureOf, KmipClientError } from './errors.ts';
import type { DialOptions, KmipTlsOptions } from './options.ts';

export type ProbeOptions = DialOptions & { tls?: Omit<KmipTlsOptions, 'checkServer'> };

export type ProbedCertificate = {
  /** DER of the server's certificate. */
  certificate: Buffer;
  /** DER of all certificates that the server sent, its own first. */
  chain: Buffer[];
};

/**
 * Reads a TLS server's certificate without trusting it, also from a server that then refuses us because we show no
 * client certificate. Sends nothing after the handshake.
 * @throws KmipClientError with phase `dial` or `handshake` when no certificate came
 */
export async function probeCertificate(options: ProbeOptions): Promise<ProbedCertificate> {
  const { host, port, tls = {} } = options;
  const deadline = new Deadline(options);
  try {
    const raw = await dial(options, deadline);
    deadline.phase = 'handshake';
    const socket = startTls(raw, host, tls, false);
    return await new Promise<ProbedCertificate>((resolve, reject) => {
      let seen: ProbedCertificate | undefined;
      const look = () => {
        seen ??= certificatesOf(socket);
      };
      const settle = (error: unknown) => {
        deadline.signal.removeEventListener('abort', stop);
        socket.off('keylog', look).destroy();
        if (seen !== undefined) resolve(seen);
        else reject(error);
      };
      const stop = () => settle(deadline.signal.reason);
      const end = (cause?: unknown) => {
        const text = cause === undefined ? 'the connection was closed' : describe(cause);
        const failure = cause === undefined ? 'closed' : failureOf(cause);
        const message = `${host}:${port} showed no certificate: ${text}`;
        settle(new KmipClientError('handshake', failure, message, cause));
      };
      // A TLS 1.2 server refuses us before the handshake is complete, and then the certificate is gone. Secrets are
      // derived after the server's certificate was read and before our answer leaves: the moment to look. The event's
      // own data (session secrets) is not used.
      socket.on('keylog', look);
      socket.once('secureConnect', () => {
        look();
        end();
      });
      socket.on('error', end);
      socket.once('close', () => end());
      if (deadline.signal.aborted) stop();
      else deadline.signal.addEventListener('abort', stop, { once: true });
    });
  } finally {
    deadline.clear();
  }
}

function certificatesOf(socket: TLSSocket): ProbedCertificate | undefined {
  let current: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  if (current?.raw === undefined) return undefined;
  const chain: Buffer[] = [];
  // A self-signed certificate is its own issuer.
  while (current?.raw !== undefined && !chain.some((known) => known.equals(current?.raw as Buffer))) {
    chain.push(current.raw);
    current = current.issuerCertificate;
  }
  return { certificate: chain[0] as Buffer, chain };
}
