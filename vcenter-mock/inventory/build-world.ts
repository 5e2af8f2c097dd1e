import type { Runtime } from '../../core/index.ts';
import { KeyrigError } from '../../core/index.ts';
import type { VersionProfile } from '../profiles.ts';
import { type Data, type Properties, type Ref, sameRef } from '../vim/kernel/values.ts';
import { hostCapability, virtualMachineCapability } from './capabilities.ts';
import { computeSummary, hostHardware, hostProduct, hostRuntime } from './host-data.ts';
import { type Host, type Inventory, references, rootFolderRef, type Vm } from './inventory.ts';
import type { ObjectStore, TypedObject } from './store.ts';
import {
  baseDevices,
  diskFileName,
  gibibytes,
  macAddress,
  newConfig,
  newRuntime,
  virtualDisk,
  virtualTpm,
} from './virtual-machine-data.ts';
import { defaultInventory, type InventoryOptions, type VmOptions } from './world-options.ts';

/** Properties that every managed entity has. `-1` is the role Administrator. */
export function entityDefaults(): Partial<Properties<'ManagedEntity'>> {
  return {
    value: [],
    availableField: [],
    customValue: [],
    overallStatus: 'green',
    configStatus: 'green',
    configIssue: [],
    effectiveRole: [-1],
    permission: [],
    disabledMethod: [],
    recentTask: [],
    declaredAlarmState: [],
    triggeredAlarmState: [],
    alarmActionsEnabled: true,
    tag: [],
  };
}

/** Where new VMs go. */
export interface Placement {
  host: Host;
  pool: TypedObject<'ResourcePool'>;
  folder: TypedObject<'Folder'>;
  datastore: TypedObject<'Datastore'>;
  network?: TypedObject<'Network'>;
}

/** Builds inventories: the start world, and single VMs later on. */
export class WorldBuilder {
  readonly #runtime: Runtime;
  readonly #store: ObjectStore;
  readonly #inventory: Inventory;
  readonly #profile: VersionProfile;

  constructor(parts: { runtime: Runtime; store: ObjectStore; inventory: Inventory; profile: VersionProfile }) {
    this.#runtime = parts.runtime;
    this.#store = parts.store;
    this.#inventory = parts.inventory;
    this.#profile = parts.profile;
  }

