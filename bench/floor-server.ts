// The floor of the KMIP figure: a bare Node.js TLS server that reads messages by their length and answers from constants.
// A process of its own, started with fork(); the first message tells what to serve, the answer is its port.

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';

/** What the parent sends first: PEM, and the answers to be given in turn, as hex. */
export interface FloorSettings {
  ca: string;
  cert: string;
  key: string;
  answers: string[];
}

process.once('message', ({ ca, cert, key, answers }: FloorSettings) => {
  const bytes = answers.map((hex) => Buffer.from(hex, 'hex'));
  const server = createServer({ ca, cert, key, requestCert: true, noDelay: true }, (socket) => {
    let received: Buffer = Buffer.alloc(0);
    let turn = 0;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      while (received.length >= 8) {
        const length = 8 + received.readUInt32BE(4);
        if (received.length < length) return;
        received = received.subarray(length);
        socket.write(bytes[turn++ % bytes.length] as Buffer);
      }
    });
  });
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
});
process.once('disconnect', () => process.exit());
