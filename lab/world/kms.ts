import { type Identity, inspectCertificate, type Json, type Runtime } from '../../core/index.ts';
import { createKmipServer, type KmipServer } from '../../kmip-server/index.ts';
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

  private constructor(name: string, address: string, port: number, identity: Identity, server: KmipServer) {
    this.name = name;
    this.address = address;
    this.#port = port;
    this.#identity = identity;
    this.#server = server;
  }

  static async create(
    world: KmsWorld,
    parts: { address: string; port: number; pki: LabPki; runtime: Runtime },
  ): Promise<LabKms> {
    const { address, port, pki, runtime } = parts;
    const validForMs = world.certificateValidMinutes === undefined ? undefined : world.certificateValidMinutes * 60_000;
    const identity = await pki.server({
      role: world.name,
      commonName: world.name,
      flaw: world.certificate,
      names: [address],
      validForMs,
    });
    const server = createKmipServer(
      {
        host: address,
        port,
        identity,
        ca: [pki.ca.certificatePem],
        clients: world.clients,
        requireKnownClient: world.requireKnownClient,
        onRefusedClient: world.onRefusedClient,
        credentials: world.users ? 'required' : 'off',
        users: world.users,
        tls: world.tls && { minVersion: `TLSv${world.tls}`, maxVersion: `TLSv${world.tls}` },
        assumed: world.vendor === undefined ? undefined : { vendorIdentification: world.vendor },
      },
      runtime,
    );
    return new LabKms(world.name, address, port, identity, server);
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

  /** What the KMS holds; no key material. */
  objects(): Json[] {
    return this.#server.objects.list().map((object) => ({ ...object }));
  }

  /** The administrator's backup of all objects; returns how many. */
  backup(): Promise<number> {
    return this.#server.backup();
  }

  restore(): Promise<number> {
    return this.#server.restore();
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
