import type { Runtime } from '../../core/index.ts';
import { type Ref, sameRef } from '../vim/kernel/values.ts';
import { takeSnapshot } from '../virtual-machine/snapshots.ts';
import { virtualMachineCapability } from './capabilities.ts';
import { baseDevices, diskFileName, gibibytes, macAddress, virtualDisk, virtualTpm } from './devices.ts';
import { entityDefaults } from './entity-defaults.ts';
import { type Host, type Inventory, references, type Vm } from './inventory.ts';
import type { ManagedObject, ObjectStore, TypedObject } from './store.ts';
import { newConfig, newRuntime } from './virtual-machine-config.ts';
import type { VmOptions } from './world-options.ts';

/** Where new VMs go. */
export interface Placement {
  host: Host;
  pool: TypedObject<'ResourcePool'>;
  folder: TypedObject<'Folder'>;
  datastore: TypedObject<'Datastore'>;
  network?: TypedObject<'Network'>;
}

export type SavedGuestAddresses = readonly (readonly [vm: string, address: string])[];

/** Makes, moves and removes VMs, with all that links to them. */
export class VirtualMachineFactory {
  /** Guest IP addresses that VMs show while they run. */
  readonly guestAddresses = new WeakMap<object, string>();
  readonly #runtime: Runtime;
  readonly #store: ObjectStore;
  readonly #inventory: Inventory;

  constructor(runtime: Runtime, store: ObjectStore, inventory: Inventory) {
    this.#runtime = runtime;
    this.#store = store;
    this.#inventory = inventory;
  }

  /** Adds a VM with its files, devices and links. */
  add(options: VmOptions, at: Placement): Vm {
    const vm = this.#make(options, at);
    addChildren(at.folder, [vm.ref]);
    for (const holder of holdersOf(at)) link(holder, [vm.ref]);
    return vm;
  }

  /** Adds many VMs; everything that lists VMs is changed once. */
  addAll(wanted: Iterable<readonly [VmOptions, Placement]>): void {
    const children = new Map<TypedObject<'Folder'>, Ref[]>();
    const links = new Map<VmHolder, Ref[]>();
    for (const [options, at] of wanted) {
      const { ref } = this.#make(options, at);
      append(children, at.folder, ref);
      for (const holder of holdersOf(at)) append(links, holder, ref);
    }
    for (const [folder, refs] of children) addChildren(folder, refs);
    for (const [holder, refs] of links) link(holder, refs);
  }