  #folder(id: string, name: string, parent: Ref | undefined, childType: string[]): TypedObject<'Folder'> {
    return this.#store.create('Folder', id, { ...entityDefaults(), name, parent, childType, childEntity: [] });
  }

  /** Builds one datacenter with one cluster and everything in it. */
  build(options: InventoryOptions): void {
    const world: Required<InventoryOptions> = { ...defaultInventory, ...options };
    const store = this.#store;
    const random = this.#runtime.random.stream('vcenter.inventory');
    const now = new Date(this.#runtime.clock.now());
    const root = this.#folder(rootFolderRef.value, 'Datacenters', undefined, ['Folder', 'Datacenter']);
    const datacenter = store.create('Datacenter', 'datacenter-#', {
      ...entityDefaults(),
      name: world.datacenter,
      parent: root.ref,
      datastore: [],
      network: [],
      configuration: {},
    });
    addChild(root, datacenter.ref);
    const vmFolder = this.#folder('group-v#', 'vm', datacenter.ref, ['Folder', 'VirtualMachine', 'VirtualApp']);
    const hostFolder = this.#folder('group-h#', 'host', datacenter.ref, ['Folder', 'ComputeResource']);
    const datastoreFolder = this.#folder('group-s#', 'datastore', datacenter.ref, [
      'Folder',
      'Datastore',
      'StoragePod',
    ]);
    const networkFolder = this.#folder('group-n#', 'network', datacenter.ref, [
      'Folder',
      'Network',
      'DistributedVirtualSwitch',
    ]);
    datacenter.set({
      vmFolder: vmFolder.ref,
      hostFolder: hostFolder.ref,
      datastoreFolder: datastoreFolder.ref,
      networkFolder: networkFolder.ref,
    });
    const cluster = store.create('ClusterComputeResource', 'domain-c#', {
      ...entityDefaults(),
      name: world.cluster,
      parent: hostFolder.ref,
      host: [],
      datastore: [],
      network: [],
      configuration: { dasConfig: {}, drsConfig: {} },
      configurationEx: {
        _type: 'ClusterConfigInfoEx',
        vmSwapPlacement: 'vmDirectory',
        dasConfig: {},
        drsConfig: {},
        cryptoConfig: { cryptoMode: 'onDemand' },
      } as Data<'ClusterConfigInfoEx'>,
    });
    addChild(hostFolder, cluster.ref);
    const pool = this.#resourcePool(cluster.ref, now);
    cluster.set({ resourcePool: pool.ref });

    const datastores = world.datastores.map((datastore) => {
      const capacity = gibibytes(datastore.capacityGb ?? 1024);
      const url = `ds:///vmfs/volumes/${random.uuid()}/`;
      const created = store.create('Datastore', 'datastore-#', {
        ...entityDefaults(),
        name: datastore.name,
        parent: datastoreFolder.ref,
        vm: [],
        host: [],
        capability: {
          directoryHierarchySupported: true,
          rawDiskMappingsSupported: true,
          perFileThinProvisioningSupported: true,
          storageIORMSupported: true,
          nativeSnapshotSupported: false,
        },
        info: {
          _type: 'VmfsDatastoreInfo',
          name: datastore.name,
          url,
          freeSpace: capacity,
          maxFileSize: 70_368_744_177_664,
          maxVirtualDiskCapacity: 68_169_720_922_112,
          maxMemoryFileSize: 70_368_744_177_664,
          maxPhysicalRDMFileSize: 70_368_744_177_664,
          maxVirtualRDMFileSize: 68_169_720_922_112,
        } as Data<'VmfsDatastoreInfo'>,
      });
      created.set({
        browser: { type: 'HostDatastoreBrowser', value: `datastoreBrowser-${created.ref.value}` },
        summary: {
          datastore: created.ref,
          name: datastore.name,
          url,
          capacity,
          freeSpace: capacity,
          uncommitted: 0,
          accessible: true,
          multipleHostAccess: true,
          type: 'VMFS',
          maintenanceMode: 'normal',
        },
      });
      addChild(datastoreFolder, created.ref);
      return created;
    });
    const networks = world.networks.map((name) => {
      const created = store.create('Network', 'network-#', {
        ...entityDefaults(),
        name,
        parent: networkFolder.ref,
        host: [],
        vm: [],
      });
      created.set({ summary: { network: created.ref, name, accessible: true, ipPoolName: '' } });
      addChild(networkFolder, created.ref);
      return created;
    });
    const datastoreRefs = datastores.map((object) => object.ref);
    const networkRefs = networks.map((object) => object.ref);

    const hosts = world.hosts.map((host) => {
      const crypto = host.cryptoSupported ?? true;
      const hardware = hostHardware(random.uuid());
      const created = store.create('HostSystem', 'host-#', {
        ...entityDefaults(),
        name: host.name,
        parent: cluster.ref,
        hardware,
        runtime: hostRuntime(now, crypto),
        capability: hostCapability({
          cryptoSupported: crypto,
          encryptedVMotionSupported: host.encryptedVMotionSupported ?? true,
        }),
        vm: [],
        datastore: datastoreRefs,
        network: networkRefs,
      });
      created.set({
        datastoreBrowser: { type: 'HostDatastoreBrowser', value: `datastoreBrowser-${created.ref.value}` },
        configManager: crypto
          ? { cryptoManager: { type: 'CryptoManagerHostKMS', value: `cryptoManager-${created.ref.value.slice(5)}` } }
          : {},
        config: {
          _type: 'HostConfigInfo',
          host: created.ref,
          product: hostProduct(this.#profile),
          featureCapability: [{ key: 'cpuid.AES', featureName: 'cpuid.AES', value: '1' }],
        },
      });
      return created;
    });
    const hostRefs = hosts.map((object) => object.ref);
    for (const datastore of datastores) {
      datastore.set({
        host: hostRefs.map((key) => ({
          key,
          mountInfo: { path: datastore.get('info').url, accessMode: 'readWrite', mounted: true, accessible: true },
        })),
      });
    }
    for (const network of networks) network.set({ host: hostRefs });
    cluster.set({
      host: hostRefs,
      datastore: datastoreRefs,
      network: networkRefs,
      summary: computeSummary(hosts.length),
      summaryEx: computeSummary(hosts.length),
    });
    datacenter.set({ datastore: datastoreRefs, network: networkRefs });

    const [datastore] = datastores;
    if (!datastore || hosts.length === 0) {
      if (world.vms.length > 0) {
        throw new KeyrigError('ERR_OPTION', 'inventory.vms needs at least one host and one datastore');
      }
      return;
    }
    for (const [index, vm] of world.vms.entries()) {
      const host = vm.host === undefined ? hosts[index % hosts.length] : this.#inventory.host(vm.host);
      if (!host) {
        throw new KeyrigError(
          'ERR_OPTION',
          `inventory.vms: ${vm.name} names the host "${vm.host}", which does not exist`,
        );
      }
      this.addVm(vm, { host, pool, folder: vmFolder, datastore, network: networks[0] });
    }
  }

  #resourcePool(owner: Ref, now: Date): TypedObject<'ResourcePool'> {
    const allocation = {
      reservation: 0,
      expandableReservation: true,
      limit: -1,
      shares: { shares: 4000, level: 'normal' as const },
    };
    const usage = {
      reservationUsed: 0,
      reservationUsedForVm: 0,
      unreservedForPool: 0,
      unreservedForVm: 0,
      overallUsage: 0,
      maxUsage: 0,
    };
    const config: Data<'ResourceConfigSpec'> = {
      changeVersion: now.toISOString(),
      lastModified: now,
      cpuAllocation: allocation,
      memoryAllocation: allocation,
    };
    const runtime: Data<'ResourcePoolRuntimeInfo'> = { memory: usage, cpu: usage, overallStatus: 'green' };
    return this.#store.create('ResourcePool', 'resgroup-#', {
      ...entityDefaults(),
      name: 'Resources',
      parent: owner,
      owner,
      resourcePool: [],
      vm: [],
      config,
      runtime,
      summary: { name: 'Resources', config, runtime },
      childConfiguration: [],
    });
  }

  /** Adds a VM with its files, devices and links. */
  addVm(options: VmOptions, at: Placement): Vm {
    const random = this.#runtime.random.stream('vcenter.inventory');
    const now = new Date(this.#runtime.clock.now());
    const datastoreName = at.datastore.get('name');
    const devices = baseDevices(at.network?.ref, at.network?.get('name') ?? '', macAddress(random));
    const disks = (options.disks ?? [{ capacityGb: 16 }]).map((disk, index) =>
      virtualDisk({
        index,
        capacityBytes: gibibytes(disk.capacityGb),
        fileName: diskFileName(datastoreName, options.name, options.name, index),
        datastore: at.datastore.ref,
        uuid: random.uuid(),
      }),
    );
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
    addChild(at.folder, vm.ref);
    for (const holder of [at.host, at.pool, at.datastore, at.network]) link(holder, vm.ref);
    this.#addSnapshots(vm, options.snapshots ?? 0, now);
    return vm;
  }

  /** Guest IP addresses that VMs show while they run. */
  readonly guestAddresses = new WeakMap<object, string>();

  #addSnapshots(vm: Vm, snapshots: readonly string[] | number, now: Date): void {
    const names =
      typeof snapshots === 'number'
        ? Array.from({ length: snapshots }, (_, index) => `snapshot-${index + 1}`)
        : snapshots;
    if (names.length === 0) return;
    const refs = names.map((_, index) => ({
      type: 'VirtualMachineSnapshot',
      value: `snapshot-${vm.ref.value.slice(3)}${index}`,
    }));
    let tree: Data<'VirtualMachineSnapshotTree'>[] = [];
    for (let index = names.length - 1; index >= 0; index--) {
      tree = [
        {
          snapshot: refs[index]!,
          vm: vm.ref,
          name: names[index]!,
          description: '',
          id: index + 1,
          createTime: now,
          state: 'poweredOff',
          quiesced: false,
          childSnapshotList: tree.length > 0 ? tree : undefined,
          replaySupported: false,
        },
      ];
    }
    vm.set({ snapshot: { currentSnapshot: refs.at(-1), rootSnapshotList: tree }, rootSnapshot: [refs[0]!] });
  }

  /** Takes a VM out of the inventory. */
  removeVm(vm: Vm): void {
    const mine = (reference: Ref) => sameRef(reference, vm.ref);
    for (const folder of this.#store.all('Folder')) {
      const children = folder.get('childEntity') ?? [];
      if (children.some(mine)) folder.set({ childEntity: children.filter((child) => !mine(child)) });
    }
    for (const type of ['HostSystem', 'ResourcePool', 'Datastore', 'Network'] as const) {
      for (const holder of this.#store.all(type)) unlink(holder, vm.ref);
    }
    this.#store.delete(vm);
  }

  /** Moves a VM to another host and, when given, pool. */
  moveVm(vm: Vm, host: Host, pool?: TypedObject<'ResourcePool'>): void {
    unlink(this.#inventory.hostOf(vm), vm.ref);
    link(host, vm.ref);
    vm.change('runtime', (runtime) => {
      runtime.host = host.ref;
    });
    if (!pool) return;
    unlink(this.#store.get('ResourcePool', vm.get('resourcePool')), vm.ref);
    link(pool, vm.ref);
    vm.set({ resourcePool: pool.ref });
  }
}

function addChild(folder: TypedObject<'Folder'>, child: Ref): void {
  folder.set({ childEntity: [...(folder.get('childEntity') ?? []), child] });
}

/** Anything that lists the VMs it serves. */
interface VmHolder {
  read(property: string): unknown;
  set(changes: { vm: Ref[] }): void;
}

function link(holder: VmHolder | undefined, vm: Ref): void {
  holder?.set({ vm: [...references(holder.read('vm')), vm] });
}

function unlink(holder: VmHolder | undefined, vm: Ref): void {
  const before = references(holder?.read('vm'));
  const after = before.filter((other) => !sameRef(other, vm));
  if (after.length < before.length) holder?.set({ vm: after });
}
