/** The fault point `kmip.connection`: what a fault does to a connection before its TLS handshake. */
import type { Socket } from 'node:net';
import { type Clock, type Cut, clearAlert, type FaultHit } from '../../core/index.ts';

/** What a fault is carried out with. */
export interface ConnectionFaultParts {
  raw: Socket;
  clock: Clock;
  /** Fires when the connection is gone. */
  signal: AbortSignal;
  /** Goes on with the handshake as if nothing had happened, or with another certificate. */
  handshake(): void;
  handshakeWith(hit: FaultHit): void;
}

/** Whether the fault alone decides how this connection ends. */
export function endsConnection({ then }: FaultHit): boolean {
  return Boolean(then.reset || then.close || then.hang || then.tlsAlert);
}

/** A fault strikes once the client has sent its ClientHello: for the client that is during the handshake. */
export function strikeConnection(hit: FaultHit, parts: ConnectionFaultParts): void {
  const { raw, clock, signal } = parts;
  const { reset, close, hang, tlsAlert, certificate } = hit.then;
  const later = (strike: () => void) => () => {
    if (hit.delay === undefined) strike();
    else clock.sleep(hit.delay, signal).then(strike, () => {});
  };
  const cut = reset ?? close;
  if (cut) afterBytes(raw, cut, later(reset ? () => void raw.resetAndDestroy() : () => void raw.end()));
  else if (tlsAlert)
    afterBytes(
      raw,
      true,
      later(() => void raw.end(clearAlert(tlsAlert))),
    );
  else if (hang) raw.resume();
  else if (certificate) later(() => parts.handshakeWith(hit))();
  else later(() => parts.handshake())();
}

/** Reads and forgets what the client sends until there is enough of it. */
function afterBytes(raw: Socket, cut: Cut, strike: () => void): void {
  const wanted = cut === true ? 1 : cut.afterBytes;
  if (wanted === 0) {
    strike();
    return;
  }
  let seen = 0;
  raw.on('data', (chunk: Buffer) => {
    const before = seen;
    seen += chunk.length;
    if (before < wanted && seen >= wanted) strike();
  });
}
