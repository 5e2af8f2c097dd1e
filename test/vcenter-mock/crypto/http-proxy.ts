import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy on a free loopback port and what it was asked, head by head. */
export interface HttpProxy {
  readonly port: number;
  readonly heads: string[];
  stop(): Promise<void>;
}

/** The smallest HTTP proxy: answers CONNECT and copies bytes, or sends `answer` instead. */
export async function startHttpProxy(answer?: string): Promise<HttpProxy> {
  const sockets = new Set<Socket>();
  const heads: string[] = [];
  const server = createServer((client) => {
    const keep = (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    };
    keep(client);
    let head = '';
    const take = (chunk: Buffer) => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      client.off('data', take);
      heads.push(head);
      if (answer !== undefined) {
        client.end(answer);
        return;
      }
      const [, host, port] = /^CONNECT ([^ :]+):(\d+) HTTP\/1\.1\r\n/.exec(head) ?? [];
      const target = connect(Number(port), host);
      keep(target);
      target.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
      target.on('connect', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(target).pipe(client);
      });
    };
    client.on('data', take);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heads,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
