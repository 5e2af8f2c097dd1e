import type { Socket } from 'node:net';
import type { SecureContext, SecureVersion } from 'node:tls';
import type { Clock } from '../../core/index.ts';

/** Opens the TCP connection; a dial that never settles is ended by the client's time-out. */
export type Dial = (target: { host: string; port: number; signal: AbortSignal }) => Promise<Socket>;

export type KmipTlsOptions = {
  /** PEM of trusted authorities. */
  ca?: string | Buffer | (string | Buffer)[];
  /** PEM of the client certificate (chain) and its private key. */
  cert?: string | Buffer;
  key?: string | Buffer;
  /** Name for SNI and for the certificate's check; default: the host, unless it is an address. */
  servername?: string;
  minVersion?: SecureVersion;
  maxVersion?: SecureVersion;
  /** OpenSSL cipher list (TLS 1.2 and 1.3 names). */
  ciphers?: string;
  /** Made from all the above but the name by who opens many connections, and then used in their place. */
  secureContext?: SecureContext;
  /**
   * Decides about the server's certificate in place of Node.js' own verification, whose result it is told
   * (`undefined` = verified). An error refuses the server; not a byte of KMIP is sent before it has agreed.
   */
  checkServer?: (peerCertificate: Buffer, authorizationError: string | undefined) => Error | undefined;
};

export type DialOptions = {
  host: string;
  port: number;
  clock: Clock;
  /** For the dial and the handshake together, and again for each exchange; ms on `clock`. Default: none. */
  timeoutMs?: number;
  /** Ends the connection, whatever it is doing. */
  signal?: AbortSignal;
  dial?: Dial;
};
