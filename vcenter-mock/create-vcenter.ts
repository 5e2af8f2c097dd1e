import { type KeyPool, KeyrigError, type Runtime } from '../core/index.ts';
import { Alarms } from './alarms/alarms.ts';
import { defaultAlarms } from './alarms/default-alarms.ts';
import { type Assumed, assumed } from './assumed.ts';
import { Authorization, grantInitial } from './authorization/authorization.ts';
import { principalKey, type User } from './authorization/directory.ts';
import { noCrypto } from './crypto-hooks.ts';
import { DatastoreFiles } from './datastore/datastore-files.ts';
import { EventLog } from './events/event-log.ts';
import { SessionTable } from './http/sessions.ts';
import { postLogout } from './http/sign-in.ts';
import { buildWorld } from './inventory/build-world.ts';
import { Inventory } from './inventory/inventory.ts';
import { ObjectStore } from './inventory/store.ts';
import { VirtualMachineFactory } from './inventory/virtual-machine-factory.ts';
import type { InventoryOptions } from './inventory/world-options.ts';
import { ImplementationTable } from './objects/implementation-table.ts';
import { implementations } from './objects/index.ts';
import { initialSettings } from './objects/option-manager.ts';
import { pbmRefs } from './objects/pbm-service-instance.ts';
import { managerRefs } from './objects/service-instance.ts';
import { type PolicyOptions, StoragePolicies } from './pbm/storage-policies.ts';
import type { VersionProfile } from './profiles.ts';
import { TokenService } from './sts/token-service.ts';
import { TaskRunner } from './tasks/task-runner.ts';
import type { Vcenter } from './vcenter.ts';
import { type ManagedTypeName, type Ref, ref } from './vim/kernel/values.ts';
import { Work } from './work.ts';

export interface VcenterParts {
  runtime: Runtime;
  profile: VersionProfile;
  users: readonly User[];
  inventory: InventoryOptions;
  policies: readonly PolicyOptions[];
  /** ms that the tasks of a method take; `*` for all others. */
  taskDurations: Readonly<Record<string, number>>;
  assumed: Partial<Assumed>;
  stopping: AbortSignal;
  /** Where the key that signs tokens comes from. */
  keyPool?: KeyPool;
}

/** The objects that exist once in a vCenter. */
const singletons: readonly Ref[] = [
  ref('ServiceInstance', 'ServiceInstance'),
  ref('PropertyCollector', 'propertyCollector'),
  ref('ViewManager', 'ViewManager'),
  ref('LicenseAssignmentManager', 'LicenseAssignmentManager'),
  ref('EnvironmentBrowser', 'envbrowser-1'),
  ...managerRefs,
  ...pbmRefs,
];

/** Builds a vCenter's state and behaviour, without a socket. */
export function createVcenter(parts: VcenterParts): { vc: Vcenter; table: ImplementationTable } {
  const { runtime, profile, stopping } = parts;
  const texts: Assumed = { ...assumed, ...parts.assumed };
  const table = new ImplementationTable(implementations);
  const store: ObjectStore = new ObjectStore((type) => table.derivations(type, vc));
  const inventory = new Inventory(store);
  requireDifferent(parts.users);
  const authorization = new Authorization({ users: parts.users, inventory, assumed: texts });
  const events = new EventLog(runtime, inventory, authorization.directory, texts.eventLimit);
  const vc: Vcenter = {
    runtime,
    profile,
    assumed: texts,
    instanceUuid: runtime.random.stream('vcenter.instance').uuid(),
    store,
    inventory,
    vmFactory: new VirtualMachineFactory(runtime, store, inventory),
    sessions: new SessionTable({
      clock: runtime.clock,
      random: runtime.random,
      store,
      directory: authorization.directory,
      idleMs: texts.sessionIdleMinutes * 60_000,
      ticketMs: texts.cloneTicketSeconds * 1000,
      expired: (session) => postLogout(vc, session),
    }),
    authorization,
    tasks: new TaskRunner({
      runtime,
      store,
      inventory,
      assumed: texts,
      authorization,
      durations: parts.taskDurations,
      stopping,
    }),
    events,
    alarms: new Alarms({
      clock: runtime.clock,
      journal: runtime.journal,
      store,
      inventory,
      directory: authorization.directory,
      events,
      assumed: texts,
    }),
    policies: new StoragePolicies(runtime, store, texts, parts.policies),
    files: new DatastoreFiles(store),
    tokens: new TokenService(runtime, parts.keyPool),
    crypto: noCrypto,
    work: new Work(),
    stopping,
  };
  for (const { type, value } of singletons) store.create(type as ManagedTypeName, value, {});
  stopping.addEventListener('abort', () => vc.sessions.stop(), { once: true });
  store.get('OptionManager', ref('OptionManager', 'VpxSettings'))?.set({ setting: initialSettings(vc) });
  buildWorld(vc, parts.inventory);
  for (const alarm of defaultAlarms(profile, texts)) vc.alarms.add(inventory.rootFolder, alarm);
  grantInitial(authorization, inventory, (what) => {
    throw new KeyrigError('ERR_OPTION', `users: there is no such thing as ${what}`);
  });
  // The newest event is computed: tell those that wait for it.
  const eventManager = store.get('EventManager', ref('EventManager', 'EventManager'));
  vc.events.subscribe(() => eventManager?.touch());
  return { vc, table };
}

/** ERR_OPTION when two users have one name: only one of them could log in. */
function requireDifferent(users: readonly User[]): void {
  const names = new Set<string>();
  for (const { username } of users) {
    const key = principalKey(username);
    if (names.has(key)) throw new KeyrigError('ERR_OPTION', `users: there is more than one ${key}`);
    names.add(key);
  }
}
