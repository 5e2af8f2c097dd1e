import { KeyrigError, type RandomStream } from '../../core/index.ts';
import type { Vcenter } from '../vcenter.ts';
import type { Data, Ref } from '../vim/kernel/values.ts';
import { hostCapability } from './capabilities.ts';
import { gibibytes } from './devices.ts';
import { entityDefaults } from './entity-defaults.ts';
import { computeSummary, hostHardware, hostProduct, hostRuntime } from './host-data.ts';
import { type Host, rootFolderRef } from './inventory.ts';
import type { TypedObject } from './store.ts';
import { addChild } from './virtual-machine-factory.ts';
import { type DatastoreOptions, defaultInventory, type HostOptions, type InventoryOptions } from './world-options.ts';

type Folder = TypedObject<'Folder'>;

/** What building the world needs of a vCenter. */
interface Site {
  readonly vc: Vcenter;
  readonly random: RandomStream;
  readonly now: Date;
}

/** Builds one datacenter with one cluster and everything in it. ERR_OPTION when the options contradict themselves. */
export function buildWorld(vc: Vcenter, options: InventoryOptions): void {
  const world: Required<InventoryOptions> = { ...defaultInventory, ...options };
  requireUnique('hosts', world.hosts);
  requireUnique('datastores', world.datastores);
  requireUnique('vms', world.vms);
  const site = siteOf(vc);
  const root = folder(site, rootFolderRef.value, 'Datacenters', undefined, ['Folder', 'Datacenter']);
  const datacenter = vc.store.create('Datacenter', 'datacenter-#', {
    ...entityDefaults(),
    name: world.datacenter,
    parent: root.ref,
    datastore: [],
    network: [],
    configuration: {},
  });
  addChild(root, datacenter.ref);
  const vmFolder = folder(site, 'group-v#', 'vm', datacenter.ref, ['Folder', 'VirtualMachine', 'VirtualApp']);
  const hostFolder = folder(site, 'group-h#', 'host', datacenter.ref, ['Folder', 'ComputeResource']);
  const datastoreTypes = ['Folder', 'Datastore', 'StoragePod'];
  const datastoreFolder = folder(site, 'group-s#', 'datastore', datacenter.ref, datastoreTypes);
  const networkTypes = ['Folder', 'Network', 'DistributedVirtualSwitch'];
  const networkFolder = folder(site, 'group-n#', 'network', datacenter.ref, networkTypes);
  datacenter.set({
    vmFolder: vmFolder.ref,
    hostFolder: hostFolder.ref,
    datastoreFolder: datastoreFolder.ref,
    networkFolder: networkFolder.ref,
  });

  const { cluster, pool } = createCluster(site, world.cluster, hostFolder);
  const datastores = world.datastores.map((datastore) => createDatastore(site, datastore, datastoreFolder));
  const networks = world.networks.map((name) => createNetwork(site, name, networkFolder));
  const hosts = world.hosts.map((host) => createHost(site, host, cluster.ref));
  connect(cluster, hosts, datastores, networks);
  datacenter.set({ datastore: cluster.get('datastore'), network: cluster.get('network') });

  for (const [index, vm] of world.vms.entries()) {
    const host = vm.host === undefined ? hosts[index % hosts.length] : vc.inventory.host(vm.host);
    const [datastore] = datastores;
    if (vm.host !== undefined && !host) {
      throw new KeyrigError(
        'ERR_OPTION',
        `inventory.vms: ${vm.name} names the host "${vm.host}", which does not exist`,
      );
    }
    if (!host || !datastore) {
      throw new KeyrigError('ERR_OPTION', 'inventory.vms needs at least one host and one datastore');
    }
    vc.vmFactory.add(vm, { host, pool, folder: vmFolder, datastore, network: networks[0] });
  }
}

function siteOf(vc: Vcenter): Site {
  return { vc, random: vc.runtime.random.stream('vcenter.inventory'), now: new Date(vc.runtime.clock.now()) };
}

function requireUnique(list: string, members: readonly { name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of members) {
    if (seen.has(name)) throw new KeyrigError('ERR_OPTION', `inventory.${list}: the name "${name}" is used twice`);
    seen.add(name);
  }
}

function folder({ vc }: Site, id: string, name: string, parent: Ref | undefined, childType: string[]): Folder {
  return vc.store.create('Folder', id, { ...entityDefaults(), name, parent, childType, childEntity: [] });
}

