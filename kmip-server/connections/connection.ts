/** One TCP connection: faults before TLS, handshake, session, end. Every step is in the journal. */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  type CertificateFault,
  type ClockTimer,
  connectionKey,
  endsConnection,
  type FaultHit,
  type JournalRecord,
  type Level,
  strikeConnection,
  systemCode,
} from '../../core/index.ts';
import type { Verdict } from '../identity/check-client.ts';
import type { MessageEnvironment } from '../messages/message.ts';
import type { ServerIdentity, ServerLimits } from '../options.ts';
import type { AlertName } from '../tls/alert.ts';
import type { HandshakeEvents, HandshakeFacts, TlsEndpoint } from '../tls/endpoint.ts';
import type { Conversation, SessionParts } from './session.ts';

export interface ConnectionParts {
  environment: MessageEnvironment;
  endpoint: TlsEndpoint;
  limits: ServerLimits;
  /** Makes the certificate that a fault asks for; undefined when this server has none of that kind. */
  faultIdentity: ((fault: CertificateFault) => Promise<ServerIdentity>) | undefined;
  /** Begins what is spoken on this port once the connection is secured. */
  converse(socket: TLSSocket, raw: Socket, parts: SessionParts): Conversation;
}

/** Serves one accepted TCP connection until it is closed. */
export class Connection {
  readonly #raw: Socket;
  readonly #parts: ConnectionParts;
  readonly #gone = new AbortController();
  readonly #accepted: number;
  #timer: ClockTimer | undefined;
  #conversation: Conversation | undefined;
  /** How the handshake came out is in the journal, or a fault decides. */
  #settled = false;
  /** Entry that later ones of this connection follow from. */
  #cause: number;

