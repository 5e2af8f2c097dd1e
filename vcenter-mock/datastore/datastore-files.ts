import type { Json } from '../../core/index.ts';
import type { Vm } from '../inventory/inventory.ts';
import type { ObjectStore, TypedObject } from '../inventory/store.ts';
import type { ValueReader, ValueWriter } from '../state/values.ts';
import { type Data, type Ref, sameRef } from '../vim/kernel/values.ts';
import { type ConfigInfo, chainOf, type Disk, fileBacking } from '../virtual-machine/disk-chain.ts';
import { type DatastoreFile, filesOf, type VmState } from './vm-files.ts';

/** A virtual disk that no registered VM has. */
export interface LooseDisk {
  disk: Disk;
}

/** What no registered VM has, by path, and the ids of linked clones. */
export type SavedFiles = {
  readonly homes: readonly (readonly [path: string, state: Json])[];
  readonly disks: readonly (readonly [path: string, disk: Json])[];
  readonly directories: readonly string[];
  readonly linkedClones: readonly string[];
};

/**
 * What lies on the datastores. The files of a registered VM follow from its configuration and are not kept a second time; only
 * what no VM refers to any more lies here: the homes of unregistered VMs, and disks that were removed or made on their own.
 */
export class DatastoreFiles {
  /** Unregistered VMs by the path of their configuration file. */
  readonly homes = new Map<string, VmState>();
  /** Disks by the path of their descriptor. */
  readonly disks = new Map<string, LooseDisk>();
  /** Directories that were made on their own. */
  readonly directories = new Set<string>();
  /** VMs whose disks are differences to another VM's. */
  readonly #linkedClones = new Set<Vm>();
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  save(values: ValueWriter): SavedFiles {
    return {
      homes: [...this.homes].map(([path, state]) => [path, values.write(state)]),
      disks: [...this.disks].map(([path, disk]) => [path, values.write(disk)]),
      directories: [...this.directories],
      linkedClones: [...this.#linkedClones].filter((vm) => this.#store.has(vm)).map(({ ref }) => ref.value),
    };
  }

  restore({ homes, disks, directories, linkedClones }: SavedFiles, values: ValueReader): void {
    for (const collection of [this.homes, this.disks, this.directories, this.#linkedClones]) collection.clear();
    for (const [path, state] of homes) this.homes.set(path, values.read<VmState>(state));
    for (const [path, disk] of disks) this.disks.set(path, values.read<LooseDisk>(disk));
    for (const path of directories) this.directories.add(path);
    for (const value of linkedClones) {
      const vm = this.#store.get('VirtualMachine', { type: 'VirtualMachine', value });
      if (vm) this.#linkedClones.add(vm);
    }
  }

  /** Other paths for what lies on a datastore; datastores of other datacenters may have the same name. */
  renameDatastore(datastore: Ref, withPaths: <T>(value: T) => T): void {
    for (const [path, state] of [...this.homes]) {
      if (!state.datastores.some((one) => sameRef(one, datastore))) continue;
      this.homes.delete(path);
      this.homes.set(withPaths(path), withPaths(state));
    }
    for (const [path, loose] of [...this.disks]) {
      if (!sameRef(fileBacking(loose.disk)?.datastore, datastore)) continue;
      this.disks.delete(path);
      this.disks.set(withPaths(path), withPaths(loose));
    }
    const directories = [...this.directories].map(withPaths);
    this.directories.clear();
    for (const directory of directories) this.directories.add(directory);
  }

  /** The state of a registered VM, as its files hold it. */
  stateOf(vm: Vm): VmState | undefined {
    const config = vm.get('config');
    if (!config) return undefined;
    const info = vm.get('snapshot');
    const snapshots = new Map<string, ConfigInfo>();
    const visit = (nodes: readonly Data<'VirtualMachineSnapshotTree'>[]): void => {
      for (const node of nodes) {
        const saved = this.#store.get('VirtualMachineSnapshot', node.snapshot)?.get('config');
        if (saved) snapshots.set(node.snapshot.value, saved);
        visit(node.childSnapshotList ?? []);
      }
    };
    visit(info?.rootSnapshotList ?? []);
    const { powerState } = vm.get('runtime');
    return { config, tree: info, snapshots, powerState, datastores: vm.get('datastore') ?? [] };
  }

  /** Every file of a datastore, in the order in which it came to be. */
  list(datastore: TypedObject<'Datastore'>): DatastoreFile[] {
    const prefix = `[${datastore.get('name')}]`;
    const found = new Map<string, DatastoreFile>();
    const add = (files: readonly DatastoreFile[]) => {
      for (const file of files) if (file.path.startsWith(prefix)) found.set(file.path, file);
    };
    // Datastores of other datacenters may have the same name.
    const isHere = (references: readonly Ref[] | undefined) => references?.some((one) => sameRef(one, datastore.ref));
    for (const vm of this.#store.all('VirtualMachine')) {
      const state = isHere(vm.get('datastore')) ? this.stateOf(vm) : undefined;
      if (state) add(filesOf(state));
    }
    for (const state of this.homes.values()) if (isHere(state.datastores)) add(filesOf(state));
    for (const { disk } of this.disks.values()) {
      const own = fileBacking(disk)?.datastore;
      if (isHere(own ? [own] : [])) add(looseFiles(disk));
    }
    return [...found.values()];
  }

  /** The file of a path. */
  find(path: string): DatastoreFile | undefined {
    const name = /^\[([^\]]+)\]/.exec(path)?.[1];
    const datastores = this.#store.all('Datastore').filter((one) => one.get('name') === name);
    return datastores.flatMap((one) => this.list(one)).find((file) => file.path === path);
  }

  /** The names that a VM cannot give to a new file: those of its own files and of what lies around. */
  takenBeside(vm: Vm): (path: string) => boolean {
    const state = this.stateOf(vm);
    const own = new Set(state ? filesOf(state).map((file) => file.path) : []);
    const left = new Set([...this.homes.values()].flatMap((home) => filesOf(home).map((file) => file.path)));
    return (path) => own.has(path) || left.has(path) || this.disks.has(path);
  }

  /** Whether a directory exists: one that a VM lives in, one with a file in it, or one that was made. */
  hasDirectory(datastore: string, directory: string): boolean {
    const path = `[${datastore}] ${directory}`;
    if (directory === '' || this.directories.has(path)) return true;
    const prefix = `${path}/`;
    const homes = this.#store.all('VirtualMachine').map((vm) => vm.get('config')?.files.vmPathName);
    const left = [...this.homes.keys(), ...this.disks.keys(), ...this.directories];
    return [...homes, ...left].some((file) => file?.startsWith(prefix));
  }

  /** The directories that were made on their own on a datastore. */
  directoriesOn(datastore: string): string[] {
    const prefix = `[${datastore}] `;
    return [...this.directories].filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length));
  }