  #make(options: VmOptions, at: Placement): Vm {
    const random = this.#runtime.random.stream('vcenter.inventory');
    const now = new Date(this.#runtime.clock.now());
    const datastoreName = at.datastore.get('name');
    const base = baseDevices(at.network?.ref, at.network?.get('name') ?? '', macAddress(random));
    const disks = (options.disks ?? [{ capacityGb: 16 }]).map((disk, index) =>
      virtualDisk({
        index,
        capacityBytes: gibibytes(disk.capacityGb),
        fileName: diskFileName(datastoreName, options.name, options.name, index),
        datastore: at.datastore.ref,
        uuid: random.uuid(),
      }),
    );
    const keys = disks.map(({ key }) => key);
    // The devices are shared between VMs; the controller of the disks lists its own.
    const devices = base.map((device) => (device.key === 1000 ? { ...device, device: keys } : device));
    const config = newConfig({
      name: options.name,
      version: `vmx-${String(options.hardwareVersion ?? 13).padStart(2, '0')}`,
      uuid: random.uuid(),
      instanceUuid: random.uuid(),
      guestId: options.guestId ?? 'otherGuest64',
      datastore: datastoreName,
      cpus: options.cpus ?? 1,
      memoryMb: options.memoryMb ?? 1024,
      devices: [...devices, ...disks, ...(options.vtpm ? [virtualTpm()] : [])],
      now,
    });
    config.datastoreUrl = [{ name: datastoreName, url: at.datastore.get('info').url }];
    const vm = this.#store.create('VirtualMachine', 'vm-#', {
      ...entityDefaults(),
      parent: at.folder.ref,
      capability: virtualMachineCapability(),
      config,
      runtime: newRuntime(at.host.ref, options.powerState ?? 'poweredOff', config.hardware.memoryMB, now),
      environmentBrowser: { type: 'EnvironmentBrowser', value: 'envbrowser-1' },
      resourcePool: at.pool.ref,
      datastore: [at.datastore.ref],
      network: at.network ? [at.network.ref] : [],
      rootSnapshot: [],
      guestHeartbeatStatus: 'gray',
    });
    if (options.ipAddress !== undefined) this.guestAddresses.set(vm, options.ipAddress);
    this.#addSnapshots(vm, options.snapshots ?? 0, now);
    return vm;
  }

  #addSnapshots(vm: Vm, snapshots: readonly string[] | number, now: Date): void {
    const names =
      typeof snapshots === 'number'
        ? Array.from({ length: snapshots }, (_, index) => `snapshot-${index + 1}`)
        : snapshots;
    for (const name of names) {
      takeSnapshot(this.#store, vm, { name, description: '', memory: false, quiesced: false, now });
    }
  }

  /** Guest addresses by id of the VM. */
  save(): SavedGuestAddresses {
    return this.#store.all('VirtualMachine').flatMap((vm) => {
      const address = this.guestAddresses.get(vm);
      return address === undefined ? [] : [[vm.ref.value, address] as const];
    });
  }

  restore(addresses: SavedGuestAddresses): void {
    for (const vm of this.#store.all('VirtualMachine')) this.guestAddresses.delete(vm);
    for (const [value, address] of addresses) {
      const vm = this.#store.get('VirtualMachine', { type: 'VirtualMachine', value });
      if (vm) this.guestAddresses.set(vm, address);
    }
  }

  /** A MAC address for a network adapter that is given none. */
  newMacAddress(): string {
    return macAddress(this.#runtime.random.stream('vcenter.inventory'));
  }

  /** Takes a VM out of the inventory. */
  remove(vm: Vm): void {
    const store = this.#store;
    removeChild(store, vm);
    unlink(this.#inventory.hostOf(vm), vm.ref);
    unlink(store.get('ResourcePool', vm.get('resourcePool')), vm.ref);
    for (const reference of vm.get('datastore') ?? []) unlink(store.get('Datastore', reference), vm.ref);
    for (const reference of vm.get('network') ?? []) unlink(store.get('Network', reference), vm.ref);
    store.delete(vm);
  }

  /** Sets which datastores and networks a VM uses, on both sides. */
  relink(vm: Vm, datastores: Ref[], networks: Ref[]): void {
    const places = [
      ['Datastore', vm.get('datastore') ?? [], datastores],
      ['Network', vm.get('network') ?? [], networks],
    ] as const;
    for (const [type, before, after] of places) {
      for (const one of before)
        if (!after.some((other) => sameRef(one, other))) unlink(this.#store.get(type, one), vm.ref);
      for (const one of after)
        if (!before.some((other) => sameRef(one, other))) link(this.#store.get(type, one), [vm.ref]);
    }
    vm.set({ datastore: datastores, network: networks });
  }

  /** Takes a VM, which becomes a template, out of its resource pool. */
  leavePool(vm: Vm): void {
    unlink(this.#store.get('ResourcePool', vm.get('resourcePool')), vm.ref);
    vm.set({ resourcePool: undefined });
  }

  /** Moves a VM to another host and, when given, pool. */
  move(vm: Vm, host: Host, pool?: TypedObject<'ResourcePool'>): void {
    unlink(this.#inventory.hostOf(vm), vm.ref);
    link(host, [vm.ref]);
    vm.change('runtime', (runtime) => {
      runtime.host = host.ref;
    });
    if (!pool) return;
    unlink(this.#store.get('ResourcePool', vm.get('resourcePool')), vm.ref);
    link(pool, [vm.ref]);
    vm.set({ resourcePool: pool.ref });
  }
}

/** Puts entities into a folder. */
export function addChildren(folder: TypedObject<'Folder'>, children: readonly Ref[]): void {
  folder.set({ childEntity: [...(folder.get('childEntity') ?? []), ...children] });
}

/** Takes an entity out of the folder that it is in. */
export function removeChild(store: ObjectStore, entity: ManagedObject): void {
  const folder = store.get('Folder', entity.read('parent') as Ref | undefined);
  folder?.set({ childEntity: (folder.get('childEntity') ?? []).filter((child) => !sameRef(child, entity.ref)) });
}

/** Anything that lists the VMs it serves. */
interface VmHolder {
  read(property: string): unknown;
  set(changes: { vm: Ref[] }): void;
}

function holdersOf(at: Placement): VmHolder[] {
  const { host, pool, datastore, network } = at;
  return network ? [host, pool, datastore, network] : [host, pool, datastore];
}

function append<K>(lists: Map<K, Ref[]>, key: K, reference: Ref): void {
  const list = lists.get(key);
  if (list) list.push(reference);
  else lists.set(key, [reference]);
}

function link(holder: VmHolder | undefined, vms: readonly Ref[]): void {
  holder?.set({ vm: [...references(holder.read('vm')), ...vms] });
}

function unlink(holder: VmHolder | undefined, vm: Ref): void {
  const before = references(holder?.read('vm'));
  const after = before.filter((other) => !sameRef(other, vm));
  if (after.length < before.length) holder?.set({ vm: after });
}
