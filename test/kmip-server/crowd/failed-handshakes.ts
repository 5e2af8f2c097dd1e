import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { FuzzTarget } from '../fuzz/fuzz-connection.ts';

/** `stranger` is a client certificate that the server does not accept. */
export interface HandshakeTarget extends FuzzTarget {
  stranger: { cert: string; key: string };
}

type Ways = Readonly<Record<string, (target: HandshakeTarget) => Socket>>;

function saying(port: number, bytes: Buffer, then: (socket: Socket) => void): Socket {
  const socket = connectTcp({ host: '127.0.0.1', port });
  socket.once('connect', () => socket.write(bytes, () => then(socket)));
  return socket;
}

const halfHello = Buffer.concat([Buffer.from('1603010200010001fc0303', 'hex'), Buffer.alloc(9)]);
const base = { host: '127.0.0.1', rejectUnauthorized: false };

const ways: Ways = {
  'closed at once': ({ port }) => saying(port, Buffer.alloc(0), (socket) => socket.end()),
  'reset in the ClientHello': ({ port }) => saying(port, halfHello, (socket) => socket.resetAndDestroy()),
  'closed in the ClientHello': ({ port }) => saying(port, halfHello, (socket) => socket.end()),
  'plain text': ({ port }) => saying(port, Buffer.from('GET / HTTP/1.1\r\n\r\n'), () => {}),
  'no certificate, TLS 1.2': ({ port }) => connectTls({ ...base, port, maxVersion: 'TLSv1.2' }),
  'no certificate, TLS 1.3': ({ port }) => connectTls({ ...base, port, minVersion: 'TLSv1.3' }),
  'a stranger, TLS 1.2': ({ port, stranger }) => connectTls({ ...base, port, ...stranger, maxVersion: 'TLSv1.2' }),
  'a stranger, TLS 1.3': ({ port, stranger }) => connectTls({ ...base, port, ...stranger, minVersion: 'TLSv1.3' }),
  'the client rejects the server': ({ port, cert, key }) =>
    connectTls({ ...base, port, cert, key, rejectUnauthorized: true }),
  'no common cipher suite': ({ port }) =>
    connectTls({ ...base, port, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-SHA' }),
};

/** Makes handshakes fail, all ways in turn, `connections` at a time; each is over, seen from the client, when it returns. */
export async function failHandshakes(target: HandshakeTarget, count: number, connections: number): Promise<void> {
  const kinds = Object.values(ways);
  let made = 0;
  const one = async () => {
    while (made < count) {
      const socket = (kinds[made++ % kinds.length] as Ways[string])(target);
      // `once` would take an error for its own.
      socket.on('error', () => {});
      socket.resume();
      await new Promise((resolve) => socket.once('close', resolve));
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
}
