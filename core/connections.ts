import type { Server, Socket } from 'node:net';

/**
 * Keeps track of a server's TCP connections. A server that closes waits for all of them, also for those that HTTP and TLS do
 * not know yet because the client has said nothing.
 * @returns ends them all at once
 */
export function trackConnections(server: Server): () => void {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}
