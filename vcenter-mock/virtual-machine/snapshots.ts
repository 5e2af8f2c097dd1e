import { baseName } from '../datastore/path.ts';
import { disksOf } from '../inventory/devices.ts';
import type { Vm } from '../inventory/inventory.ts';
import type { ObjectStore, TypedObject } from '../inventory/store.ts';
import { type Data, data, type Ref, sameRef } from '../vim/kernel/values.ts';
import { type ConfigInfo, chainOf, deltaName, deltaOf, diskFilesOf, fileBacking } from './disk-chain.ts';

export type SnapshotNode = Data<'VirtualMachineSnapshotTree'>;
export type Snapshot = TypedObject<'VirtualMachineSnapshot'>;

export interface SnapshotRequest {
  name: string;
  description: string;
  /** Save the memory of a running VM, too. */
  memory: boolean;
  quiesced: boolean;
  now: Date;
}

/** Modes of disks that snapshots leave out. documented */
const independent = new Set(['independent_persistent', 'independent_nonpersistent']);

/** All nodes of a tree, parents first. */
export function nodesOf(roots: readonly SnapshotNode[] | undefined): SnapshotNode[] {
  return (roots ?? []).flatMap((node) => [node, ...nodesOf(node.childSnapshotList)]);
}

/** The saved configurations of a VM's snapshots. */
export function snapshotsOf(store: ObjectStore, vm: Vm): Snapshot[] {
  return nodesOf(vm.get('snapshot')?.rootSnapshotList).flatMap(
    (node) => store.get('VirtualMachineSnapshot', node.snapshot) ?? [],
  );
}

/**
 * Takes a snapshot: the configuration is saved, and each disk goes on in a new file that holds the differences. An encrypted disk's
 * difference has the same key. documented
 */
export function takeSnapshot(store: ObjectStore, vm: Vm, request: SnapshotRequest): Ref {
  const config = vm.get('config')!;
  const info = vm.get('snapshot');
  const current = info?.currentSnapshot;
  const snapshot = store.create('VirtualMachineSnapshot', 'snapshot-#', {
    value: [],
    availableField: [],
    vm: vm.ref,
    config: structuredClone(config) as ConfigInfo,
    childSnapshot: [],
  });
  const running = vm.get('runtime').powerState;
  const nodes = nodesOf(info?.rootSnapshotList);
  const node: SnapshotNode = {
    snapshot: snapshot.ref,
    vm: vm.ref,
    name: request.name,
    description: request.description,
    id: Math.max(0, ...nodes.map(({ id }) => id)) + 1,
    createTime: request.now,
    // documented: the power state to which a revert brings the VM back; without its memory that is off
    state: request.memory || running !== 'poweredOn' ? running : 'poweredOff',
    quiesced: request.quiesced,
    replaySupported: false,
  };
  const roots = current
    ? changeNode(info.rootSnapshotList, current, (parent) => [
        { ...parent, childSnapshotList: [...(parent.childSnapshotList ?? []), node] },
      ])
    : [...(info?.rootSnapshotList ?? []), node];
  branchOff(store, vm, config);
  publish(store, vm, roots, snapshot.ref);
  return snapshot.ref;
}

/** Gives every disk of a configuration a new difference file, and makes it the VM's. */
function branchOff(store: ObjectStore, vm: Vm, from: ConfigInfo): void {
  const config = structuredClone(from) as ConfigInfo;
  const used = new Set(
    [vm.get('config')!, from, ...snapshotsOf(store, vm).map((snapshot) => snapshot.get('config'))].flatMap((one) =>
      diskFilesOf(one).map((file) => file.fileName),
    ),
  );
  for (const disk of disksOf(config)) {
    const backing = fileBacking(disk);
    if (!backing || independent.has(backing.diskMode)) continue;
    const fileName = deltaName(backing.fileName, (path) => used.has(path));
    used.add(fileName);
    disk.backing = deltaOf(backing, fileName);
  }
  vm.set({ config });
}

/** Goes back to a snapshot: what was written since is lost; disks go on in new files on those of the snapshot. documented */
export function revertTo(store: ObjectStore, vm: Vm, snapshot: Snapshot): void {
  const name = vm.get('name');
  const saved = structuredClone(snapshot.get('config')) as ConfigInfo;
  // The name in the inventory is vCenter's, not the snapshot's. assumed
  branchOff(store, vm, { ...saved, name });
  publish(store, vm, vm.get('snapshot')?.rootSnapshotList ?? [], snapshot.ref);
}

/**
 * Removes a snapshot, with those after it or without. Files that only it needed are merged into their successors when asked for.
 * @param isForeign whether a file must stay because another VM stands on it
 */
export function removeSnapshot(
  store: ObjectStore,
  vm: Vm,
  which: Ref,
  parts: { withChildren: boolean; consolidate: boolean; isForeign: (path: string) => boolean },
): void {
  const info = vm.get('snapshot');
  const roots = info?.rootSnapshotList ?? [];
  const node = nodesOf(roots).find((one) => sameRef(one.snapshot, which));
  if (!node) return;
  const parent = nodesOf(roots).find((one) => one.childSnapshotList?.some((child) => sameRef(child.snapshot, which)));
  const gone = parts.withChildren ? nodesOf([node]) : [node];
  const left = changeNode(roots, which, (one) => (parts.withChildren ? [] : (one.childSnapshotList ?? [])));
  const isCurrentGone = gone.some((one) => sameRef(one.snapshot, info?.currentSnapshot));
  const current = isCurrentGone ? parent?.snapshot : info?.currentSnapshot;
  for (const one of gone) {
    const object = store.find(one.snapshot);
    if (object) store.delete(object);
  }
  publish(store, vm, left, current);
  settle(store, vm, parts);
}

