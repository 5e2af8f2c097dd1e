import { constants, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import { clearAlert, connectionKey } from '../../core/index.ts';
import type { Verdict } from '../identity/check-client.ts';
import type { ServerIdentity, TlsVersion } from '../options.ts';
import { type AlertName, protectedAlert } from './alert.ts';
import { cipherList } from './ciphers.ts';

export interface EndpointOptions {
  identity: ServerIdentity;
  minVersion: TlsVersion;
  maxVersion: TlsVersion;
  profileCiphers: boolean;
  /** Whether a refused client is turned away with an alert, or let in so that it can be answered. */
  alertOnRefusal: boolean;
  /** Judges the certificate that the client showed. */
  check(socket: TLSSocket): Verdict;
}

/** What the handshake agreed on. */
export interface HandshakeFacts {
  /** `TLSv1.2` or `TLSv1.3` */
  protocol: string;
  /** Standard (IANA) name of the cipher suite. */
  cipher: string;
}

/** What became of a connection's handshake; exactly one of these is called. */
export interface HandshakeEvents {
  secured(socket: TLSSocket, verdict: Verdict, facts: HandshakeFacts): void;
  /** The client was refused; `alert` is the one it was sent, undefined when the suite left no way to send one. */
  refused(verdict: Verdict & { accepted: false }, alert: AlertName | undefined, facts: HandshakeFacts): void;
  failed(error: Error): void;
}

interface Handshake {
  raw: Socket;
  events: HandshakeEvents;
  verdict?: Verdict;
  /** server_application_traffic_secret_0 of TLS 1.3, until the handshake is over. */
  trafficSecret?: Buffer;
}

/**
 * The TLS side of the server: asks for a client certificate, lets the given check decide on it, and refuses with a real
 * alert. Node.js itself finishes the handshake with any certificate and can only close afterwards, so the alert record is
 * written here, straight to the TCP socket:
 *
 * - TLS 1.2: the key log line CLIENT_RANDOM appears while OpenSSL handles ClientKeyExchange, after the client's
 *   Certificate and before the server's ChangeCipherSpec. The alert goes out in clear, inside the handshake.
 * - TLS 1.3: the client's Certificate is known when its Finished was read; OpenSSL reports the end of the handshake before
 *   it writes session tickets, so the alert is the first record under the server's application traffic secret.
 */
export class TlsEndpoint {
  readonly #options: EndpointOptions;
  readonly #server: Server;
  /** Servers that show another certificate to single connections. */
  readonly #others = new WeakMap<ServerIdentity, Server>();
  readonly #handshakes = new Map<string, Handshake>();

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#server = this.#createServer(this.#contextOptions(options.identity));
  }

  #createServer(context: SecureContextOptions): Server {
    const server = createServer({
      ...context,
      requestCert: true,
      rejectUnauthorized: false,
      // The lab's clock limits handshakes; Node's own timer must not strike first.
      handshakeTimeout: 2 ** 31 - 1,
    });
    server.on('keylog', (line, socket) => this.#onKeyLog(line, socket));
    server.on('secureConnection', (socket) => this.#onSecure(socket));
    server.on('tlsClientError', (error, socket) => this.#take(socket)?.events.failed(error));
    return server;
  }

  #otherServer(identity: ServerIdentity): Server {
    let server = this.#others.get(identity);
    if (!server) {
      server = this.#createServer(this.#contextOptions(identity));
      this.#others.set(identity, server);
    }
    return server;
  }

  #contextOptions(identity: ServerIdentity): SecureContextOptions {
    const { minVersion, maxVersion, profileCiphers } = this.#options;
    return {
      cert: identity.chainPem ?? identity.certificatePem,
      key: identity.privateKeyPem,
      // No list of authorities is sent: it would keep clients with self-signed certificates from showing theirs.
      ca: [],
      minVersion,
      maxVersion,
      // OpenSSL does not show a key that it finds too weak, unless it is told to.
      ciphers: `${cipherList(profileCiphers)}${isWeak(identity) ? ':@SECLEVEL=0' : ''}`,
      honorCipherOrder: true,
      // A resumed session carries no client certificate to judge.
      secureOptions: constants.SSL_OP_NO_TICKET,
    };
  }

  /** Shows another certificate from the next connection on. */
  setIdentity(identity: ServerIdentity): void {
    this.#server.setSecureContext(this.#contextOptions(identity));
  }

  /** Starts the handshake on an accepted TCP connection, with another certificate than the usual one when it is given. */
  begin(raw: Socket, events: HandshakeEvents, identity?: ServerIdentity): void {
    const key = keyOf(raw);
    this.#handshakes.set(key, { raw, events });
    raw.once('close', () => this.#handshakes.delete(key));
    const server = identity ? this.#otherServer(identity) : this.#server;
    server.emit('connection', raw);
  }

  #take(socket: Socket): Handshake | undefined {
    const key = keyOf(socket);
    const handshake = this.#handshakes.get(key);
    this.#handshakes.delete(key);
    return handshake;
  }

  #onKeyLog(line: Buffer, socket: TLSSocket): void {
    const handshake = this.#handshakes.get(keyOf(socket));
    if (!handshake) return;
    const [label, , secret = ''] = line.toString('latin1').trim().split(' ');
    if (label === 'SERVER_TRAFFIC_SECRET_0') handshake.trafficSecret = Buffer.from(secret, 'hex');
    if (label !== 'CLIENT_RANDOM') return;
    const verdict = this.#options.check(socket);
    handshake.verdict = verdict;
    if (verdict.accepted || !this.#options.alertOnRefusal) return;
    const { alert } = verdict.refusal;
    handshake.raw.write(clearAlert(alert));
    this.#refuse(socket, handshake, verdict, alert);
  }

  #onSecure(socket: TLSSocket): void {
    const handshake = this.#handshakes.get(keyOf(socket));
    if (!handshake) {
      // Refused before: the peer's own end of the handshake came through all the same.
      drain(socket);
      return;
    }
    const verdict = handshake.verdict ?? this.#options.check(socket);
    if (verdict.accepted || !this.#options.alertOnRefusal) {
      this.#take(socket);
      handshake.events.secured(socket, verdict, factsOf(socket));
      return;
    }
    // RFC 8446 §4.4.2.4: a missing certificate has an alert of its own in TLS 1.3.
    const alert = verdict.refusal.reason === 'no-certificate' ? 'certificate_required' : verdict.refusal.alert;
    const record = handshake.trafficSecret && protectedAlert(alert, handshake.trafficSecret, factsOf(socket).cipher);
    if (record) handshake.raw.write(record);
    this.#refuse(socket, handshake, verdict, record && alert);
    drain(socket);
  }

  #refuse(
    socket: TLSSocket,
    handshake: Handshake,
    verdict: Verdict & { accepted: false },
    alert: AlertName | undefined,
  ): void {
    this.#take(socket);
    handshake.raw.end();
    handshake.events.refused(verdict, alert, factsOf(socket));
  }
}

function isWeak({ certificatePem }: ServerIdentity): boolean {
  const { modulusLength = 2_048 } = new X509Certificate(certificatePem).publicKey.asymmetricKeyDetails ?? {};
  return modulusLength < 2_048;
}

function keyOf(socket: Socket): string {
  return connectionKey(
    { address: socket.remoteAddress, port: socket.remotePort },
    { address: socket.localAddress, port: socket.localPort },
  );
}

function factsOf(socket: TLSSocket): HandshakeFacts {
  return { protocol: socket.getProtocol() ?? 'unknown', cipher: socket.getCipher()?.standardName ?? 'unknown' };
}

/** Reads and forgets what a refused client still sends, so that closing does not become a reset that overtakes the alert. */
function drain(socket: TLSSocket): void {
  socket.on('error', () => {});
  socket.on('end', () => socket.destroy());
  socket.resume();
}
