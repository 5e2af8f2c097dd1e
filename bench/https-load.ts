import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { clients } from '../test/interop/clients.ts';

/** Repeats a request over kept connections, as a process of its own; see `vcsim/load.go`. */
export interface HttpsLoad {
  /** Answers per second over so many ms. */
  rate(ms: number): Promise<number>;
  stop(): void;
}

/** Opens the connections. The load comes from a compiled program, so that it is not what limits the servers. */
export async function startLoad(
  target: { host: string; port: number },
  request: Buffer,
  connections: number,
): Promise<HttpsLoad> {
  const args = ['-load', `${target.host}:${target.port}`, '-connections', String(connections)];
  const child = spawn(clients.vcsim.program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);
  const ended = once(child, 'exit').then(([code]): never => {
    throw new Error(`the load ended with ${code}`);
  });
  ended.catch(() => {});
  const next = async () => (await Promise.race([once(lines, 'line'), ended]))[0] as string;
  child.stdin.write(`${request.toString('base64')}\n`);
  await next();
  return {
    rate: async (ms) => {
      child.stdin.write(`${ms}\n`);
      return Number(await next());
    },
    stop: () => child.stdin.end(),
  };
}
