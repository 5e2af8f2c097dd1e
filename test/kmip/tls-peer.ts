import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { createCertificateAuthority, createRandom, createRealClock, type Identity, KeyPool } from '../../core/index.ts';

export const clock = createRealClock();
const random = createRandom('kmip-client-tests');
const keys = new KeyPool();

/** Two authorities; `other` is trusted by nobody. */
export async function makePki() {
  const [caKeys, otherKeys, serverKeys, clientKeys] = await Promise.all(
    ['ca', 'other-ca', 'server', 'client'].map((role) => keys.get(role)),
  );
  if (!caKeys || !otherKeys || !serverKeys || !clientKeys) throw new Error('no keys');
  const ca = createCertificateAuthority({ commonName: 'test CA', keys: caKeys, clock, random });
  const other = createCertificateAuthority({ commonName: 'other CA', keys: otherKeys, clock, random });
  return {
    ca: ca.certificatePem,
    server: ca.issueServer({ commonName: 'kms', keys: serverKeys }),
    expired: ca.issueServer({
      commonName: 'kms',
      keys: serverKeys,
      notBefore: new Date(0),
      notAfter: new Date(86_400_000),
    }),
    foreignName: ca.issueServer({ commonName: 'kms', keys: serverKeys, usualNames: false, names: ['elsewhere.test'] }),
    client: ca.issueClient({ commonName: 'client', keys: clientKeys }),
    foreignClient: other.issueClient({ commonName: 'client', keys: clientKeys }),
  };
}

export type Pki = Awaited<ReturnType<typeof makePki>>;

/** A TLS server on a free local port; `received` collects what clients sent after the handshake. */
export async function startTlsPeer(
  identity: Identity,
  options: TlsOptions = {},
  onConnection: (socket: TLSSocket) => void = () => {},
) {
  const received: Buffer[] = [];
  let handshakes = 0;
  const open = new Set<Socket>();
  const server = createServer({ cert: identity.chainPem, key: identity.privateKeyPem, ...options }, (socket) => {
    handshakes += 1;
    socket.on('data', (chunk) => received.push(chunk));
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    received,
    get handshakes() {
      return handshakes;
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
