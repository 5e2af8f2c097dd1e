import { type Identity, inspectCertificate, type Json, type Runtime } from '../../core/index.ts';
import { createKmipServer, type KmipServer, type ObjectStore } from '../../kmip-server/index.ts';
import type { SavedKms } from '../snapshot.ts';
import { faultIdentities } from './fault-identities.ts';
import type { KmsStores } from './kms-store.ts';
import type { LabPki } from './pki.ts';
import { defaultPorts, listening } from './ports.ts';
import type { CertificateFlaw, KmsWorld } from './schema.ts';

/** One KMS of a lab, with its address and the state of its certificate. */
export class LabKms {
  readonly name: string;
  readonly address: string;
  #port: number;
  #identity: Identity;
  readonly #server: KmipServer;
  readonly #store: ObjectStore | undefined;

  private constructor(
    place: { name: string; address: string; port: number },
    identity: Identity,
    server: KmipServer,
    store: ObjectStore | undefined,
  ) {
    this.name = place.name;
    this.address = place.address;
    this.#port = place.port;
    this.#identity = identity;
    this.#server = server;
    this.#store = store;
  }

  static async create(
    world: KmsWorld,
    parts: { address: string; port: number; pki: LabPki; runtime: Runtime; stores: KmsStores },
  ): Promise<LabKms> {
    const { address, port, pki, runtime, stores } = parts;
    const identity = await pki.server({
      role: world.name,
      commonName: world.name,
      flaw: world.certificate,
      names: [address],
      period: { fromMinutes: world.certificateValidFromMinutes, untilMinutes: world.certificateValidMinutes },
    });
    const store = await stores.open(world.store);
    const server = createKmipServer(
      {
        name: world.name,
        host: address,
        port,
        https: httpsOptions(world.https),
        store,
        identity,
        faultIdentity: faultIdentities({ name: world.name, address }, pki, runtime.clock),
        ca: [pki.ca.certificatePem],
        clients: world.clients,
        requireKnownClient: world.requireKnownClient,
        onRefusedClient: world.onRefusedClient,
        credentials: world.credentials ?? (world.users || world.devices ? 'required' : 'off'),
        users: world.users,
        devices: world.devices,
        access: world.access,
        policies: world.policies,
        extensions: world.extensions,
        applicationNamespaces: world.applicationNamespaces,
        leaseTime: world.leaseTimeSeconds,
        timeStampTolerance: world.timeStampToleranceSeconds,
        asynchronousDelayMs: world.asynchronousSeconds === undefined ? undefined : world.asynchronousSeconds * 1000,
        tls: world.tls && { minVersion: `TLSv${world.tls}`, maxVersion: `TLSv${world.tls}` },
        assumed: world.vendor === undefined ? undefined : { vendorIdentification: world.vendor },
      },
      runtime,
    );
    return new LabKms({ name: world.name, address, port }, identity, server, store);
  }

  /** The port in use; 0 before the first start when a free one was asked for. */
  get port(): number {
    return this.#port;
  }

  get certificate() {
    return inspectCertificate(this.#identity.certificatePem);
  }

  async start(): Promise<void> {
    const { port } = await listening(['kmip'], { ...defaultPorts, kmip: this.#port }, this.address, () =>
      this.#server.start(),
    );
    this.#port = port;
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  /** Stops for good and lets go of the store. */
  async close(): Promise<void> {
    await this.#server.stop();
    await this.#store?.close();
  }

  /** Where KMIP over HTTPS is answered; undefined while stopped or when the world does not ask for it. */
  get httpsUrl(): string | undefined {
    const { httpsPort } = this.#server;
    return httpsPort === undefined ? undefined : `https://${this.address}:${httpsPort}/kmip`;
  }

  /** What the KMS holds; no key material. */
  objects(): Json[] {
    return this.#server.objects.list().map((object) => ({ ...object }));
  }

  /** The administrator's backup of all objects; returns how many. */
  backup(): Promise<number> {
    return this.#server.backup();
  }

  restore(): Promise<number> {
    return this.#server.restoreBackup();
  }

  /** Objects vanish, all or those named; returns how many. */
  lose(uniqueIdentifiers?: readonly string[]): Promise<number> {
    return this.#server.lose(uniqueIdentifiers);
  }

  /** What runs at the moment, in words. */
  get running(): readonly string[] {
    return this.#server.running;
  }

  get isRunning(): boolean {
    return this.#server.port !== undefined;
  }

  save(): SavedKms {
    return { name: this.name, port: this.#port, isRunning: this.isRunning, server: this.#server.save() };
  }

  /** Makes the KMS what it was; whether it runs is left as it is. */
  restoreState({ server }: SavedKms): void {
    this.#server.restore(server);
    this.#identity = { ...server.identity, chainPem: server.identity.chainPem ?? server.identity.certificatePem };
  }

  /** Has seen what the store holds when it resolves. */
  refresh(): Promise<void> {
    return this.#server.refresh();
  }

  /** Lets a client in that shows exactly this certificate (PEM). */
  trust(client: { name: string; certificate: string }): void {
    this.#server.trust(client);
  }

  /** New connections see a new certificate with a new key. */
  async rotate(pki: LabPki, generation: number, flaw: CertificateFlaw) {
    this.#identity = await pki.server({
      role: `${this.name} ${generation}`,
      commonName: this.name,
      flaw,
      names: [this.address],
    });
    this.#server.rotateCertificate(this.#identity);
    return this.certificate;
  }
}

function httpsOptions(https: KmsWorld['https']) {
  if (https === undefined) return undefined;
  return https === true ? {} : { port: https };
}
