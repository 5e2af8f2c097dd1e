import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  type CertificateFacts,
  inspectCertificate,
  type JsonObject,
  KeyrigError,
  parseCertificate,
  type Runtime,
  readPrivateKey,
  requireIdle,
} from '../core/index.ts';
import { KMIP_VERSIONS, protocolVersion, State } from '../kmip/index.ts';
import { assumed } from './assumed.ts';
import { Connection, type ConnectionParts } from './connections/connection.ts';
import { ListeningPort } from './connections/listening-port.ts';
import { Session } from './connections/session.ts';
import { HttpEndpoint } from './https/http-conversation.ts';
import { AccessControl } from './identity/access-control.ts';
import { checkClient, type Verdict } from './identity/check-client.ts';
import { KnownClients } from './identity/known-clients.ts';
import type { MessageEnvironment } from './messages/message.ts';
import type { OperationServices } from './messages/operation-context.ts';
import { PendingOperations } from './messages/pending.ts';
import { GroupTurns } from './objects/group-turns.ts';
import { nextDue, seconds, settle, touch } from './objects/life-cycle.ts';
import {
  defaultLeaseTime,
  defaultLimits,
  defaultName,
  defaultPort,
  type KmipServerOptions,
  type KnownClient,
  type ServerIdentity,
  type ServerLimits,
} from './options.ts';
import { checkedState, type KmipServerState, newState, savedObject, saveObject } from './server-state.ts';
import { ObjectSpace } from './store/object-space.ts';
import { copyObject, type DraftObject, draftOf } from './store/stored-object.ts';
import { type ObjectSummary, summarise } from './store/summary.ts';
import { TlsEndpoint } from './tls/endpoint.ts';
import { CryptoStreams } from './use/crypto-streams.ts';
import { RandomNumbers } from './use/random-numbers.ts';

/** A running (or stopped) test KMS. */
export interface KmipServer {
  /** Listens. Throws ERR_PORT_IN_USE when a port is taken. `httpsPort` is there when the option `https` is. */
  start(): Promise<{ host: string; port: number; httpsPort?: number }>;
  /** Closes the port and every connection at once. The objects stay, so a later `start()` finds them. */
  stop(): Promise<void>;
  /** The port it listens on; undefined while stopped. */
  readonly port: number | undefined;
  /** The port of KMIP over HTTPS; undefined while stopped and without the option `https`. */
  readonly httpsPort: number | undefined;
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
  restoreBackup(): Promise<number>;
  /** Objects vanish, all or those named, as after a lost disk; the backup stays. Returns how many. */
  lose(uniqueIdentifiers?: readonly string[]): Promise<number>;
  /** What runs at the moment, in words. */
  readonly running: readonly string[];
  /** Everything that the server knows, secrets included, as JSON; a store's objects are not in it. ERR_BUSY while something runs. */
  save(): KmipServerState;
  /**
   * Makes the server what it was when the state was saved, or what another was; it goes on listening where it listens, or stays
   * stopped, and its connections end. May be repeated. ERR_BUSY while something runs, ERR_STATE, ERR_STORE.
   */
  restore(state: JsonObject): void;
  /** Has seen what others changed in the store when it resolves. */
  refresh(): Promise<void>;
}

/** Builds a KMIP 1.0 to 1.4 test key server over mutual TLS; it listens when `start()` is called. */
export function createKmipServer(options: KmipServerOptions, runtime: Runtime): KmipServer {
  return new TestKeyServer(options, runtime);
}

class TestKeyServer implements KmipServer {
  readonly host: string;
  readonly #options: KmipServerOptions;
  readonly #runtime: Runtime;
  /** Tells this server's correlation values from those of others. */
  #name: string;
  #lastIdentifier = 0;
  #correlationValues = 0;
  readonly #known: KnownClients;
  readonly #access: AccessControl;
  readonly #space: ObjectSpace;
  #backup: DraftObject[] = [];
  readonly #endpoint: TlsEndpoint;
  readonly #limits: ServerLimits;
  readonly #connections = new Set<Connection>();
  readonly #ports: ListeningPort[];
  readonly #http: HttpEndpoint | undefined;
  #certificate: CertificateFacts;
  #identity: ServerIdentity;
  readonly #services: OperationServices;

