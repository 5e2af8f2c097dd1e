import { Server } from 'node:net';
import { messageOf } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Runtime } from '../runtime.ts';
import { type FaultPoint, faultPoint } from './points.ts';

/** A listening server, and the standing fault point that can close its port. */
export interface FaultyPort {
  server: Server;
  at: FaultPoint;
  subject: JsonObject;
  /** What listens, for the journal: `KMIP server`. */
  name: string;
  host: string;
  port: number;
  runtime: Runtime;
}

/**
 * Closes a port while a fault of its point is in force: dials are refused, who is connected stays. Call when it listens.
 * @param reopened is called each time the port is open again
 * @returns ends it; resolves when a reopening under way is over. Call it before the server is closed.
 */
export function followPort(faulty: FaultyPort, reopened: () => void = () => {}): () => Promise<void> {
  const { server, at, subject, name, host, port, runtime } = faulty;
  const { clock, faults, journal } = runtime;
  const { plane } = faultPoint(at);
  const data = { host, port };
  let isWanted = true;
  let turn: Promise<void> = Promise.resolve();

  const shut = () => {
    // A server of HTTP would end its idle connections too.
    if (server.listening) Server.prototype.close.call(server);
  };
  const reopen = async () => {
    if (!isWanted || server.listening) return;
    try {
      await listenAgain(server, host, port);
    } catch (error) {
      const text = `${name} cannot open its port ${host}:${port} again: ${messageOf(error)}`;
      journal.record({ plane, event: `${plane}.listening.failed`, level: 'error', text, data });
      return;
    }
    // Closed again meanwhile.
    if (isWanted) reopened();
    else shut();
  };
  const unwatch = faults.watch(at, subject, (hit) => {
    isWanted = hit === undefined;
    if (!hit) {
      const release = clock.hold();
      turn = turn.then(reopen).finally(release);
      return;
    }
    shut();
    const text = `${name} closed its port ${host}:${port}`;
    journal.record({ plane, event: `${plane}.unlistened`, level: 'warn', text, data, cause: hit.entry.seq });
  });
  return () => {
    unwatch();
    return turn;
  };
}

function listenAgain(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      server.removeListener('error', failed);
      server.removeListener('listening', listening);
    };
    const failed = (error: Error) => {
      settle();
      reject(error);
    };
    const listening = () => {
      settle();
      resolve();
    };
    server.on('error', failed);
    server.on('listening', listening);
    server.listen(port, host);
  });
}
