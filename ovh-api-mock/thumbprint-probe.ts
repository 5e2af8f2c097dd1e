import { connect } from 'node:tls';
import { connectionKey, KeyrigError, messageOf, type Runtime } from '../core/index.ts';

/** Where to look for a certificate, and on whose behalf. */
export interface ProbeTarget {
  host: string;
  port: number;
  /** ms of the lab's clock */
  timeout: number;
  /** `seq` of the journal entry that led to the probe. */
  cause: number;
  /** Told the `seq` of the connection's entry. */
  connected?(seq: number): void;
  signal: AbortSignal;
}

/**
 * Connects over TLS without a client certificate, as `openssl s_client` does, and reads the certificate that the server
 * presents. The server may refuse the handshake afterwards: a KMS does (observed), and its certificate came before that.
 *
 * @returns the leaf certificate as DER
 * @throws ERR_ABORTED when the signal fires; any other error says why there is no certificate
 */
export function probeCertificate(target: ProbeTarget, { clock, journal }: Runtime): Promise<Buffer> {
  const { host, port, signal, timeout } = target;
  return new Promise((resolve, reject) => {
    // The certificate is compared, not trusted: no chain or name is checked. An address sends no SNI.
    const socket = connect({ host, port, rejectUnauthorized: false, minVersion: 'TLSv1.2' });
    const settle = (settled: () => void) => {
      timer.clear();
      signal.removeEventListener('abort', abort);
      // Let go without waiting for the server, but swallow what it still says.
      socket.removeAllListeners().on('error', () => {});
      socket.destroy();
      settled();
    };
    const finish = (reason: Error) => {
      const der = socket.getPeerX509Certificate()?.raw;
      settle(() => (der ? resolve(der) : reject(reason)));
    };
    const abort = () => settle(() => reject(new KeyrigError('ERR_ABORTED', 'the API stopped')));
    const timer = clock.setTimeout(() => finish(new Error(`no answer within ${timeout} ms`)), timeout);
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => {
      const { seq } = journal.record({
        plane: 'ovh',
        event: 'ovh.thumbprint.probe',
        level: 'debug',
        text: `reads the certificate of ${host}:${port}`,
        data: { host, port },
        cause: target.cause,
        opens: connectionKey(
          { address: socket.localAddress, port: socket.localPort },
          { address: socket.remoteAddress, port: socket.remotePort },
        ),
      });
      target.connected?.(seq);
    });
    socket.once('secureConnect', () => finish(new Error('the server presented no certificate')));
    socket.once('error', (error) => finish(new Error(messageOf(error), { cause: error })));
    socket.once('close', () => finish(new Error('the server closed the connection')));
  });
}