  /** A directory for a VM of that name that nothing lies in yet: `web`, else `web_1`. observed naming */
  freeDirectory(datastore: string, name: string): string {
    for (let number = 0; ; number++) {
      const candidate = number === 0 ? name : `${name}_${number}`;
      if (!this.hasDirectory(datastore, candidate)) return candidate;
    }
  }

  /** The disk with that descriptor, and the VM that has it. */
  disk(path: string): { disk: Disk; vm?: Vm } | undefined {
    const loose = this.disks.get(path);
    if (loose) return loose;
    for (const state of this.homes.values()) {
      const disk = ownDisk(state.config, path);
      if (disk) return { disk };
    }
    for (const vm of this.#store.all('VirtualMachine')) {
      const disk = vm.get('config') && ownDisk(vm.get('config')!, path);
      if (disk) return { disk, vm };
    }
    return undefined;
  }

  /** Says that a VM's disks are differences to another VM's. */
  noteLinkedClone(vm: Vm): void {
    this.#linkedClones.add(vm);
  }

  /** The linked clones other than the VM itself that stand on a disk file. */
  clonesOn(path: string, besides: Vm): Vm[] {
    for (const vm of this.#linkedClones) if (!this.#store.has(vm)) this.#linkedClones.delete(vm);
    return [...this.#linkedClones].filter((vm) => {
      const state = vm === besides ? undefined : this.stateOf(vm);
      return state !== undefined && filesOf(state).some((file) => file.path === path);
    });
  }

  /** Whether a linked clone other than the VM itself stands on a disk file. */
  isShared(path: string, besides: Vm): boolean {
    return this.clonesOn(path, besides).length > 0;
  }
}

function ownDisk(config: ConfigInfo, path: string): Disk | undefined {
  return (config.hardware.device ?? []).find(
    (device): device is Disk => device._type === 'VirtualDisk' && fileBacking(device)?.fileName === path,
  );
}

function looseFiles(disk: Disk): DatastoreFile[] {
  return chainOf(fileBacking(disk)).map((file) => ({
    path: file.fileName,
    type: 'diskDescriptor',
    keyId: file.keyId,
    capacityKb: disk.capacityInKB,
    thin: file.thinProvisioned,
  }));
}
