import { disksOf } from '../inventory/devices.ts';
import type { Data, Ref } from '../vim/kernel/values.ts';
import { type ConfigInfo, chainOf, fileBacking } from '../virtual-machine/disk-chain.ts';

/** What a VM's files hold. */
export interface VmState {
  config: ConfigInfo;
  tree?: Data<'VirtualMachineSnapshotInfo'>;
  /** Saved configurations by the id of their snapshot. */
  snapshots: ReadonlyMap<string, ConfigInfo>;
  powerState: Data<'VirtualMachineRuntimeInfo'>['powerState'];
  datastores: readonly Ref[];
}

/** A file on a datastore. */
export interface DatastoreFile {
  path: string;
  /** vim25 VirtualMachineFileLayoutExFileType. */
  type:
    | 'config'
    | 'nvram'
    | 'snapshotList'
    | 'snapshotData'
    | 'snapshotMemory'
    | 'diskDescriptor'
    | 'swap'
    | 'suspend'
    | 'log';
  /** The key that the file, or the data key in it, is encrypted with. */
  keyId?: Data<'CryptoKeyId'>;
  /** Of a disk. */
  capacityKb?: number;
  thin?: boolean;
}

/** `[datastore1] vm/` of a VM. */
export function homeOf(config: ConfigInfo): string {
  const path = config.files.vmPathName ?? '';
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** `[datastore1] vm/vm` of a VM whose configuration file is `[datastore1] vm/vm.vmx`. */
export function stemOf(config: ConfigInfo): string {
  return (config.files.vmPathName ?? '').replace(/\.vm(x|tx)$/, '');
}

/** The file that a snapshot's state is in; its memory lies beside it. documented names */
export function snapshotFile(config: ConfigInfo, id: number, memory = false): string {
  return `${stemOf(config)}-Snapshot${id}.${memory ? 'vmem' : 'vmsn'}`;
}

/** All files of a VM, in a fixed order. documented names and extensions */
export function filesOf({ config, tree, snapshots, powerState }: VmState): DatastoreFile[] {
  const { keyId } = config;
  const stem = stemOf(config);
  const nvram = config.extraConfig?.find(({ key }) => key === 'nvram')?.value;
  const files: DatastoreFile[] = [
    { path: config.files.vmPathName ?? '', type: 'config', keyId },
    { path: `${homeOf(config)}${typeof nvram === 'string' ? nvram : 'nvram'}`, type: 'nvram', keyId },
    { path: `${stem}.vmsd`, type: 'snapshotList' },
  ];
  const visit = (nodes: readonly Data<'VirtualMachineSnapshotTree'>[]): void => {
    for (const node of nodes) {
      const saved = snapshots.get(node.snapshot.value);
      files.push({ path: snapshotFile(config, node.id), type: 'snapshotData', keyId: saved?.keyId });
      if (node.state === 'poweredOn') {
        files.push({ path: snapshotFile(config, node.id, true), type: 'snapshotMemory', keyId: saved?.keyId });
      }
      visit(node.childSnapshotList ?? []);
    }
  };
  visit(tree?.rootSnapshotList ?? []);
  const disks = new Map<string, DatastoreFile>();
  for (const one of [config, ...snapshots.values()]) {
    for (const disk of disksOf(one)) {
      for (const file of chainOf(fileBacking(disk))) {
        disks.set(file.fileName, {
          path: file.fileName,
          type: 'diskDescriptor',
          keyId: file.keyId,
          capacityKb: disk.capacityInKB,
          thin: file.thinProvisioned,
        });
      }
    }
  }
  files.push(...disks.values());
  if (powerState === 'poweredOn') files.push({ path: `${stem}.vswp`, type: 'swap', keyId });
  if (powerState === 'suspended') files.push({ path: `${stem}.vmss`, type: 'suspend', keyId });
  return files;
}

/** What `layoutEx` shows of them. Sizes are not simulated. */
export function layoutOf(state: VmState): Data<'VirtualMachineFileLayoutEx'> {
  const files = filesOf(state);
  const keyOf = (path: string) => files.findIndex((file) => file.path === path);
  const disksIn = (config: ConfigInfo): Data<'VirtualMachineFileLayoutExDiskLayout'>[] =>
    disksOf(config).map((disk) => ({
      key: disk.key,
      // documented: from the base to the newest difference
      chain: chainOf(fileBacking(disk))
        .reverse()
        .map((file) => ({ fileKey: [keyOf(file.fileName)] })),
    }));
  const snapshot: Data<'VirtualMachineFileLayoutExSnapshotLayout'>[] = [];
  const visit = (nodes: readonly Data<'VirtualMachineSnapshotTree'>[]): void => {
    for (const node of nodes) {
      const saved = state.snapshots.get(node.snapshot.value);
      snapshot.push({
        key: node.snapshot,
        dataKey: keyOf(snapshotFile(state.config, node.id)),
        // documented: -1 without memory
        memoryKey: keyOf(snapshotFile(state.config, node.id, true)),
        disk: saved && disksIn(saved),
      });
      visit(node.childSnapshotList ?? []);
    }
  };
  visit(state.tree?.rootSnapshotList ?? []);
  return {
    _type: 'VirtualMachineFileLayoutEx',
    file: files.map(({ path, type }, key) => ({ key, name: path, type, size: 0, uniqueSize: 0, accessible: true })),
    disk: disksIn(state.config),
    snapshot,
    timestamp: state.config.modified,
  };
}
