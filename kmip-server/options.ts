import type { KmipVersion, TtlvLimits } from '../kmip/index.ts';
import type { Assumed } from './assumed.ts';
import type { ObjectStore } from './store/store.ts';

/** A certificate with its private key, PEM; `chainPem` adds the issuers that the server sends along. */
export interface ServerIdentity {
  certificatePem: string;
  privateKeyPem: string;
  chainPem?: string;
}

/** A client that the server knows by its certificate. */
export interface KnownClient {
  /** The identity that owns objects; also the Common Name looked for when neither `certificate` nor `commonName` is given. */
  name: string;
  /** PEM: only this certificate is this client. It needs no authority. */
  certificate?: string;
  /** Common Name of a certificate that one of the authorities signed. */
  commonName?: string;
  /** Operations this client may use (names as in the registry, e.g. `GetAttributes`); default all. */
  operations?: readonly string[];
  /** With `credentials: 'required'`: the only Username and Password that this client may show. */
  username?: string;
  password?: string;
}

/** A Username and Password credential (KMIP 1.1 §2.1.2) that any client may show. */
export interface KnownUser {
  username: string;
  password: string;
}

/** Bounds that protect the server; times in ms of the lab's clock. */
export interface ServerLimits extends TtlvLimits {
  /** Connections at the same time; the next one is closed at once. */
  maxConnections: number;
  /** From the TCP connection to the end of the TLS handshake. */
  handshakeTimeoutMs: number;
  /** Without a complete message from the client. */
  idleTimeoutMs: number;
}

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

export interface KmipServerOptions {
  /** Address to listen on; default 127.0.0.1. */
  host?: string;
  /** TCP port; default 5696 (KMIP 1.1 Profiles §3), 0 takes a free one. */
  port?: number;
  /** Certificate and key that the server shows. */
  identity: ServerIdentity;
  /** Authorities (PEM) whose client certificates are acceptable. */
  ca?: readonly string[];
  /** Clients known by name. */
  clients?: readonly KnownClient[];
  /** Refuse clients that are in none of `clients`, even with a certificate of a known authority; default false. */
  requireKnownClient?: boolean;
  /**
   * How a client certificate is refused: with a TLS alert (default), or by a handshake that succeeds and Permission
   * Denied for each request.
   */
  onRefusedClient?: 'tls-alert' | 'permission-denied';
  /** Whether requests must carry a Username and Password credential; default off (a credential is then ignored). */
  credentials?: 'off' | 'required';
  users?: readonly KnownUser[];
  tls?: { minVersion?: TlsVersion; maxVersion?: TlsVersion };
  /** Offer the two RSA CBC suites of the KMIP 1.1 profile besides the modern ones; default true. */
  profileCiphers?: boolean;
  /** Protocol versions that the server speaks; default 1.0 to 1.4. */
  versions?: readonly KmipVersion[];
  limits?: Partial<ServerLimits>;
  /** Where objects are kept so that they outlive the server or are shared; default: in the server's memory only. */
  store?: ObjectStore;
  /** Unique Identifiers: UUIDs from the seed (default) or 1, 2, 3 … as PyKMIP gives them (observed). */
  identifiers?: 'uuid' | 'sequential';
  /** Overrides of assumed texts and values. */
  assumed?: Partial<Assumed>;
}

/** 1 MiB is PyKMIP's limit (observed); the rest is assumed. */
export const defaultLimits: ServerLimits = {
  maxBytes: 1024 * 1024,
  maxDepth: 32,
  maxItems: 65_536,
  maxConnections: 256,
  handshakeTimeoutMs: 30_000,
  idleTimeoutMs: 600_000,
};

/** IANA's port for KMIP. KMIP 1.1 Profiles §3.1 */
export const defaultPort = 5696;
