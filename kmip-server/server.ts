import { createServer, type Server, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  type CertificateFacts,
  inspectCertificate,
  KeyrigError,
  parseCertificate,
  type Runtime,
  readPrivateKey,
  systemCode,
} from '../core/index.ts';
import { KMIP_VERSIONS, protocolVersion, State } from '../kmip/index.ts';
import { assumed } from './assumed.ts';
import { Connection, type ConnectionParts } from './connection.ts';
import { checkClient, type Verdict } from './identity/check-client.ts';
import { KnownClients } from './identity/known-clients.ts';
import { nextDue, seconds, settle, touch } from './life-cycle.ts';
import type { MessageEnvironment } from './message.ts';
import type { OperationServices } from './operation-context.ts';
import {
  defaultLimits,
  defaultPort,
  type KmipServerOptions,
  type KnownClient,
  type ServerIdentity,
  type ServerLimits,
} from './options.ts';
import { ObjectSpace } from './store/object-space.ts';
import { copyObject, type DraftObject } from './store/stored-object.ts';
import { type ObjectSummary, summarise } from './store/summary.ts';
import { TlsEndpoint } from './tls/endpoint.ts';

/** A running (or stopped) test KMS. */
export interface KmipServer {
  /** Listens. Throws ERR_PORT_IN_USE when the port is taken. */
  start(): Promise<{ host: string; port: number }>;
  /** Closes the port and every connection at once. The objects stay, so a later `start()` finds them. */
  stop(): Promise<void>;
  /** The port it listens on; undefined while stopped. */
  readonly port: number | undefined;
  readonly host: string;
  /** The objects as this server knows them, without key material. */
  readonly objects: {
    list(): ObjectSummary[];
    get(uniqueIdentifier: string): ObjectSummary | undefined;
  };
  /** The certificate shown now, with its fingerprints. */
  readonly certificate: CertificateFacts;
  /** Shows another certificate from the next connection on. Throws ERR_PKI_KEY or ERR_PKI_CERTIFICATE. */
  rotateCertificate(identity: ServerIdentity): void;
  /** The clients known by name. */
  readonly clients: readonly KnownClient[];
  /** Accepts a client from the next connection on; replaces one of the same name. */
  trust(client: KnownClient): void;
  /** Forgets a client; false when there is none of that name. */
  distrust(name: string): boolean;
  /** Accepts client certificates that this authority (PEM) signed. */
  trustAuthority(pem: string): void;
  distrustAuthority(pem: string): boolean;
  /** An administrator destroys an object, whatever its state; false when there is none. */
  destroyObject(uniqueIdentifier: string): Promise<boolean>;
  /** The store loses objects (default all), as after a restart on an empty disk. Returns how many. */
  loseKeys(uniqueIdentifiers?: readonly string[]): Promise<number>;
  /** An administrator copies all objects, key material included, into the server's one backup. Returns how many. */
  backup(): Promise<number>;
  /** Brings the objects back as they were at the last `backup()`, whatever has become of them. Returns how many. */
  restore(): Promise<number>;
}

/** Builds a KMIP 1.0 to 1.4 test key server over mutual TLS; it listens when `start()` is called. */
export function createKmipServer(options: KmipServerOptions, runtime: Runtime): KmipServer {
  return new TestKeyServer(options, runtime);
}

class TestKeyServer implements KmipServer {
  readonly host: string;
  readonly #options: KmipServerOptions;
  readonly #runtime: Runtime;
  readonly #known: KnownClients;
  readonly #space: ObjectSpace;
  #backup: DraftObject[] = [];
  readonly #endpoint: TlsEndpoint;
  readonly #limits: ServerLimits;
  readonly #parts: ConnectionParts;
  readonly #connections = new Set<Connection>();
  #certificate: CertificateFacts;
  #listener: Server | undefined;
  #lastPort: number | undefined;

