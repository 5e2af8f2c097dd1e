import { followPort, type JsonObject, type Runtime } from '../core/index.ts';
import type { Assumed } from './assumed.ts';
import type { User } from './authorization/directory.ts';
import { createVcenter } from './create-vcenter.ts';
import type { CryptoOptions, VcenterCrypto } from './crypto/index.ts';
import { VimCrypto } from './crypto/vim-crypto.ts';
import type { EventLog } from './events/event-log.ts';
import { hostNamed, rebootHost, startHost } from './host/power.ts';
import { Dispatcher } from './http/dispatch.ts';
import { buildServer, listen, listenPlainly, type ServerIdentity } from './http/server.ts';
import type { Inventory } from './inventory/inventory.ts';
import type { InventoryOptions } from './inventory/world-options.ts';
import type { PolicyOptions, StoragePolicies } from './pbm/storage-policies.ts';
import { type VersionProfile, type VersionProfileName, versionProfiles } from './profiles.ts';
import { restoreVcenter, runningIn, saveVcenter, type VcenterState } from './state/vcenter-state.ts';
import type { TaskRunner } from './tasks/task-runner.ts';
import type { Vcenter } from './vcenter.ts';

export type { Assumed } from './assumed.ts';
export type { User } from './authorization/directory.ts';
export * from './crypto/index.ts';
export type { ServerIdentity } from './http/server.ts';
export type { Host, Vm } from './inventory/inventory.ts';
export type {
  ClusterOptions,
  DatacenterOptions,
  DatastoreOptions,
  HostOptions,
  InventoryOptions,
  StandaloneHostOptions,
  VmOptions,
} from './inventory/world-options.ts';
export { vmEncryptionPolicyId } from './pbm/default-policies.ts';
export type { PolicyOptions } from './pbm/storage-policies.ts';
export { type VersionProfile, type VersionProfileName, versionProfiles } from './profiles.ts';
export type { VcenterState } from './state/vcenter-state.ts';
export { isFaultType } from './vim/kernel/fault.ts';
export { methodNames } from './vim/kernel/registry.ts';
export type { Data, Ref } from './vim/kernel/values.ts';

export interface VcenterMockOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 8443; 0 takes a free one. */
  port?: number;
  /**
   * A second port that answers the same, for clients that look for the lookup service on port 443 whatever they were told
   * (PowerCLI). Default: none; 0 takes a free one.
   */
  lookupPort?: number;
  /** TLS certificate and key; without it the server speaks plain HTTP. */
  identity?: ServerIdentity;
  /** A ready profile by release, or one of your own. Default 7.0. */
  version?: VersionProfileName | VersionProfile;
  /** Default: administrator@vsphere.local with a password drawn from the seed; see `VcenterMock.users`. */
  users?: readonly User[];
  inventory?: InventoryOptions;
  /** Storage policies beyond those that every vCenter has. */
  policies?: readonly PolicyOptions[];
  /** ms of the lab's clock that tasks take, by method (`PowerOnVM_Task`), `*` for all others. Default: none. */
  taskDurations?: Readonly<Record<string, number>>;
  /** Replaces assumed texts and values; see `assumed.ts`. */
  assumed?: Partial<Assumed>;
  /** Whether a client at this address may connect: OVHcloud's allowed networks. Default: everyone. */
  admits?: (address: string) => boolean;
  /** Encryption: the gateway's `isFlowOpen`, product strings, TLS versions, its own assumed values. */
  encryption?: CryptoOptions;
}

