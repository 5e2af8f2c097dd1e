import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connectionKey, type Runtime } from '../../core/index.ts';
import { openTunnel } from './proxy-tunnel.ts';

/** Whether vCenter may reach this address: OVHcloud opens the flow when a KMS is registered. */
export type IsFlowOpen = (ip: string, port: number) => boolean;

/** Where a dial goes and what it is for, in words. */
export interface DialTarget {
  host: string;
  port: number;
  purpose: string;
  /** The HTTP proxy that stands between. */
  proxy?: { host: string; port: number };
}

/**
 * ms after which the operating system gives a dial up whose SYN packets get no answer: six retransmissions, Linux' default.
 * It counts where the KMS's own time-out is infinite.
 */
const dialLimitMs = 127_000;

/** A TCP connection and the journal entry that declared it: the cause of all that happens on it. */
export interface Dialled {
  socket: Socket;
  seq: number;
}

/**
 * Dials KMS addresses through the gateway. While the flow to an address is closed no socket is opened: packets vanish as
 * behind a firewall, and the dial lasts until its owner gives it up.
 */
export class Gateway {
  readonly #runtime: Runtime;
  readonly #isFlowOpen: IsFlowOpen;
  /** The open connections to each `host:port`. */
  readonly #live = new Map<string, Set<Socket>>();

  constructor(runtime: Runtime, isFlowOpen: IsFlowOpen) {
    this.#runtime = runtime;
    this.#isFlowOpen = isFlowOpen;
  }

  /** Opens a TCP connection; rejects with the socket's error, a ProxyError, or when the signal fires. */
  async dial(target: DialTarget, cause: number | undefined, signal: AbortSignal): Promise<Dialled> {
    const { proxy, purpose } = target;
    if (!proxy) return this.#open(target, cause, signal);
    const dialled = await this.#open({ ...proxy, purpose: `${purpose}, by proxy` }, cause, signal);
    const text = `tunnel to ${target.host}:${target.port} through proxy ${proxy.host}:${proxy.port}`;
    const data = { address: target.host, port: target.port, proxyAddress: proxy.host, proxyPort: proxy.port };
    try {
      await openTunnel(dialled.socket, target, signal);
    } catch (error) {
      dialled.socket.on('error', () => {}).destroy();
      throw error;
    }
    this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.kmip.tunnelled',
      text,
      data,
      cause: dialled.seq,
    });
    return dialled;
  }

  /** The flow to an address was closed: what is open there breaks as after a TCP reset. */
  cut(host: string, port: number, cause: number | undefined): void {
    const sockets = this.#live.get(`${host}:${port}`);
    if (!sockets?.size) return;
    this.#runtime.journal.record({
      plane: 'gateway',
      event: 'gateway.connection.cut',
      level: 'warn',
      text: `the gateway cuts ${sockets.size} live connection${sockets.size === 1 ? '' : 's'} of vCenter to ${host}:${port}`,
      data: { address: host, port, connections: sockets.size },
      cause,
    });
    for (const socket of sockets) socket.destroy(connectionReset());
  }

  #keep(socket: Socket, { host, port }: DialTarget): void {
    const key = `${host}:${port}`;
    const sockets = this.#live.get(key) ?? new Set();
    this.#live.set(key, sockets.add(socket));
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0 && this.#live.get(key) === sockets) this.#live.delete(key);
    });
  }

  async #open(target: DialTarget, cause: number | undefined, signal: AbortSignal): Promise<Dialled> {
    await this.#waitForFlow(target, cause, signal);
    const { host, port, purpose } = target;
    const socket = connect({ host, port, noDelay: true });
    const abort = () => void socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    try {
      await once(socket, 'connect', { signal });
    } catch (error) {
      // A late error of a socket that is given up has nobody to tell.
      socket.on('error', () => {}).destroy();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
    this.#keep(socket, target);
    const entry = this.#runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.kmip.dialled',
      text: `dial ${host}:${port} for ${purpose}, from ${socket.localAddress}:${socket.localPort}`,
      data: { address: host, port, purpose },
      cause,
      opens: connectionKey(
        { address: socket.localAddress, port: socket.localPort },
        { address: socket.remoteAddress, port: socket.remotePort },
      ),
    });
    return { socket, seq: entry.seq };
  }

  /** Returns once the flow is open: SYN packets are repeated, so a flow that opens meanwhile lets the dial through. */
  async #waitForFlow(target: DialTarget, cause: number | undefined, signal: AbortSignal): Promise<void> {
    const { host, port, purpose } = target;
    if (this.#isFlowOpen(host, port)) return;
    const { journal, clock } = this.#runtime;
    const closed = journal.record({
      plane: 'gateway',
      event: 'gateway.dial.dropped',
      level: 'warn',
      text: `the flow from vCenter to ${host}:${port} is not open: the dial for ${purpose} gets no answer`,
      data: { address: host, port, purpose },
      cause,
    });
    // RFC 6298 §2 and §5.5: the first retransmission after a second, then the wait doubles.
    let waited = 0;
    for (let wait = 1_000; !this.#isFlowOpen(host, port); wait *= 2) {
      if (waited >= dialLimitMs) throw timedOut(host, port);
      await clock.sleep(wait, signal);
      waited += wait;
    }
    journal.record({
      plane: 'gateway',
      event: 'gateway.flow.opened',
      text: `the flow from vCenter to ${host}:${port} was opened while the dial waited`,
      data: { address: host, port },
      cause: closed.seq,
    });
  }
}

/** As the operating system says it. */
function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}

/** As the operating system says it. */
function timedOut(host: string, port: number): Error {
  return Object.assign(new Error(`connect ETIMEDOUT ${host}:${port}`), { code: 'ETIMEDOUT' });
}
