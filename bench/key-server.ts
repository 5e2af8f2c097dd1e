import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { KmipServerOptions, StoreOptions } from '../kmip-server/index.ts';
import type { Target } from './raw-client.ts';

/** What the key server is started with. */
export interface KeyServerSettings extends Pick<KmipServerOptions, 'https' | 'identifiers' | 'limits'> {
  store?: StoreOptions;
  /** `short` keeps the last 1,000 entries only, so that memory measures something else. */
  journal?: 'short';
}

export type KeyServerQuestion = 'state' | 'lose-keys';

/** The key server's process after garbage collection. */
export interface KeyServerState {
  /** JavaScript heap in use and memory outside of it. */
  bytes: number;
  rss: number;
  /** TCP sockets that are open. */
  sockets: number;
  /** Connection objects that something still holds. */
  connections: number;
  objects: number;
  /** Defects of the server since the last question: journal entries of level `error`. */
  failures: string[];
}

/** A kmip-server in a process of its own, and a client certificate that it accepts. */
export class KeyServer {
  readonly target: Target;
  readonly httpsPort: number | undefined;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, target: Target, httpsPort: number | undefined) {
    this.#child = child;
    this.target = target;
    this.httpsPort = httpsPort;
  }

  static async start(settings: KeyServerSettings = {}): Promise<KeyServer> {
    const program = fileURLToPath(new URL('key-server-child.ts', import.meta.url));
    const child = fork(program, { execArgv: ['--expose-gc', '--disable-warning=ExperimentalWarning'] });
    child.send(settings);
    const [{ target, httpsPort }] = (await once(child, 'message')) as [{ target: Target; httpsPort?: number }];
    return new KeyServer(child, target, httpsPort);
  }

  /** False once the process has ended. */
  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Collects garbage and tells the state; `lose-keys` removes all objects before. */
  readonly ask = async (question: KeyServerQuestion = 'state'): Promise<KeyServerState> => {
    this.#child.send(question);
    const [state] = (await once(this.#child, 'message')) as [KeyServerState];
    return state;
  };

  async stop(): Promise<void> {
    if (!this.isAlive) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }
}
