import type { Server, Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { connectionKey } from '../journal.ts';
import type { Runtime } from '../runtime.ts';
import { clearAlert } from '../tls-alerts.ts';
import type { Cut } from './actions.ts';
import type { FaultHit } from './engine.ts';
import type { FaultPoint } from './points.ts';

/** Whether a fault alone decides how a connection ends. */
export function endsConnection({ then }: FaultHit): boolean {
  return Boolean(then.reset || then.close || then.hang || then.tlsAlert);
}

/**
 * Carries out a fault on an accepted TCP connection. What ends it strikes once the client has said something, such as its
 * ClientHello: for the client that is during the handshake.
 * @param goOn serves the connection as if nothing had happened; called later after a delay
 */
export function strikeConnection(
  hit: FaultHit,
  { socket, clock, signal, goOn }: { socket: Socket; clock: Clock; signal: AbortSignal; goOn(): void },
): void {
  const { reset, close, hang, tlsAlert } = hit.then;
  const later = (strike: () => void) => () => {
    if (hit.delay === undefined) strike();
    else clock.sleep(hit.delay, signal).then(strike, () => {});
  };
  const cut = reset ?? close;
  if (cut) afterBytes(socket, cut, later(reset ? () => void socket.resetAndDestroy() : () => void socket.end()));
  else if (tlsAlert)
    afterBytes(
      socket,
      true,
      later(() => void socket.end(clearAlert(tlsAlert))),
    );
  else if (hang) socket.resume();
  else later(goOn)();
}

/** Reads and forgets what the client sends until there is enough of it. */
function afterBytes(socket: Socket, cut: Cut, strike: () => void): void {
  const wanted = cut === true ? 1 : cut.afterBytes;
  if (wanted === 0) {
    strike();
    return;
  }
  let seen = 0;
  socket.on('data', (chunk: Buffer) => {
    const before = seen;
    seen += chunk.length;
    if (before < wanted && seen >= wanted) strike();
  });
}

/**
 * Lets the faults of a point strike the connections of a server before its protocol sees them. Call it when the listener that
 * speaks the protocol is the only one, and before others are added: those see every connection at once.
 */
export function guardConnections(server: Server, at: FaultPoint, { clock, faults }: Runtime): void {
  const [speak] = server.listeners('connection') as ((socket: Socket) => void)[];
  if (!speak) return;
  server.removeListener('connection', speak);
  server.on('connection', (socket: Socket) => {
    const hit = faults.concerns(at) ? consult(socket) : undefined;
    if (!hit) {
      speak.call(server, socket);
      return;
    }
    const gone = new AbortController();
    socket.once('close', () => gone.abort());
    // How it ended is in the journal.
    socket.on('error', () => {});
    strikeConnection(hit, { socket, clock, signal: gone.signal, goOn: () => speak.call(server, socket) });
  });

  function consult(socket: Socket): FaultHit | undefined {
    const client = { address: socket.remoteAddress, port: socket.remotePort };
    const link = connectionKey(client, { address: socket.localAddress, port: socket.localPort });
    const remoteAddress = socket.remoteAddress?.replace(/^::ffff:/, '');
    return faults.consult(at, { remoteAddress, port: socket.localPort }, { link });
  }
}