  constructor(raw: Socket, parts: ConnectionParts) {
    this.#raw = raw;
    this.#parts = parts;
    const client = { address: raw.remoteAddress, port: raw.remotePort };
    const server = { address: raw.localAddress, port: raw.localPort };
    this.#accepted = this.#record(
      'kmip.connection.accepted',
      'debug',
      `connection from ${client.address}:${client.port}`,
      {
        data: { remoteAddress: client.address, remotePort: client.port },
        link: connectionKey(client, server),
      },
    );
    this.#cause = this.#accepted;
    // What matters about an error shows in 'close' or in the TLS layer's own event.
    raw.on('error', () => {});
    raw.once('close', () => this.#onClose());
    this.#timer = parts.environment.runtime.clock.setTimeout(
      () => this.#onHandshakeTimeout(),
      parts.limits.handshakeTimeoutMs,
    );
    this.#begin();
  }

  /** Whether a request of this connection is being carried out or answered. */
  get isAnswering(): boolean {
    return this.#conversation?.isAnswering ?? false;
  }

  /** Ends the connection at once. */
  destroy(): void {
    this.#raw.destroy();
    this.#conversation?.destroy();
  }

  #record(event: string, level: Level, text: string, more: Partial<JournalRecord> = {}): number {
    const { journal } = this.#parts.environment.runtime;
    const cause = more.link === undefined ? this.#cause : undefined;
    return journal.record({ plane: 'kmip', event, level, text, cause, ...more }).seq;
  }

  #begin(): void {
    const { runtime, kms } = this.#parts.environment;
    const hit = runtime.faults.concerns('kmip.connection')
      ? runtime.faults.consult('kmip.connection', { kms, remoteAddress: this.#raw.remoteAddress }, this.#accepted)
      : undefined;
    if (!hit) {
      this.#handshake();
      return;
    }
    this.#cause = hit.entry.seq;
    this.#settled = endsConnection(hit);
    if (hit.then.hang) this.#timer?.clear();
    strikeConnection(hit, {
      socket: this.#raw,
      clock: runtime.clock,
      signal: this.#gone.signal,
      goOn: () => void this.#handshakeUnder(hit),
    });
  }

  /** The certificate that a fault asks for is made when it is first needed. */
  async #handshakeUnder({ then }: FaultHit): Promise<void> {
    const { certificate } = then;
    if (!certificate) {
      this.#handshake();
      return;
    }
    // Making one takes time that a clock which moves by itself would not wait for.
    const release = this.#parts.environment.runtime.clock.hold();
    const made = this.#parts.faultIdentity?.(certificate);
    const identity = await Promise.resolve(made).finally(release);
    if (this.#gone.signal.aborted) return;
    if (!identity) {
      const text = `no certificate "${certificate}" is known here: the usual one is shown`;
      this.#record('kmip.fault.undone', 'error', text, { data: { certificate } });
    }
    this.#handshake(identity);
  }

  #handshake(identity?: ServerIdentity): void {
    const events: HandshakeEvents = {
      secured: (socket, verdict, facts) => this.#onSecured(socket, verdict, facts),
      refused: (verdict, alert, facts) => this.#onRefused(verdict, alert, facts),
      failed: (error) => this.#onHandshakeFailed(error),
    };
    this.#parts.endpoint.begin(this.#raw, events, identity);
  }

  #onSecured(socket: TLSSocket, verdict: Verdict, facts: HandshakeFacts): void {
    this.#timer?.clear();
    this.#settled = true;
    const { client } = verdict;
    const who = client ? `${client.name} (${client.subject})` : 'a client without certificate';
    const refusal = verdict.accepted ? undefined : verdict.refusal;
    this.#cause = this.#record(
      'kmip.handshake',
      refusal ? 'warn' : 'info',
      `${facts.protocol} with ${who}${refusal ? `, to be denied: ${refusal.text}` : ''}`,
      { data: { ...facts, client: client?.name, ...detailsOf(verdict), refused: refusal?.reason } },
    );
    this.#conversation = this.#parts.converse(socket, this.#raw, {
      environment: this.#parts.environment,
      limits: this.#parts.limits,
      sender: {
        client,
        refusal,
        cause: this.#cause,
        signal: this.#gone.signal,
        cut: (how) => {
          if (how === 'reset') this.#raw.resetAndDestroy();
          else socket.end();
        },
      },
      record: (event, level, text, more) => this.#record(event, level, text, more),
    });
  }

  /** KMIP 1.1 Profiles §3: mutual TLS. A probe without certificate (openssl s_client, vCenter) is no failure. */
  #onRefused(verdict: Verdict & { accepted: false }, alert: AlertName | undefined, facts: HandshakeFacts): void {
    this.#settled = true;
    const { refusal, client } = verdict;
    const told = alert ? `TLS alert ${alert}` : `closed: no alert is possible with ${facts.cipher}`;
    const data = { ...facts, reason: refusal.reason, alert, ...detailsOf(verdict) };
    if (client === undefined) {
      this.#record('kmip.probe', 'info', `probe: ${refusal.text} (${told})`, { data });
      return;
    }
    const text = `client refused: ${client.subject}, SHA-256 ${client.sha256}: ${refusal.text} (${told})`;
    this.#record('kmip.connection.refused', 'warn', text, { data });
  }

  #onHandshakeFailed(error: Error): void {
    const code = systemCode(error);
    // A client that left says nothing about why: the end of the connection tells of it.
    if (code !== 'ECONNRESET') {
      this.#settled = true;
      const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : (code ?? error.message);
      this.#record('kmip.handshake.failed', 'warn', `TLS handshake failed: ${reason}`, { data: { code, reason } });
    }
    this.#raw.destroy();
  }

  #onHandshakeTimeout(): void {
    const ms = this.#parts.limits.handshakeTimeoutMs;
    // A refused client that does not hang up was journalled when it was refused.
    if (!this.#settled)
      this.#record('kmip.timeout', 'warn', `closed: no TLS handshake within ${ms} ms`, { data: { ms } });
    this.#settled = true;
    this.#raw.destroy();
  }

  #onClose(): void {
    this.#timer?.clear();
    this.#gone.abort();
    this.#conversation?.destroy();
    const messages = this.#conversation?.messages;
    // A port scan, or a client that did not like our certificate and left without a word.
    if (!this.#settled) this.#record('kmip.probe', 'info', 'probe: closed before the TLS handshake was over');
    if (messages === 0) this.#record('kmip.probe', 'info', 'probe: TLS handshake and close without a KMIP message');
    this.#record('kmip.connection.closed', 'debug', 'connection closed', { data: { messages } });
  }
}

function detailsOf({ client }: Verdict) {
  return { subject: client?.subject, sha1: client?.sha1, sha256: client?.sha256 };
}
