import { formatPath, parsePath } from '../datastore/path.ts';
import type { VmState } from '../datastore/vm-files.ts';
import type { Host, Vm } from '../inventory/inventory.ts';
import type { TypedObject } from '../inventory/store.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { type Data, data, type Ref } from '../vim/kernel/values.ts';
import type { ConfigInfo } from './disk-chain.ts';
import { freeName } from './names.ts';
import { datastoreOf, hostFor, objectOf, relink, requireDatastore } from './placement.ts';
import { requirePowerState } from './power.ts';
import { type SnapshotNode, snapshotsOf } from './snapshots.ts';

/** Who acts, and what led to it. */
type Actor = Pick<RunningTask, 'user' | 'cause'>;

/** Takes a VM out of the inventory, with its event; its keys stay where they are. documented (vcenter.md 10.1) */
function leaveInventory(vc: Vcenter, vm: Vm, actor: Actor): void {
  const template = vm.get('config')?.template ?? false;
  const message = `Removed ${vm.get('name')}`;
  vc.events.post('VmRemovedEvent', { template }, { vm, user: actor.user, cause: actor.cause, message });
  vc.crypto.removed(vm, actor.cause);
  for (const snapshot of snapshotsOf(vc.store, vm)) vc.store.delete(snapshot);
  vc.vmFactory.remove(vm);
}

/** UnregisterVM: the files stay on the datastore, so that the VM can be registered again. */
export function unregisterVm(vc: Vcenter, vm: Vm, actor: Actor): void {
  requirePowerState(vc, vm, ['poweredOff', 'suspended'], 'poweredOff');
  forgetVm(vc, vm, actor);
}

/** The same whatever the VM does: vCenter forgets it, as when its host goes. */
export function forgetVm(vc: Vcenter, vm: Vm, actor: Actor): void {
  const state = vc.files.stateOf(vm);
  if (state) vc.files.homes.set(state.config.files.vmPathName ?? '', state);
  leaveInventory(vc, vm, actor);
}

/** Destroy_Task: the files go, too. */
export function destroyVm(vc: Vcenter, vm: Vm, actor: Actor): void {
  requirePowerState(vc, vm, ['poweredOff', 'suspended'], 'poweredOff');
  // documented in the guides of these releases (vcenter.md 10.3): a locked VM is not deleted
  if (vc.profile.version.startsWith('6.')) vc.crypto.requireUnlocked(vm);
  leaveInventory(vc, vm, actor);
}

export interface RegisterRequest {
  path: string;
  name?: string;
  asTemplate: boolean;
  pool?: Ref;
  host?: Ref;
}

/**
 * RegisterVM_Task: a VM whose files lie on a datastore enters the inventory. An encrypted one gets its keys from the KMS, or is
 * locked. documented (vcenter.md 10.3)
 * @throws AlreadyExists (it is registered), NotFound (no such file), DuplicateName, InvalidArgument, NoPermission
 */
export async function registerVm(
  vc: Vcenter,
  folder: TypedObject<'Folder'>,
  wanted: RegisterRequest,
  task: RunningTask,
): Promise<Vm> {
  const parsed = parsePath(wanted.path);
  if (!parsed)
    throw fault('InvalidDatastorePath', vc.assumed.invalidDatastorePath(wanted.path), { datastorePath: wanted.path });
  const path = formatPath(parsed);
  const state = vc.files.homes.get(path);
  if (!state) {
    const isRegistered = vc.inventory.vms.some((vm) => vm.get('config')?.files.vmPathName === path);
    throw isRegistered
      ? fault('AlreadyExists', vc.assumed.alreadyExists(path), { name: path })
      : fault('NotFound', vc.assumed.notFound);
  }
  const name = freeName(vc, folder.ref, wanted.name ?? state.config.name);
  const { host, pool } = placeFor(vc, wanted);
  const datastore = datastoreOf(vc, path, host);
  requireDatastore(vc, host, datastore);
  const vm = vc.vmFactory.add({ name, disks: [] }, { host, pool, folder, datastore });
  vc.files.homes.delete(path);
  restore(vc, vm, state, { name, template: wanted.asTemplate });
  if (wanted.asTemplate) vc.vmFactory.leavePool(vm);
  try {
    await vc.crypto.registered(vm, task);
  } catch (error) {
    const back = vc.files.stateOf(vm);
    if (back) vc.files.homes.set(path, back);
    for (const snapshot of snapshotsOf(vc.store, vm)) vc.store.delete(snapshot);
    vc.vmFactory.remove(vm);
    throw error;
  }
  const message = `Registered ${name} on ${host.get('name')}`;
  vc.events.post(
    'VmRegisteredEvent',
    { template: wanted.asTemplate },
    { vm, user: task.user, cause: task.cause, message },
  );
  return vm;
}

/** documented: a VM needs a pool, a template a host and no pool. */
function placeFor(vc: Vcenter, wanted: RegisterRequest): { host: Host; pool: TypedObject<'ResourcePool'> } {
  if (wanted.asTemplate) {
    if (wanted.pool || !wanted.host) throw invalidArgument(wanted.pool ? 'pool' : 'host');
    const host = objectOf(vc, 'HostSystem', wanted.host);
    const resource = host.get('parent');
    const pool = resource && (vc.store.find(resource)?.read('resourcePool') as Ref | undefined);
    if (!pool) throw invalidArgument('host');
    return { host, pool: objectOf(vc, 'ResourcePool', pool) };
  }
  if (!wanted.pool) throw invalidArgument('pool');
  const pool = objectOf(vc, 'ResourcePool', wanted.pool);
  return { host: hostFor(vc, pool, wanted.host), pool };
}

/** Gives a new VM object the state that files hold; snapshots get references of their own. */
function restore(vc: Vcenter, vm: Vm, state: VmState, changes: { name: string; template: boolean }): void {
  const config: ConfigInfo = { ...(structuredClone(state.config) as ConfigInfo), ...changes };
  const renewed = new Map<string, Ref>();
  const renew = (nodes: readonly SnapshotNode[]): SnapshotNode[] =>
    nodes.map((node) => {
      const saved = state.snapshots.get(node.snapshot.value) ?? config;
      const children = renew(node.childSnapshotList ?? []);
      const snapshot = vc.store.create('VirtualMachineSnapshot', 'snapshot-#', {
        value: [],
        availableField: [],
        vm: vm.ref,
        config: saved,
        childSnapshot: children.map((child) => child.snapshot),
      });
      renewed.set(node.snapshot.value, snapshot.ref);
      const childSnapshotList = children.length > 0 ? children : undefined;
      return { ...node, snapshot: snapshot.ref, vm: vm.ref, childSnapshotList };
    });
  const roots = renew(state.tree?.rootSnapshotList ?? []);
  const current = state.tree?.currentSnapshot;
  vm.set({
    config,
    snapshot:
      roots.length > 0
        ? data('VirtualMachineSnapshotInfo', {
            currentSnapshot: current && renewed.get(current.value),
            rootSnapshotList: roots,
          })
        : undefined,
    rootSnapshot: roots.map(({ snapshot }) => snapshot),
  });
  vm.change('runtime', (runtime: Data<'VirtualMachineRuntimeInfo'>) => {
    runtime.powerState = state.powerState;
    runtime.cryptoState = config.keyId ? 'unlocked' : undefined;
  });
  relink(vc, vm);
}
