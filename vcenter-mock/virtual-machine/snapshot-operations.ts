import type { Vm } from '../inventory/inventory.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { type Ref, sameRef } from '../vim/kernel/values.ts';
import { refuseTemplate, setPowerState } from './power.ts';
import {
  consolidate,
  nodesOf,
  removeAllSnapshots,
  removeSnapshot,
  revertTo,
  type Snapshot,
  type SnapshotNode,
  takeSnapshot,
} from './snapshots.ts';

/** CreateSnapshot_Task. @returns the snapshot's reference */
export function create(
  vc: Vcenter,
  vm: Vm,
  wanted: { name: string; description?: string; memory: boolean; quiesce: boolean },
): Ref {
  refuseTemplate(vc, vm);
  vc.crypto.requireUnlocked(vm);
  if (wanted.name === '' || wanted.name.length > 80) {
    throw fault('InvalidName', vc.assumed.invalidName(wanted.name), { name: wanted.name });
  }
  return takeSnapshot(vc.store, vm, {
    name: wanted.name,
    description: wanted.description ?? '',
    memory: wanted.memory,
    // Only a running VM has a guest that can be brought to rest. documented
    quiesced: wanted.quiesce && vm.get('runtime').powerState === 'poweredOn',
    now: new Date(vc.runtime.clock.now()),
  });
}

/** The VM and the tree node of a snapshot. @throws ManagedObjectNotFound */
export function find(vc: Vcenter, reference: Ref): { vm: Vm; snapshot: Snapshot; node: SnapshotNode } {
  const snapshot = vc.store.get('VirtualMachineSnapshot', reference);
  const vm = vc.store.get('VirtualMachine', snapshot?.get('vm'));
  const node = nodesOf(vm?.get('snapshot')?.rootSnapshotList).find((one) => sameRef(one.snapshot, reference));
  if (snapshot && vm && node) return { vm, snapshot, node };
  throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: reference });
}

/**
 * Goes back to a snapshot. One with memory runs on where it was (documented), so its keys must be on the host.
 * @param suppressPowerOn leave it off although the snapshot has its memory
 */
export async function revert(vc: Vcenter, snapshot: Ref, suppressPowerOn: boolean, task: RunningTask): Promise<void> {
  const found = find(vc, snapshot);
  const { vm, node } = found;
  vc.crypto.requireUnlocked(vm);
  const state = suppressPowerOn && node.state === 'poweredOn' ? 'poweredOff' : node.state;
  if (state === 'poweredOn') await vc.crypto.powerOn(vm, task, found.snapshot.get('config'));
  revertTo(vc.store, vm, found.snapshot);
  setPowerState(vc, vm, state);
}

/** RevertToCurrentSnapshot_Task. @throws NotFound when there is none */
export function revertToCurrent(vc: Vcenter, vm: Vm, suppressPowerOn: boolean, task: RunningTask): Promise<void> {
  vc.crypto.requireUnlocked(vm);
  const current = vm.get('snapshot')?.currentSnapshot;
  if (!current) throw fault('NotFound', vc.assumed.notFound);
  return revert(vc, current, suppressPowerOn, task);
}

/** RemoveSnapshot_Task. */
export function remove(vc: Vcenter, snapshot: Ref, withChildren: boolean, doConsolidate = true): void {
  const { vm } = find(vc, snapshot);
  vc.crypto.requireUnlocked(vm);
  removeSnapshot(vc.store, vm, snapshot, {
    withChildren,
    consolidate: doConsolidate,
    isForeign: (path) => vc.files.isShared(path, vm),
  });
}

/** RemoveAllSnapshots_Task. */
export function removeAll(vc: Vcenter, vm: Vm, doConsolidate = true): void {
  vc.crypto.requireUnlocked(vm);
  const isForeign = (path: string) => vc.files.isShared(path, vm);
  removeAllSnapshots(vc.store, vm, { consolidate: doConsolidate, isForeign });
}

/** ConsolidateVMDisks_Task. */
export function consolidateDisks(vc: Vcenter, vm: Vm): void {
  vc.crypto.requireUnlocked(vm);
  consolidate(vc.store, vm, (path) => vc.files.isShared(path, vm));
}
