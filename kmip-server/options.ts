import type { CertificateFault, Json, JsonObject } from '../core/index.ts';
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
  /** The identity that owns objects; also the Common Name looked for when nothing below says which certificate it is. */
  name: string;
  /** PEM: only this certificate is this client. It needs no authority. */
  certificate?: string;
  /** Common Name of a certificate that one of the authorities signed. */
  commonName?: string;
  /**
   * A pattern on a certificate that one of the authorities signed: `{ subject: { OU: 'backup' } }`. What can be matched:
   * `subject` and `issuer` by field, `dnsNames`, `emails`, `uris`, `serialNumber`, `sha1`, `sha256`.
   */
  match?: JsonObject;
  /** Clients of a group can be given access to one another's objects. */
  group?: string;
  /** Operations this client may use (names as in the registry, e.g. `GetAttributes`); default all. */
  operations?: readonly string[];
  /** Where credentials are looked at: the only Username and Password that this client may show. */
  username?: string;
  password?: string;
}

/** A Username and Password credential (KMIP 1.1 §2.1.2) that any client may show. */
export interface KnownUser {
  username: string;
  password: string;
  group?: string;
}

/** A Device credential (KMIP 1.1 §2.1.2) that any client may show. What is given here must be the same in the credential. */
export interface KnownDevice {
  /** The identity that owns objects. */
  name: string;
  deviceSerialNumber?: string;
  password?: string;
  deviceIdentifier?: string;
  networkIdentifier?: string;
  machineIdentifier?: string;
  mediaIdentifier?: string;
  group?: string;
}

/** What some clients may do. Clients of whom no rule speaks may do everything with their own objects. */
export interface AccessRule {
  /** A pattern on the identity: its name, or `{ matches: '^backup-' }`; everyone when absent. */
  who?: Json;
  /** Operations, named as in the registry; all when absent. */
  operations?: readonly string[];
  /**
   * Whose objects they may be used on: `own` (default) leaves that to the operation policy of the object, `group` adds the
   * objects of identities of the same group, `any` everyone's.
   */
  objects?: 'own' | 'group' | 'any';
  /** Objects that the client may have at a time; destroyed ones do not count. */
  maxObjects?: number;
}

/** An operation policy (KMIP 1.1 §3.18): who may use an operation on objects that name it. What is absent is the owner's. */
export type OperationPolicy = Readonly<Record<string, 'owner' | 'all' | 'none'>>;

/** A vendor extension that Query tells of. KMIP 1.1 §2.1.9 */
export interface ServerExtension {
  name: string;
  /** 540000 to 54FFFF, hexadecimal. */
  tag: number;
  /** Code of the item type: 7 is Text String. */
  type: number;
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
  /** What fault rules call this server; default `kms`. */
  name?: string;
  /** Address to listen on; default 127.0.0.1. */
  host?: string;
  /** TCP port; default 5696 (KMIP 1.1 Profiles §3), 0 takes a free one. */
  port?: number;
  /** KMIP over HTTPS besides: TTLV, XML and JSON by `POST /kmip`; port 0 (default) takes a free one. */
  https?: { port?: number };
  /** Certificate and key that the server shows. */
  identity: ServerIdentity;
  /** Makes the certificates that faults of the point kmip.connection ask for, each with a key of its own. */
  faultIdentity?: (fault: CertificateFault) => Promise<ServerIdentity>;
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
  /**
   * Whether a Username and Password or Device credential is looked at: `off` (default) ignores it; `optional` takes the identity
   * from it when there is one, else from the certificate; `required` refuses requests without one.
   */
  credentials?: 'off' | 'optional' | 'required';
  users?: readonly KnownUser[];
  devices?: readonly KnownDevice[];
  /** What clients may do; everyone everything with their own objects when absent. */
  access?: readonly AccessRule[];
  /** Operation policies by name, besides `default` and `public`. */
  policies?: Readonly<Record<string, OperationPolicy>>;
  /** Vendor extensions that Query tells of. */
  extensions?: readonly ServerExtension[];
  /** Application Namespaces that Query tells of and in which the server makes Application Data. KMIP 1.1 §3.36 */
  applicationNamespaces?: readonly string[];
  /** Lease Time of cryptographic objects, seconds; default 3600, 0 sets no limit. KMIP 1.1 §3.20 */
  leaseTime?: number;
  /** Refuse requests whose Time Stamp is further off than this, seconds; default: it is not looked at. KMIP 1.1 §6.5 */
  timeStampTolerance?: number;
  /** How long an asynchronous operation stays pending at least, ms of the lab's clock; default 0. KMIP 1.1 §4.28 */
  asynchronousDelayMs?: number;
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
  maxConnections: 2_048,
  handshakeTimeoutMs: 30_000,
  idleTimeoutMs: 600_000,
};

/** IANA's port for KMIP. KMIP 1.1 Profiles §3.1 */
/** What fault rules call a server without a name. */
export const defaultName = 'kms';
export const defaultPort = 5696;

/** Seconds; documented: the Lease Time in most OASIS cases that show one. */
export const defaultLeaseTime = 3_600;
