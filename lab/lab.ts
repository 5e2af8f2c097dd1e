import {
  advanceInOrder,
  type Clock,
  createRuntime,
  type FaultRule,
  type Identity,
  type Json,
  KeyPool,
  KeyrigError,
  ManualClock,
  type Runtime,
  restoreRuntime,
  saveRuntime,
  stateError,
  untilIdle,
  whileTimeMayPass,
} from '../core/index.ts';
import {
  createOvhApiMock,
  type Message,
  type OvhApiMock,
  ovhHosts,
  type ServiceStates,
  type Task,
  type TaskAction,
} from '../ovh-api-mock/index.ts';
import { createVcenterMock, type VcenterMock } from '../vcenter-mock/index.ts';
import type { OvhAccess, OvhApplication } from './clients/ovh.ts';
import type { LabName } from './scenario/names.ts';
import { checkedSnapshot, isSameWorld, type LabSnapshot, newSnapshot, plainWorld } from './snapshot.ts';
import { inventoryOf, type LabNames, namesOf } from './world/inventory.ts';
import { startRoles } from './world/key-roles.ts';
import { LabKms } from './world/kms.ts';
import { KmsStores } from './world/kms-store.ts';
import { serviceNameOf, servicesOf } from './world/ovh.ts';
import { applicationsOf } from './world/ovh-account-schema.ts';
import { LabPki } from './world/pki.ts';
import { defaultPorts, freePorts, listening, type Ports } from './world/ports.ts';
import type { CertificateFlaw, KmsWorld, World } from './world/schema.ts';

export interface LabOptions {
  /** The start state; an empty world is the guide's. */
  world?: World;
  clock?: Clock;
  seed?: string;
  /** Attached before any socket listens. */
  faults?: readonly FaultRule[];
  /** Shared by labs in one process so that they need not make RSA keys again. */
  keys?: KeyPool;
  /** `default`: the contract's ports; `auto`: free ones. */
  ports?: 'default' | 'auto' | Ports;
  /** Address that vCenter, OVH and the first KMS listen on; default 127.0.0.1. */
  host?: string;
  /**
   * The lab begins as what was saved here, in this process or another: its world, seed and faults are those of then. Each KMS listens
   * where vCenter knows it, unless the world names its port; the other ports are those of `ports`. A manual or scaled clock shows
   * the time of then. A real one does not: what has fallen due since happens at once.
   */
  state?: LabSnapshot;
  /** Takes a snapshot when the lab is ready, so that it can be reset. Costs a few ms. */
  resettable?: boolean;
}

/** One world with its three planes, wired together. */
export class Lab {
  readonly runtime: Runtime;
  readonly names: LabNames;
  /** Users whose certificates the authority has issued: common name → identity. */
  readonly clientIdentities = new Map<string, Identity>();
  readonly #world: World;
  readonly #keys: KeyPool;
  readonly #ports: Ports;
  readonly #host: string;
  readonly #credentials: { username: string; password: string };
  readonly #application: Pick<OvhAccess, 'applicationKey' | 'applicationSecret' | 'consumerKey'>;
  readonly serviceName: string;
  #pki: LabPki | undefined;
  #kms: LabKms[] = [];
  readonly #stores = new KmsStores();
  #vcenter: VcenterMock | undefined;
  #ovh: OvhApiMock | undefined;
  #rotations = 0;
  #opening: Promise<void> | undefined;
  readonly #kept = new Map<string, LabSnapshot>();
  readonly #resettable: boolean;
  /** Of the moment when the lab was ready. */
  #initial: LabSnapshot | undefined;
  #web: { ovh: Identity; vcenter: Identity } | undefined;
  /** What the lab begins as. */
  #state: LabSnapshot | undefined;