  constructor(options: KmipServerOptions, runtime: Runtime) {
    this.host = options.host ?? '127.0.0.1';
    this.#options = options;
    this.#runtime = runtime;
    this.#known = new KnownClients(options.clients ?? [], options.ca ?? []);
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#certificate = readIdentity(options.identity);
    this.#endpoint = new TlsEndpoint({
      identity: options.identity,
      minVersion: options.tls?.minVersion ?? 'TLSv1.2',
      maxVersion: options.tls?.maxVersion ?? 'TLSv1.3',
      profileCiphers: options.profileCiphers ?? true,
      alertOnRefusal: options.onRefusedClient !== 'permission-denied',
      check: (socket) => this.#check(socket),
    });
    this.#space = new ObjectSpace({ nextDue, settle }, runtime.clock, options.store);
    const environment: MessageEnvironment = {
      runtime,
      services: this.#services(),
      space: this.#space,
      known: this.#known,
      credentials: options.credentials ?? 'off',
      users: options.users ?? [],
      limits: this.#limits,
    };
    this.#parts = { environment, endpoint: this.#endpoint, limits: this.#limits };
  }

  #services(): OperationServices {
    const { identifiers = 'uuid', versions = KMIP_VERSIONS } = this.#options;
    const stream = this.#runtime.random.stream('kmip-server.identifiers');
    let last = 0;
    return {
      assumed: { ...assumed, ...this.#options.assumed },
      // KMIP 1.1 §4.26: highest preference first.
      versions: versions.map(protocolVersion).sort((a, b) => b.minor - a.minor),
      newIdentifier: () => (identifiers === 'sequential' ? String(++last) : stream.uuid()),
    };
  }

  #check(socket: TLSSocket): Verdict {
    const { requireKnownClient = false } = this.#options;
    return checkClient(socket.getPeerX509Certificate(), this.#known, this.#runtime.clock.now(), requireKnownClient);
  }

  get port(): number | undefined {
    const address = this.#listener?.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  async start(): Promise<{ host: string; port: number }> {
    // A server that starts again is where its clients know it.
    const wanted = this.#lastPort ?? this.#options.port ?? defaultPort;
    const listener = createServer({ noDelay: true }, (raw) => this.#accept(raw));
    await new Promise<void>((resolve, reject) => {
      listener.once('error', (error) => reject(listenError(error, this.host, wanted)));
      listener.listen(wanted, this.host, resolve);
    });
    this.#listener = listener;
    const port = this.port as number;
    this.#lastPort = port;
    const { sha1, sha256 } = this.#certificate;
    this.#runtime.journal.record({
      plane: 'kmip',
      event: 'kmip.listening',
      text: `KMIP server on ${this.host}:${port}, certificate SHA-1 ${sha1}`,
      data: { host: this.host, port, sha1, sha256 },
    });
    return { host: this.host, port };
  }

  async stop(): Promise<void> {
    const listener = this.#listener;
    if (!listener) return;
    this.#listener = undefined;
    const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
    for (const connection of this.#connections) connection.destroy();
    await closed;
    this.#runtime.journal.record({ plane: 'kmip', event: 'kmip.stopped', text: 'KMIP server stopped' });
  }

  #accept(raw: Socket): void {
    // The client may be gone before it is looked at.
    if (raw.remoteAddress === undefined) {
      raw.destroy();
      return;
    }
    const { maxConnections } = this.#limits;
    if (this.#connections.size >= maxConnections) {
      this.#runtime.journal.record({
        plane: 'kmip',
        event: 'kmip.connection.limit',
        level: 'warn',
        text: `connection from ${raw.remoteAddress}:${raw.remotePort} closed: ${maxConnections} are open already`,
        data: { remoteAddress: raw.remoteAddress, maxConnections },
      });
      raw.destroy();
      return;
    }
    const connection = new Connection(raw, this.#parts);
    this.#connections.add(connection);
    raw.once('close', () => this.#connections.delete(connection));
  }

  readonly objects = {
    list: (): ObjectSummary[] => [...this.#space.all()].map((object) => summarise(object, this.#runtime.clock.now())),
    get: (uniqueIdentifier: string): ObjectSummary | undefined => {
      const object = this.#space.get(uniqueIdentifier);
      return object && summarise(object, this.#runtime.clock.now());
    },
  };

  get certificate(): CertificateFacts {
    return this.#certificate;
  }

  rotateCertificate(identity: ServerIdentity): void {
    const certificate = readIdentity(identity);
    this.#endpoint.setIdentity(identity);
    this.#certificate = certificate;
    this.#note('kmip.certificate.rotated', `certificate replaced, SHA-1 ${certificate.sha1}`);
  }

  #note(event: string, text: string): void {
    this.#runtime.journal.record({ plane: 'kmip', event, text });
  }

  get clients(): readonly KnownClient[] {
    return this.#known.clients;
  }

  trust(client: KnownClient): void {
    this.#known.trust(client);
    this.#note('kmip.client.trusted', `client ${client.name} is trusted`);
  }

  distrust(name: string): boolean {
    const known = this.#known.distrust(name);
    if (known) this.#note('kmip.client.distrusted', `client ${name} is no longer trusted`);
    return known;
  }

  trustAuthority(pem: string): void {
    this.#known.trustAuthority(pem);
    this.#note('kmip.authority.trusted', `authority ${inspectCertificate(pem).subject} is trusted`);
  }

  distrustAuthority(pem: string): boolean {
    const known = this.#known.distrustAuthority(pem);
    if (known) this.#note('kmip.authority.distrusted', `authority ${inspectCertificate(pem).subject} is not trusted`);
    return known;
  }

  async destroyObject(uniqueIdentifier: string): Promise<boolean> {
    const now = this.#runtime.clock.now();
    const destroyed = await this.#space.run((objects) => {
      const object = objects.edit(uniqueIdentifier);
      if (!object) return false;
      const state = object.attributes.read('State');
      const compromised = state === State.Compromised || state === State.DestroyedCompromised;
      if (state === State.Active) object.attributes.write('Deactivation Date', seconds(now));
      if (state !== undefined) {
        object.attributes.write('State', compromised ? State.DestroyedCompromised : State.Destroyed);
        object.attributes.write('Destroy Date', seconds(now));
      }
      touch(object, now);
      object.material = undefined;
      return true;
    });
    if (destroyed) this.#note('kmip.object.destroyed', `object ${uniqueIdentifier} destroyed by the administrator`);
    return destroyed;
  }

  async loseKeys(uniqueIdentifiers?: readonly string[]): Promise<number> {
    const lost = await this.#space.run((objects) => {
      const going = [...objects.all()]
        .map(({ uniqueIdentifier }) => uniqueIdentifier)
        .filter((uniqueIdentifier) => uniqueIdentifiers === undefined || uniqueIdentifiers.includes(uniqueIdentifier));
      for (const uniqueIdentifier of going) objects.remove(uniqueIdentifier);
      return going.length;
    });
    this.#note('kmip.store.lost', `the store lost ${lost} objects`);
    return lost;
  }

  async backup(): Promise<number> {
    this.#backup = await this.#space.run((objects) => Array.from(objects.all(), copyObject));
    this.#note('kmip.store.backed-up', `${this.#backup.length} objects were backed up`);
    return this.#backup.length;
  }

  async restore(): Promise<number> {
    await this.#space.run((objects) => {
      for (const object of this.#backup) objects.put(copyObject(object));
    });
    this.#note('kmip.store.restored', `${this.#backup.length} objects were restored from the backup`);
    return this.#backup.length;
  }
}

function readIdentity(identity: ServerIdentity): CertificateFacts {
  const certificate = parseCertificate(identity.certificatePem);
  if (!certificate.checkPrivateKey(readPrivateKey(identity.privateKeyPem))) {
    throw new KeyrigError('ERR_PKI_CERTIFICATE', 'The private key does not belong to the server certificate.');
  }
  return inspectCertificate(certificate);
}

function listenError(error: Error, host: string, port: number): KeyrigError {
  if (systemCode(error) === 'EADDRINUSE') {
    const text = `Port ${port} on ${host} is taken by another program. Choose another with the KMIP server's option "port".`;
    return new KeyrigError('ERR_PORT_IN_USE', text, { cause: error, details: { host, port } });
  }
  return new KeyrigError('ERR_OPTION', `The KMIP server cannot listen on ${host}:${port}.`, { cause: error });
}