function createCluster(site: Site, name: string, hostFolder: Folder) {
  const cluster = site.vc.store.create('ClusterComputeResource', 'domain-c#', {
    ...entityDefaults(),
    name,
    parent: hostFolder.ref,
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
  const pool = createResourcePool(site, cluster.ref);
  cluster.set({ resourcePool: pool.ref });
  return { cluster, pool };
}

function createResourcePool({ vc, now }: Site, owner: Ref): TypedObject<'ResourcePool'> {
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
  return vc.store.create('ResourcePool', 'resgroup-#', {
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

function createDatastore({ vc, random }: Site, options: DatastoreOptions, parent: Folder): TypedObject<'Datastore'> {
  const capacity = gibibytes(options.capacityGb ?? 1024);
  const url = `ds:///vmfs/volumes/${random.uuid()}/`;
  const datastore = vc.store.create('Datastore', 'datastore-#', {
    ...entityDefaults(),
    name: options.name,
    parent: parent.ref,
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
      name: options.name,
      url,
      freeSpace: capacity,
      maxFileSize: 70_368_744_177_664,
      maxVirtualDiskCapacity: 68_169_720_922_112,
      maxMemoryFileSize: 70_368_744_177_664,
      maxPhysicalRDMFileSize: 70_368_744_177_664,
      maxVirtualRDMFileSize: 68_169_720_922_112,
    } as Data<'VmfsDatastoreInfo'>,
  });
  datastore.set({
    browser: { type: 'HostDatastoreBrowser', value: `datastoreBrowser-${datastore.ref.value}` },
    summary: {
      datastore: datastore.ref,
      name: options.name,
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
  addChild(parent, datastore.ref);
  return datastore;
}

function createNetwork({ vc }: Site, name: string, parent: Folder): TypedObject<'Network'> {
  const network = vc.store.create('Network', 'network-#', {
    ...entityDefaults(),
    name,
    parent: parent.ref,
    host: [],
    vm: [],
  });
  network.set({ summary: { network: network.ref, name, accessible: true, ipPoolName: '' } });
  addChild(parent, network.ref);
  return network;
}

function createHost({ vc, random, now }: Site, options: HostOptions, parent: Ref): Host {
  const cryptoSupported = options.cryptoSupported ?? true;
  const host = vc.store.create('HostSystem', 'host-#', {
    ...entityDefaults(),
    name: options.name,
    parent,
    hardware: hostHardware(random.uuid()),
    runtime: hostRuntime(now, cryptoSupported),
    capability: hostCapability({
      cryptoSupported,
      encryptedVMotionSupported: options.encryptedVMotionSupported ?? true,
    }),
    vm: [],
  });
  const id = host.ref.value;
  host.set({
    datastoreBrowser: { type: 'HostDatastoreBrowser', value: `datastoreBrowser-${id}` },
    configManager: cryptoSupported
      ? { cryptoManager: { type: 'CryptoManagerHostKMS', value: `cryptoManager-${id.slice('host-'.length)}` } }
      : {},
    config: {
      _type: 'HostConfigInfo',
      host: host.ref,
      product: hostProduct(vc.profile),
      featureCapability: [{ key: 'cpuid.AES', featureName: 'cpuid.AES', value: '1' }],
    },
  });
  return host;
}

/** Adds a host below a compute resource of a running vCenter; it sees no storage and no network yet. */
export function addHostObject(vc: Vcenter, options: HostOptions, parent: Ref): Host {
  return createHost(siteOf(vc), options, parent);
}

/** Adds the root pool of a compute resource. */
export function addRootPool(vc: Vcenter, owner: Ref): TypedObject<'ResourcePool'> {
  return createResourcePool(siteOf(vc), owner);
}

/** Every host of the cluster sees every datastore and network. */
function connect(
  cluster: TypedObject<'ClusterComputeResource'>,
  hosts: readonly Host[],
  datastores: readonly TypedObject<'Datastore'>[],
  networks: readonly TypedObject<'Network'>[],
): void {
  const host = hosts.map((object) => object.ref);
  const datastore = datastores.map((object) => object.ref);
  const network = networks.map((object) => object.ref);
  for (const object of hosts) object.set({ datastore, network });
  for (const object of networks) object.set({ host });
  for (const object of datastores) {
    const mountInfo = { path: object.get('info').url, accessMode: 'readWrite', mounted: true, accessible: true };
    object.set({ host: host.map((key) => ({ key, mountInfo })) });
  }
  const summary = computeSummary(hosts.length);
  cluster.set({ host, datastore, network, summary, summaryEx: summary });
}