  constructor(options: LabOptions = {}) {
    const { state, clock, faults, ports = 'default', host = '127.0.0.1' } = options;
    const { world = {}, seed } = state ? { world: state.world, seed: state.runtime.seed } : options;
    const journalAfter = state?.runtime.journal;
    // The faults of a state are attached with everything else of it.
    this.runtime = createRuntime({ clock, seed, faults: state ? undefined : faults, journalAfter });
    const { clock: own } = this.runtime;
    if (state && own.mode !== 'real') own.turnTo(state.runtime.time);
    this.#state = state;
    this.#resettable = options.resettable ?? false;
    // A pool of its own knows which pairs the lab uses.
    const keys = new KeyPool(options.keys);
    if (state) keys.restore(state.pki.keys);
    this.#world = world;
    this.names = namesOf(world.vcenter ?? {});
    this.#keys = keys;
    this.#ports = ports === 'auto' ? freePorts : ports === 'default' ? defaultPorts : ports;
    this.#host = host;
    this.serviceName = serviceNameOf(world.ovh);
    const secrets = this.runtime.random.stream('lab credentials');
    this.#credentials = { username: 'administrator@vsphere.local', password: secrets.alphanumeric(16) };
    this.#application = {
      applicationKey: secrets.alphanumeric(16),
      applicationSecret: secrets.alphanumeric(32),
      consumerKey: secrets.alphanumeric(32),
    };
  }

  /** The certificates of this lab. Throws ERR_INTERNAL before start(). */
  get pki(): LabPki {
    return started(this.#pki);
  }

  /** The lab's vCenter. Throws ERR_INTERNAL before start(). */
  get vcenter(): VcenterMock {
    return started(this.#vcenter);
  }

  /** The lab's OVHcloud API. Throws ERR_INTERNAL before start(). */
  get ovh(): OvhApiMock {
    return started(this.#ovh);
  }

  /** The KMS with a name, or the first one. Throws ERR_STEP when there is none. */
  kms(name?: string): LabKms {
    const found = name === undefined ? this.#kms[0] : this.#kms.find((kms) => kms.name === name);
    if (found) return found;
    throw new KeyrigError(
      'ERR_STEP',
      `the world has no KMS "${name}"; it has ${this.#kms.map((kms) => kms.name).join(', ')}`,
    );
  }

  /** All KMS of the world. */
  get allKms(): readonly LabKms[] {
    return this.#kms;
  }

  /** What `${…}` in a scenario can refer to from the start. Call after start(). */
  get variables(): Record<LabName, Json> {
    const kms = this.#kms.map(({ name, address, port, certificate: { sha1, sha256 } }) => ({
      name,
      address,
      port,
      sha1,
      sha256,
    }));
    const access = this.access();
    const { vcenter, ovh } = access;
    return {
      kms: kms[0] ?? null,
      allKms: kms,
      serviceName: this.serviceName,
      seed: this.runtime.random.seed,
      urls: {
        vcenter: `https://${vcenter.host}:${vcenter.port}`,
        ovh: `https://${ovh.host}:${ovh.port}`,
        ovhHttp: `http://${ovh.host}:${ovh.httpPort}`,
      },
      access,
    };
  }

  /** Addresses and credentials for clients. Call after start(). */
  access(): {
    vcenter: { host: string; port: number; username: string; password: string };
    ovh: Omit<OvhAccess, 'ca'> & { httpPort: number; account: string; password: string };
  } {
    const vcenter = started(this.#vcenter);
    const ovh = started(this.#ovh);
    return {
      vcenter: { host: this.#host, port: vcenter.port, ...this.#credentials },
      ovh: {
        host: this.#host,
        port: ovh.httpsPort,
        httpPort: ovh.httpPort,
        ...this.#application,
        // Who logs in on the pages.
        account: ovh.owner.login,
        password: ovh.owner.password,
      },
    };
  }

  /** How a user of the world logs in at vCenter. Throws ERR_STEP when the world has no such user. */
  vcenterUser(username: string): { username: string; password: string } {
    const users = this.#world.vcenter?.users ?? [];
    const found = users.find((user) => user.username === username);
    if (found) {
      const { password } = found;
      return { username: username.includes('@') ? username : `${username}@vsphere.local`, password };
    }
    const names = users.map((user) => user.username).join(', ') || 'none';
    throw new KeyrigError('ERR_STEP', `the world has no vCenter user "${username}"; there are: ${names}`);
  }

  /** The application of a consumer key of the world. Throws ERR_STEP when no application of the world has it. */
  ovhApplication(consumerKey: string): OvhApplication {
    const applications = this.#world.ovh?.applications ?? [];
    const found = applications.find(({ consumerKeys }) => consumerKeys?.some((key) => key.consumerKey === consumerKey));
    if (found) return found;
    throw new KeyrigError('ERR_STEP', 'no application of the world has this consumer key');
  }

  /**
   * Opens every port and brings the world into its start state. When it fails, what was opened is closed again.
   * Throws ERR_PORT_IN_USE for a port that is taken.
   */
  async start(): Promise<void> {
    try {
      this.#opening = this.#open();
      await this.#opening;
      if (this.#state) await this.#become(this.#state);
      else await this.#prepare();
      this.#state = undefined;
      if (this.#resettable) await this.keepBeginning();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #open(): Promise<void> {
    const world = this.#world;
    const kmsWorlds: KmsWorld[] = world.kms ?? [{ name: 'kms-1', certificate: 'valid' }];
    // Made side by side: RSA keys are the slowest part of a start.
    await Promise.all(startRoles(kmsWorlds.map(({ name }) => name)).map((role) => this.#keys.get(role)));
    const pki = await LabPki.create(this.#keys, this.runtime, world.names, this.#state?.pki);
    this.#pki = pki;
    this.clientIdentities.set('vcenter', await pki.client('vcenter'));
    this.#kms = await Promise.all(kmsWorlds.map((kms, index) => this.#createKms(kms, index, pki)));
    const stopped = new Set(this.#state?.kms.filter(({ isRunning }) => !isRunning).map(({ name }) => name));
    await Promise.all(this.#kms.filter(({ name }) => !stopped.has(name)).map((kms) => kms.start()));
    const web = (names: readonly string[]) => pki.web('keyrig lab', [this.#host, ...names]);
    this.#web = this.#state?.web ?? { ovh: await web(ovhHosts), vcenter: await web([]) };
    this.#ovh = this.#createOvh(this.#web.ovh);
    this.#vcenter = this.#createVcenter(this.#web.vcenter);
    const { ovh, vcenter } = { ovh: this.#ovh, vcenter: this.#vcenter };
    await listening(['ovh', 'ovhHttp'], this.#ports, this.#host, () => ovh.start());
    await listening(['vcenter'], this.#ports, this.#host, () => vcenter.start());
  }

  /**
   * Takes the snapshot that {@link reset} goes back to. A lab that does not come to rest is of use all the same; only a reset has
   * nothing to go back to.
   */
  async keepBeginning(): Promise<void> {
    try {
      this.#initial = await this.snapshot();
    } catch (error) {
      if (!(error instanceof KeyrigError) || error.code !== 'ERR_BUSY') throw error;
      const text = `the lab cannot be reset: ${error.message}`;
      this.runtime.journal.record({ plane: 'lab', event: 'lab.not-resettable', level: 'warn', text });
    }
  }

  /** What runs in the lab at the moment, in words. */
  get running(): string[] {
    return [this.#vcenter, this.#ovh, ...this.#kms].flatMap((part) => [...(part?.running ?? [])]);
  }

  /**
   * The whole lab as JSON, secrets included, as soon as nothing runs in it. Clients stay connected and their sessions valid. What KMS keep
   * in files or databases is not in it.
   * @param withinMs of real time that the lab has to come to rest
   * @throws KeyrigError ERR_BUSY when something still runs then
   */
  async snapshot({ withinMs = defaultRestMs }: { withinMs?: number } = {}): Promise<LabSnapshot> {
    await this.#untilIdle(withinMs);
    const ovh = started(this.#ovh);
    const vcenter = started(this.#vcenter);
    return newSnapshot({
      world: plainWorld(this.#world),
      runtime: saveRuntime(this.runtime),
      pki: this.pki.save(),
      web: started(this.#web),
      clients: Array.from(this.clientIdentities, ([name, identity]) => [name, { ...identity }]),
      rotations: this.#rotations,
      stores: this.#stores.save(),
      kms: this.#kms.map((kms) => kms.save()),
      ovh: ovh.save(),
      vcenter: vcenter.save(),
    });
  }

  /**
   * Makes the lab what it was when a snapshot of it was taken, as often as one likes: state, time, what is due, and the ids that will be
   * given next. Ports stay open; connections to KMS end; sessions that are in the snapshot stay valid, the others end. The timeline
   * goes on and tells of it: the same things happen again under new numbers.
   * @throws KeyrigError ERR_BUSY when something still runs after `withinMs`; ERR_STATE for a snapshot of another lab;
   *   ERR_PORT_IN_USE when a KMS that ran then cannot be started
   */
  async restore(snapshot: LabSnapshot, { withinMs = defaultRestMs }: { withinMs?: number } = {}): Promise<void> {
    const state = checkedSnapshot(snapshot as unknown as Json);
    if (state.pki.ca !== this.pki.ca.certificatePem || !isSameWorld(state.world, this.#world))
      throw stateError('a lab', 'it is that of another lab; start a lab from it instead');
    await this.#untilIdle(withinMs);
    for (const saved of state.kms) {
      const kms = this.kms(saved.name);
      if (saved.isRunning && !kms.isRunning) await kms.start();
      if (!saved.isRunning && kms.isRunning) await kms.stop();
    }
    await this.#untilIdle(withinMs);
    await this.#become(state, state.runtime.time);
  }

  /** Keeps a snapshot under a name for as long as the lab lives. Throws as {@link snapshot}. */
  async keep(name: string): Promise<void> {
    this.#kept.set(name, await this.snapshot());
  }

  /** Restores a snapshot that was kept. Throws as {@link restore}; ERR_OPTION when there is none with that name. */
  async restoreKept(name: string): Promise<void> {
    const kept = this.#kept.get(name);
    if (!kept) {
      const known = [...this.#kept.keys()].join(', ') || 'none';
      throw new KeyrigError('ERR_OPTION', `there is no snapshot "${name}"; there are: ${known}`);
    }
    await this.restore(kept);
  }

  /** Lets go of a snapshot that was kept; false when there is none with that name. */
  forget(name: string): boolean {
    return this.#kept.delete(name);
  }

  /** The names of the snapshots that are kept. */
  get kept(): readonly string[] {
    return [...this.#kept.keys()];
  }

  /** Makes the lab what it was when it became ready. Throws as {@link restore}; ERR_OPTION without the option `resettable`. */
  async reset(): Promise<void> {
    if (!this.#initial) {
      throw new KeyrigError(
        'ERR_OPTION',
        'the lab cannot be reset: its beginning was not kept; take a snapshot and restore that',
      );
    }
    await this.restore(this.#initial);
  }

  /** @param time what the clock shall show; as it is when absent */
  async #become(state: LabSnapshot, time = this.runtime.clock.now()): Promise<void> {
    const { journal } = this.runtime;
    await this.pki.restore(state.pki);
    // Everything at one go from here: no client sees half of it.
    restoreRuntime(this.runtime, state.runtime, time);
    this.clientIdentities.clear();
    for (const [name, identity] of state.clients) this.clientIdentities.set(name, { ...identity });
    this.#rotations = state.rotations;
    this.#stores.restore(state.stores);
    for (const saved of state.kms) this.kms(saved.name).restoreState(saved);
    started(this.#ovh).restore(state.ovh);
    started(this.#vcenter).restore(state.vcenter);
    const at = new Date(time).toISOString();
    journal.record({
      plane: 'lab',
      event: 'lab.restored',
      text: `the lab is what it was at entry ${state.runtime.journal}, and its clock shows ${at}`,
      data: { entry: state.runtime.journal, time: at },
    });
    await Promise.all(this.#kms.map((kms) => kms.refresh()));
  }

  #untilIdle(withinMs: number): Promise<void> {
    const { clock, journal } = this.runtime;
    return untilIdle(clock, { activity: () => journal.count, running: () => this.running }, withinMs);
  }

  /** Not part of opening: it may wait long for a KMS, and ends at once when the planes are stopped. */
  async #prepare(): Promise<void> {
    const keyProviders = this.#world.vcenter?.keyProviders;
    if (!keyProviders) return;
    // Loaded only when needed: the clients would add a good part to every start.
    const { prepareKeyProviders } = await import('./world/prepare.ts');
    const activity = () => this.runtime.journal.count;
    await whileTimeMayPass(this.runtime.clock, { activity }, () => prepareKeyProviders(this, keyProviders));
  }

  /** Closes every socket. Can be called at any time, more than once. */
  async stop(): Promise<void> {
    // What is being opened can be closed only when it is open.
    await this.#opening?.catch(() => {});
    await Promise.all([this.#vcenter?.stop(), this.#ovh?.stop(), ...this.#kms.map((kms) => kms.close())]);
  }

  /**
   * Lets time pass (ms). On a manual clock everything that falls due on the way, on all planes, happens in order and is over when
   * this resolves, with what it led to over sockets; other clocks are waited for.
   * Throws ERR_OPTION when a manual clock is being advanced already.
   */
  async advance(ms: number): Promise<void> {
    const { clock, journal } = this.runtime;
    if (clock instanceof ManualClock) await advanceInOrder(clock, ms, { activity: () => journal.count });
    else await clock.sleep(ms);
  }

  /** Pushes the button of a host that was shut down. */
  async startHost(name: string): Promise<void> {
    await started(this.#vcenter).startHost(name);
  }

  /** What arrived on the phones and in the mailboxes of OVHcloud's customers here, tokens and codes included. */
  get messages(): readonly Message[] {
    return this.#ovh?.messages ?? [];
  }

  /** The tasks of all services of the OVHcloud API. */
  get ovhTasks(): readonly Task[] {
    return this.#ovh?.tasks ?? [];
  }

  /** Somebody at OVHcloud takes a hand in a task. Throws ERR_OPTION when there is no such task, or its state does not allow it. */
  steerTask(taskId: number, action: TaskAction, description?: string): Promise<Task> {
    return started(this.#ovh).steerTask(taskId, action, description);
  }

  /** Gives a service of the OVHcloud API states that no call leads to. Throws ERR_OPTION for an unknown service or KMS. */
  setOvhStates(serviceName: string, states: ServiceStates): void {
    started(this.#ovh).setStates(serviceName, states);
  }

  /** Gives a KMS a new certificate with a new key. */
  async rotateCertificate(name: string | undefined, flaw: CertificateFlaw) {
    return this.kms(name).rotate(this.pki, ++this.#rotations, flaw);
  }

  #createKms(world: KmsWorld, index: number, pki: LabPki): Promise<LabKms> {
    // OVH knows a KMS by its address alone, so each KMS has an address of its own (loopback is a whole network).
    const address = world.address ?? (index === 0 ? this.#host : `127.0.0.${index + 1}`);
    return LabKms.create(world, {
      address,
      port: world.port || (this.#state?.kms[index]?.port ?? world.port ?? this.#ports.kmip),
      pki,
      runtime: this.runtime,
      stores: this.#stores,
    });
  }

  #createOvh(identity: Identity): OvhApiMock {
    const world = this.#world.ovh ?? {};
    const { consumerKey, ...application } = this.#application;
    return createOvhApiMock(
      {
        host: this.#host,
        httpsPort: this.#ports.ovh,
        httpPort: this.#ports.ovhHttp,
        identity,
        applications: [
          { ...application, consumerKeys: [{ consumerKey }] },
          ...applicationsOf(world.applications, this.runtime.clock.now()),
        ],
        account: world.account,
        autoValidate: world.autoValidate,
        services: servicesOf(world, (name) => this.kms(name), this.runtime.clock.now()),
        docsCompat: world.docsCompat,
        thumbprint: world.thumbprint,
        waitForVcenter: world.waitForVcenter,
        taskProgress: world.taskProgress,
        watchThumbprints: world.watchThumbprints,
        assumed: world.assumed,
        kmsTcpPort: (ip) => this.#kms.find((kms) => kms.address === ip)?.port ?? defaultPorts.kmip,
        // The lab's vCenter is the one of the lab's service; the others' are out of sight.
        isKmsConfiguredInVcenter: (ip, serviceName) =>
          serviceName === this.serviceName && (this.#vcenter?.isKmsConfigured(ip) ?? false),
        onFlowClosed: (ip, port, serviceName, cause) => {
          if (serviceName !== this.serviceName || this.#world.gateway === 'open') return;
          this.#vcenter?.encryption.flowClosed(ip, port, cause);
        },
      },
      this.runtime,
    );
  }

  #createVcenter(identity: Identity): VcenterMock {
    const world = this.#world.vcenter ?? {};
    return createVcenterMock(
      {
        host: this.#host,
        port: this.#ports.vcenter,
        lookupPort: world.lookupPort,
        identity,
        version: world.version,
        users: [{ ...this.#credentials, groups: ['Administrators'] }, ...(world.users ?? [])],
        inventory: inventoryOf(world),
        admits: this.#world.ovh?.enforceAllowedNetworks
          ? (address) => started(this.#ovh).admits(this.serviceName, address)
          : undefined,
        encryption: {
          isFlowOpen:
            this.#world.gateway === 'open'
              ? undefined
              : (ip, port) => started(this.#ovh).isFlowOpen(ip, port, this.serviceName),
          keyPool: this.#keys,
        },
      },
      this.runtime,
    );
  }
}

/** How long a lab has to come to rest (ms). */
const defaultRestMs = 10_000;

/** Builds a lab; nothing listens before `start()`. */
export function createLab(options?: LabOptions): Lab {
  return new Lab(options);
}

function started<T>(part: T | undefined): T {
  if (part === undefined) throw new KeyrigError('ERR_INTERNAL', 'the lab has not started');
  return part;
}
