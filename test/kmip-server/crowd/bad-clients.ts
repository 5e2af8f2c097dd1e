/** Clients that take a place and never send a whole message. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { FuzzTarget } from '../fuzz/fuzz-connection.ts';

/** The first record of a ClientHello announces 512 bytes; 20 of them come. RFC 8446 §5.1 */
const halfHello = Buffer.concat([Buffer.from('1603010200010001fc0303', 'hex'), Buffer.alloc(9)]);
/** The head of a request of 256 bytes, its length cut in two. KMIP 1.1 §9.1.1 */
const halfHead = Buffer.from('420078010000', 'hex');
const wholeHead = Buffer.from('4200780100000100', 'hex');

async function tcp({ port }: FuzzTarget): Promise<Socket> {
  const socket = connectTcp({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  socket.on('error', () => {});
  return socket;
}

async function tls({ port, cert, key }: FuzzTarget): Promise<Socket> {
  const socket = connectTls({ host: '127.0.0.1', port, cert, key, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  socket.on('error', () => {});
  return socket;
}

async function saying(socket: Promise<Socket>, bytes: Buffer): Promise<Socket> {
  const open = await socket;
  open.write(bytes);
  return open;
}

/** How a client can be in the way; each opens one connection and keeps it. */
export const badClients: Readonly<Record<string, (target: FuzzTarget) => Promise<Socket>>> = {
  'no handshake': tcp,
  'half a ClientHello': (target) => saying(tcp(target), halfHello),
  idle: tls,
  'half a header': (target) => saying(tls(target), halfHead),
  'garbage inside TLS': (target) => saying(tls(target), Buffer.alloc(64, 0x47)),
  'a slow drip': async (target) => {
    const socket = await saying(tls(target), wholeHead);
    const timer = setInterval(() => socket.write(Buffer.of(0)), 100);
    socket.once('close', () => clearInterval(timer));
    return socket;
  },
};