  constructor(options: KmipServerOptions, runtime: Runtime) {
    this.host = options.host ?? '127.0.0.1';
    this.#options = options;
    this.#runtime = runtime;
    this.#name = runtime.random.stream('kmip-server.name').hex(6).toUpperCase();
    this.#known = new KnownClients(options.clients ?? [], options.ca ?? []);
    this.#access = new AccessControl(options.access ?? [], options.policies ?? {}, (name) => this.#groupOf(name));
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#certificate = readIdentity(options.identity);
    this.#identity = options.identity;
    this.#endpoint = new TlsEndpoint({
      identity: options.identity,
      minVersion: options.tls?.minVersion ?? 'TLSv1.2',
      maxVersion: options.tls?.maxVersion ?? 'TLSv1.3',
      profileCiphers: options.profileCiphers ?? true,
      alertOnRefusal: options.onRefusedClient !== 'permission-denied',
      check: (socket) => this.#check(socket),
    });
    this.#space = new ObjectSpace({ nextDue, settle }, runtime.clock, options.store);
    this.#services = this.#createServices();
    const environment: MessageEnvironment = {
      runtime,
      kms: options.name ?? defaultName,
      services: this.#services,
      space: this.#space,
      known: this.#known,
      access: this.#access,
      credentials: {
        mode: options.credentials ?? 'off',
        users: options.users ?? [],
        devices: options.devices ?? [],
      },
      timeStampTolerance: options.timeStampTolerance,
      limits: this.#limits,
    };
    const { faultIdentity } = options;
    const parts = { environment, endpoint: this.#endpoint, limits: this.#limits, faultIdentity };
    const ttlv: ConnectionParts = { ...parts, converse: (socket, raw, session) => new Session(socket, raw, session) };
    this.#ports = [this.#port('KMIP', options.port ?? defaultPort, ttlv)];
    if (!options.https) return;
    const http = new HttpEndpoint(this.#limits.maxBytes);
    const https: ConnectionParts = {
      ...parts,
      converse: (socket, raw, session) => http.converse(socket, raw, session),
    };
    this.#http = http;
    this.#ports.push(this.#port('KMIP over HTTPS', options.https.port ?? 0, https));
  }

  #port(name: string, wanted: number, parts: ConnectionParts): ListeningPort {
    return new ListeningPort({
      name,
      kms: parts.environment.kms,
      host: this.host,
      wanted,
      runtime: this.#runtime,
      accept: (raw) => this.#accept(raw, parts),
      fingerprints: () => this.#certificate,
    });
  }

  #createServices(): OperationServices {
    const { identifiers = 'uuid', versions = KMIP_VERSIONS, extensions = [] } = this.#options;
    const { leaseTime = defaultLeaseTime, asynchronousDelayMs = 0, applicationNamespaces = [] } = this.#options;
    const stream = this.#runtime.random.stream('kmip-server.identifiers');
    const correlations = this.#runtime.random.stream('kmip-server.correlation-values');
    const pending = this.#runtime.random.stream('kmip-server.pending-operations');
    return {
      assumed: { ...assumed, ...this.#options.assumed },
      // KMIP 1.1 §4.26: highest preference first.
      versions: versions.map(protocolVersion).sort((a, b) => b.minor - a.minor),
      groupTurns: new GroupTurns(),
      streams: new CryptoStreams(() => Buffer.from(correlations.hex(16), 'hex')),
      randomNumbers: new RandomNumbers(),
      newIdentifier: () => (identifiers === 'sequential' ? String(++this.#lastIdentifier) : stream.uuid()),
      newCorrelationValue: () => `${this.#name}-${++this.#correlationValues}`,
      isPolicy: (name, objectType) => this.#access.isPolicy(name, objectType),
      leaseTime,
      extensions,
      applicationNamespaces,
      pending: new PendingOperations(this.#runtime.clock, pending, asynchronousDelayMs),
      httpsPort: () => this.httpsPort,
    };
  }

  #groupOf(identity: string): string | undefined {
    const { users = [], devices = [] } = this.#options;
    const user = users.find(({ username }) => username === identity) ?? devices.find(({ name }) => name === identity);
    return (user ?? this.#known.byName(identity))?.group;
  }

  #check(socket: TLSSocket): Verdict {
    const { requireKnownClient = false } = this.#options;
    return checkClient(socket.getPeerX509Certificate(), this.#known, this.#runtime.clock.now(), requireKnownClient);
  }

  get port(): number | undefined {
    return this.#ports[0]?.number;
  }

  get httpsPort(): number | undefined {
    return this.#ports[1]?.number;
  }

  async start(): Promise<{ host: string; port: number; httpsPort?: number }> {
    await this.#http?.ready();
    // What the store holds is there before the first message asks for it.
    await this.refresh();
    try {
      for (const port of this.#ports) await port.open();
    } catch (error) {
      await this.stop();
      throw error;
    }
    const { httpsPort } = this;
    return { host: this.host, port: this.port as number, ...(httpsPort !== undefined && { httpsPort }) };
  }

  async refresh(): Promise<void> {
    await this.#space.run(() => {});
  }

  async stop(): Promise<void> {
    const open = this.#ports.filter(({ number }) => number !== undefined);
    if (open.length === 0) return;
    const closed = open.map((port) => port.close());
    for (const connection of this.#connections) connection.destroy();
    await Promise.all(closed);
    this.#runtime.journal.record({ plane: 'kmip', event: 'kmip.stopped', text: 'KMIP server stopped' });
  }

  #accept(raw: Socket, parts: ConnectionParts): void {
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
    const connection = new Connection(raw, parts);
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
    this.#identity = identity;
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

  async restoreBackup(): Promise<number> {
    await this.#space.run((objects) => {
      for (const object of this.#backup) objects.put(copyObject(object));
    });
    this.#note('kmip.store.restored', `${this.#backup.length} objects were restored from the backup`);
    return this.#backup.length;
  }

  async lose(uniqueIdentifiers?: readonly string[]): Promise<number> {
    const lost = await this.#space.run((objects) => {
      const all = Array.from(objects.all(), (object) => object.uniqueIdentifier);
      const gone = uniqueIdentifiers === undefined ? all : all.filter((id) => uniqueIdentifiers.includes(id));
      for (const id of gone) objects.remove(id);
      return gone.length;
    });
    this.#note('kmip.store.lost', `${lost} objects were lost`);
    return lost;
  }

  get running(): string[] {
    const kms = this.#options.name ?? defaultName;
    const running = this.#services.pending.running;
    for (const connection of this.#connections) if (connection.isAnswering) running.push('a request');
    if (this.#space.isBusy) running.push('its store');
    return running.map((what) => `${what} of ${kms}`);
  }

  save(): KmipServerState {
    requireIdle(this.running, 'the key server');
    const { groupTurns, randomNumbers } = this.#services;
    return newState({
      ...(this.#options.store === undefined && { objects: Array.from(this.#space.all(), saveObject) }),
      backup: this.#backup.map(saveObject),
      identity: this.#identity,
      clients: this.#known.clients,
      authorities: Array.from(this.#known.authorities, String),
      name: this.#name,
      lastIdentifier: this.#lastIdentifier,
      correlationValues: this.#correlationValues,
      groupTurns: groupTurns.save(),
      randomNumbers: randomNumbers.save(),
    });
  }

  restore(json: JsonObject): void {
    requireIdle(this.running, 'the key server');
    const state = checkedState(json);
    const objects = state.objects?.map(savedObject);
    const backup = state.backup.map((object) => draftOf(savedObject(object)));
    const certificate = readIdentity(state.identity);
    for (const connection of this.#connections) connection.destroy();
    if (objects && this.#options.store === undefined) this.#space.load(objects);
    this.#backup = backup;
    if (state.identity.certificatePem !== this.#identity.certificatePem) this.#endpoint.setIdentity(state.identity);
    this.#certificate = certificate;
    this.#identity = state.identity;
    this.#known.restore(state.clients, state.authorities);
    this.#name = state.name;
    this.#lastIdentifier = state.lastIdentifier;
    this.#correlationValues = state.correlationValues;
    const { groupTurns, pending, randomNumbers, streams } = this.#services;
    groupTurns.restore(state.groupTurns);
    randomNumbers.restore(state.randomNumbers);
    pending.clear();
    streams.clear();
  }
}

function readIdentity(identity: ServerIdentity): CertificateFacts {
  const certificate = parseCertificate(identity.certificatePem);
  if (!certificate.checkPrivateKey(readPrivateKey(identity.privateKeyPem))) {
    throw new KeyrigError('ERR_PKI_CERTIFICATE', 'The private key does not belong to the server certificate.');
  }
  return inspectCertificate(certificate);
}
