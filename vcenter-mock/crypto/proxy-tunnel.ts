import { isIPv6, type Socket } from 'node:net';

/** A proxy that does not let the connection through, or does not speak HTTP. */
export class ProxyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProxyError';
  }
}

/** Bytes of an answer's head that are read at most. */
const headLimit = 8 * 1024;

/**
 * Asks an HTTP proxy for a tunnel (RFC 9110 §9.3.6 CONNECT). That a vCenter reaches a KMS through its proxy in this way is
 * assumed: KmipServerInfo names only the proxy's address and port. No credentials are sent, as it has no field for them.
 * @throws ProxyError for any answer but 2xx, the socket's error, or the signal's reason
 */
export function openTunnel(
  socket: Socket,
  { host, port }: { host: string; port: number },
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const settle = (error?: unknown) => {
      signal.removeEventListener('abort', abort);
      socket.off('data', take).off('error', settle).off('close', closed);
      // TLS reads from here on.
      socket.pause();
      if (error === undefined) resolve();
      else reject(error);
    };
    const abort = () => settle(signal.reason);
    const closed = () => settle(new ProxyError('the proxy closed the connection without an answer'));
    const take = (chunk: Buffer) => {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) {
        if (head.length > headLimit) settle(new ProxyError('the answer of the proxy has no end'));
        return;
      }
      const [first = ''] = head.toString('latin1', 0, end).split('\r\n');
      const status = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(first);
      if (!status) return settle(new ProxyError('the proxy does not speak HTTP'));
      if (!status[1]!.startsWith('2')) {
        return settle(new ProxyError(`the proxy refused the tunnel: ${status[1]} ${status[2] ?? ''}`.trimEnd()));
      }
      const rest = head.subarray(end + 4);
      settle();
      if (rest.length > 0) socket.unshift(rest);
    };
    socket.on('data', take).on('error', settle).on('close', closed);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  });
}