/** A simulated vCenter. */
export interface VcenterMock {
  /** Listens. ERR_PORT_IN_USE when the port is taken. */
  start(): Promise<void>;
  /** Ends every wait and connection and stops listening; running tasks are cancelled. */
  stop(): Promise<void>;
  /** The port it listens on; 0 before `start`. */
  readonly port: number;
  /** The second port; 0 before `start` and when there is none. */
  readonly lookupPort: number;
  /** `https://127.0.0.1:8443/sdk`. */
  readonly url: string;
  readonly users: readonly User[];
  readonly inventory: Inventory;
  readonly events: EventLog;
  readonly tasks: TaskRunner;
  readonly policies: StoragePolicies;
  /** Key providers, keys, hosts' key memory, locks. */
  readonly encryption: VcenterCrypto;
  /** True when vCenter has a KMS with this address. */
  isKmsConfigured(address: string): boolean;
  /** `Type.method` of every method that is simulated. */
  readonly implementedMethods: readonly string[];
  /** Restarts a host: its memory, and every key in it, is lost. ERR_OPTION for an unknown name. */
  rebootHost(name: string, cause?: number): Promise<void>;
  /** Somebody pushes the button of a host that is off. ERR_OPTION for an unknown name. */
  startHost(name: string, cause?: number): Promise<void>;
  /** What runs at the moment, in words: tasks, calls that are being answered, probes. Clients that wait for changes do not count. */
  readonly running: readonly string[];
  /** Everything that the vCenter knows, secrets included, as JSON. ERR_BUSY while something runs. */
  save(): VcenterState;
  /**
   * Makes the vCenter what it was when the state was saved, or what another of the same release was; it goes on listening where it
   * listens. The runtime's clock and random streams must be restored before. Sessions of the state stay valid: updates that their clients
   * wait for tell what the restoring changed; other sessions end. May be repeated. ERR_BUSY while something runs, ERR_STATE.
   */
  restore(state: JsonObject): void;
  /** All parts, for code of this room. */
  readonly vc: Vcenter;
}

/** Builds a vCenter mock. Nothing listens before `start()`; the inventory exists at once. */
export function createVcenterMock(options: VcenterMockOptions, runtime: Runtime): VcenterMock {
  const stopping = new AbortController();
  const host = options.host ?? '127.0.0.1';
  const version = options.version ?? '7.0';
  const users = options.users ?? [
    {
      username: 'administrator@vsphere.local',
      password: runtime.random.stream('vcenter.password').alphanumeric(16),
      groups: ['Administrators'],
    },
  ];
  const { vc, table } = createVcenter({
    runtime,
    profile: typeof version === 'string' ? versionProfiles[version] : version,
    users,
    inventory: options.inventory ?? {},
    policies: options.policies ?? [],
    taskDurations: options.taskDurations ?? {},
    assumed: options.assumed ?? {},
    stopping: stopping.signal,
    keyPool: options.encryption?.keyPool,
  });
  const crypto = new VimCrypto(vc, options.encryption);
  vc.crypto = crypto;
  const { app, twin } = buildServer(vc, new Dispatcher(vc, table), options.identity, options.admits);
  const during = async (what: string, work: () => Promise<void>) => {
    const done = vc.work.begin(what);
    try {
      await work();
    } finally {
      done();
    }
  };
  let port = 0;
  let lookupPort = 0;
  let unfollow: (() => Promise<void>) | undefined;
  // Hooks are added before the first request.
  const second = options.lookupPort === undefined ? undefined : twin();
  return {
    async start() {
      port = await listen(app, host, options.port ?? 8443);
      if (second) {
        try {
          lookupPort = await listenPlainly(second, host, options.lookupPort ?? 0);
        } catch (error) {
          // Half a start is none.
          await app.close();
          throw error;
        }
      }
      runtime.journal.record({
        plane: 'vcenter',
        event: 'vcenter.listening',
        text: `vCenter ${vc.profile.version} listens on ${this.url}`,
        data: { port, version: vc.profile.version },
      });
      const subject = { host, port };
      unfollow = followPort({ server: app.server, at: 'vcenter.port', subject, name: 'vCenter', host, port, runtime });
    },
    async stop() {
      stopping.abort();
      await unfollow?.();
      await crypto.manager.stop();
      await vc.tasks.idle();
      await app.close();
    },
    get port() {
      return port;
    },
    get lookupPort() {
      return lookupPort;
    },
    get url() {
      return `${options.identity ? 'https' : 'http'}://${host}:${port}/sdk`;
    },
    get users() {
      return vc.authorization.directory.users;
    },
    inventory: vc.inventory,
    events: vc.events,
    tasks: vc.tasks,
    policies: vc.policies,
    encryption: crypto.manager,
    isKmsConfigured: (address) => crypto.manager.isKmsConfigured(address),
    implementedMethods: table.implemented,
    rebootHost: (name, cause) =>
      during(`host ${name} restarts`, () => rebootHost(vc, hostNamed(vc, name), { user: 'root', cause })),
    startHost: (name, cause) =>
      during(`host ${name} starts`, () => startHost(vc, hostNamed(vc, name), { user: 'root', cause })),
    get running() {
      return runningIn(vc, crypto.manager);
    },
    save: () => saveVcenter(vc, crypto.manager),
    restore: (state) => restoreVcenter(vc, crypto.manager, state),
    vc,
  };
}