/** Removes all snapshots. */
export function removeAllSnapshots(
  store: ObjectStore,
  vm: Vm,
  parts: { consolidate: boolean; isForeign: (path: string) => boolean },
): void {
  for (const snapshot of snapshotsOf(store, vm)) store.delete(snapshot);
  publish(store, vm, [], undefined);
  settle(store, vm, parts);
}

function settle(
  store: ObjectStore,
  vm: Vm,
  parts: { consolidate: boolean; isForeign: (path: string) => boolean },
): void {
  if (parts.consolidate) consolidate(store, vm, parts.isForeign);
  else if (mergeable(store, vm, parts.isForeign)) setConsolidationNeeded(vm, true);
}

function setConsolidationNeeded(vm: Vm, needed: boolean): void {
  if (vm.get('runtime').consolidationNeeded === needed) return;
  vm.change('runtime', (runtime) => {
    runtime.consolidationNeeded = needed;
  });
}

/** Merges every file that no snapshot needs into the one that follows it. documented (ConsolidateVMDisks_Task) */
export function consolidate(store: ObjectStore, vm: Vm, isForeign: (path: string) => boolean): void {
  for (let pair = mergeable(store, vm, isForeign); pair; pair = mergeable(store, vm, isForeign)) {
    const { below, above } = pair;
    const merge = (config: ConfigInfo): void => {
      for (const disk of disksOf(config)) {
        for (const file of chainOf(fileBacking(disk))) {
          if (file.fileName !== above) continue;
          const parent = file.parent;
          file.fileName = below;
          if (parent?.parent) file.parent = parent.parent;
          else {
            delete file.parent;
            delete file.deltaDiskFormat;
          }
        }
      }
    };
    vm.change('config', merge);
    for (const snapshot of snapshotsOf(store, vm)) snapshot.change('config', merge);
  }
  setConsolidationNeeded(vm, false);
}

/** A file that is nobody's newest and has one successor, with that successor. */
function mergeable(
  store: ObjectStore,
  vm: Vm,
  isForeign: (path: string) => boolean,
): { below: string; above: string } | undefined {
  const home = vm.get('config')?.files.vmPathName ?? '';
  const directory = home.slice(0, home.lastIndexOf('/') + 1);
  const heads = new Set<string>();
  const successors = new Map<string, Set<string>>();
  for (const config of [vm.get('config')!, ...snapshotsOf(store, vm).map((snapshot) => snapshot.get('config'))]) {
    for (const disk of disksOf(config)) {
      const chain = chainOf(fileBacking(disk));
      if (chain[0]) heads.add(chain[0].fileName);
      for (const [index, file] of chain.entries()) {
        const above = chain[index - 1];
        if (!above) continue;
        const known = successors.get(file.fileName) ?? new Set<string>();
        successors.set(file.fileName, known.add(above.fileName));
      }
    }
  }
  for (const [below, above] of successors) {
    const isOwn = below.startsWith(directory) || baseName(below) === below;
    if (heads.has(below) || above.size !== 1 || !isOwn || isForeign(below)) continue;
    return { below, above: [...above][0]! };
  }
  return undefined;
}

/** A tree in which one node was replaced by others. */
function changeNode(
  roots: readonly SnapshotNode[],
  which: Ref,
  change: (node: SnapshotNode) => SnapshotNode[],
): SnapshotNode[] {
  return roots.flatMap((node) => {
    if (sameRef(node.snapshot, which)) return change(node);
    const { childSnapshotList } = node;
    if (!childSnapshotList) return [node];
    const below = changeNode(childSnapshotList, which, change);
    return [{ ...node, childSnapshotList: below.length > 0 ? below : undefined }];
  });
}

/** Renames a snapshot or changes its description. */
export function describeSnapshot(vm: Vm, which: Ref, changes: { name?: string; description?: string }): void {
  const info = vm.get('snapshot');
  if (!info) return;
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const rootSnapshotList = changeNode(info.rootSnapshotList, which, (node) => [{ ...node, ...given }]);
  vm.set({ snapshot: { ...info, rootSnapshotList } });
}

/** Writes the tree to the VM, its roots and every snapshot's children. */
function publish(store: ObjectStore, vm: Vm, roots: SnapshotNode[], current: Ref | undefined): void {
  vm.set({
    snapshot:
      roots.length === 0
        ? undefined
        : data('VirtualMachineSnapshotInfo', { currentSnapshot: current, rootSnapshotList: roots }),
    rootSnapshot: roots.map((node) => node.snapshot),
  });
  for (const node of nodesOf(roots)) {
    const childSnapshot = (node.childSnapshotList ?? []).map((child) => child.snapshot);
    store.get('VirtualMachineSnapshot', node.snapshot)?.set({ childSnapshot });
  }
}
