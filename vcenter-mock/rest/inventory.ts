import { references } from '../inventory/inventory.ts';
import type { ManagedObject, TypedObject } from '../inventory/store.ts';
import type { Data, ManagedTypeName } from '../vim/kernel/values.ts';
import { compareVersions } from '../vim/kernel/version.ts';
import {
  byCluster,
  byDatacenter,
  byId,
  byName,
  byParent,
  entityOf,
  hostOf,
  type InventoryKind,
  readsOf,
  unknown,
} from './inventory-kind.ts';
import type { Operation, RestCall } from './operation.ts';
import { vmCompliance, vmStoragePolicy } from './storage-policies.ts';
import { vmDetail } from './vm-detail.ts';
import { hardwareReads } from './vm-hardware.ts';

/** A managed object as its type. */
const as = <N extends ManagedTypeName>(entity: ManagedObject) => entity as TypedObject<N>;

const powerStates: Readonly<Record<string, string>> = {
  poweredOn: 'POWERED_ON',
  poweredOff: 'POWERED_OFF',
  suspended: 'SUSPENDED',
  standBy: 'STANDBY',
};
const connectionStates: Readonly<Record<string, string>> = {
  connected: 'CONNECTED',
  disconnected: 'DISCONNECTED',
  notResponding: 'NOT_RESPONDING',
};
const folderTypes: Readonly<Record<string, string>> = {
  Datacenter: 'DATACENTER',
  Datastore: 'DATASTORE',
  ComputeResource: 'HOST',
  Network: 'NETWORK',
  VirtualMachine: 'VIRTUAL_MACHINE',
};
const networkTypes: Readonly<Record<string, string>> = {
  Network: 'STANDARD_PORTGROUP',
  DistributedVirtualPortgroup: 'DISTRIBUTED_PORTGROUP',
  OpaqueNetwork: 'OPAQUE_NETWORK',
};

const vmPower = (vm: ManagedObject) => powerStates[as<'VirtualMachine'>(vm).get('runtime').powerState] ?? 'POWERED_OFF';
const connectionOf = (host: ManagedObject) =>
  connectionStates[as<'HostSystem'>(host).get('runtime').connectionState] ?? 'DISCONNECTED';
const folderType = (folder: ManagedObject) => {
  const [type = ''] = (folder.read('childType') as string[] | undefined)?.filter((one) => one !== 'Folder') ?? [];
  return folderTypes[type] ?? 'DATACENTER';
};
const networkType = (network: ManagedObject) => networkTypes[network.type] ?? 'STANDARD_PORTGROUP';
const datastoreType = (datastore: ManagedObject) => as<'Datastore'>(datastore).get('summary').type;
const ids = (value: unknown) => references(value).map(({ value: id }) => id);

/** vSphere Automation API, com.vmware.vcenter.*: members, filters and limits are documented. */
const vm: InventoryKind = {
  path: 'vm',
  id: 'vm',
  service: 'VM',
  label: 'Virtual machine',
  // A machine that is being made has no configuration yet, and a template is none. documented
  entities: ({ inventory }) => inventory.vms.filter((one) => one.get('config') && !one.get('config')?.template),
  limit: 4_000,
  filters: {
    vms: byId,
    names: byName,
    folders: byParent,
    datacenters: byDatacenter,
    hosts: (entity, vc) => ids(hostOf(entity, vc)?.ref),
    clusters: (entity, vc) => {
      const host = hostOf(entity, vc);
      return host ? byCluster(host, vc) : [];
    },
    resource_pools: (entity) => ids(entity.read('resourcePool')),
    power_states: { values: ['POWERED_OFF', 'POWERED_ON', 'SUSPENDED'], of: (entity) => [vmPower(entity)] },
  },
  summary: (entity) => {
    const hardware = as<'VirtualMachine'>(entity).get('config')?.hardware;
    return { power_state: vmPower(entity), cpu_count: hardware?.numCPU, memory_size_MiB: hardware?.memoryMB };
  },
  detail: (entity, call) => vmDetail(as<'VirtualMachine'>(entity), vmPower(entity), call),
};

/** API version that told the UUID of a host's hardware. documented */
const hostUuidSince = '9.0.0.0';
const uuidOf = (entity: ManagedObject) => as<'HostSystem'>(entity).get('summary').hardware?.uuid ?? '';

const host: InventoryKind = {
  path: 'host',
  id: 'host',
  label: 'Host',
  entities: ({ inventory }) => inventory.hosts,
  limit: 2_500,
  filters: {
    hosts: byId,
    names: byName,
    folders: byParent,
    datacenters: byDatacenter,
    clusters: byCluster,
    standalone: (entity, vc) => [String(byCluster(entity, vc).length === 0)],
    connection_states: {
      values: ['CONNECTED', 'DISCONNECTED', 'NOT_RESPONDING'],
      of: (entity) => [connectionOf(entity)],
    },
    host_uuids: (entity) => [uuidOf(entity)],
  },
  filtersSince: { host_uuids: hostUuidSince },
  summary: (entity, { vc }) => {
    const connection_state = connectionOf(entity);
    const host_uuid = compareVersions(hostUuidSince, vc.profile.apiVersion) <= 0 ? uuidOf(entity) : undefined;
    // documented: the power state is known of connected hosts alone
    if (connection_state !== 'CONNECTED') return { connection_state, host_uuid };
    const power_state = powerStates[as<'HostSystem'>(entity).get('runtime').powerState];
    return { connection_state, power_state, host_uuid };
  },
};

function clusterConfig(cluster: ManagedObject): Data<'ClusterConfigInfoEx'> | undefined {
  return as<'ClusterComputeResource'>(cluster).get('configurationEx') as Data<'ClusterConfigInfoEx'> | undefined;
}

const cluster: InventoryKind = {
  path: 'cluster',
  id: 'cluster',
  label: 'Cluster',
  entities: ({ inventory }) => inventory.clusters,
  limit: 1_000,
  filters: { clusters: byId, names: byName, folders: byParent, datacenters: byDatacenter },
  summary: (entity) => ({
    ha_enabled: clusterConfig(entity)?.dasConfig.enabled ?? false,
    drs_enabled: clusterConfig(entity)?.drsConfig.enabled ?? false,
  }),
  detail: (entity) => ({ name: byName(entity)[0], resource_pool: ids(entity.read('resourcePool'))[0] }),
};

const datacenter: InventoryKind = {
  path: 'datacenter',
  id: 'datacenter',
  label: 'Datacenter',
  entities: ({ inventory }) => inventory.datacenters,
  limit: 1_000,
  filters: { datacenters: byId, names: byName, folders: byParent },
  summary: () => ({}),
  detail: (entity) => ({
    name: byName(entity)[0],
    datastore_folder: ids(entity.read('datastoreFolder'))[0],
    host_folder: ids(entity.read('hostFolder'))[0],
    network_folder: ids(entity.read('networkFolder'))[0],
    vm_folder: ids(entity.read('vmFolder'))[0],
  }),
};

const datastore: InventoryKind = {
  path: 'datastore',
  id: 'datastore',
  label: 'Datastore',
  entities: ({ inventory }) => inventory.datastores,
  limit: 2_500,
  filters: {
    datastores: byId,
    names: byName,
    folders: byParent,
    datacenters: byDatacenter,
    types: { values: ['VMFS', 'NFS', 'NFS41', 'CIFS', 'VSAN', 'VFFS', 'VVOL'], of: (one) => [datastoreType(one)] },
  },
  summary: (entity) => {
    const { type, freeSpace, capacity } = as<'Datastore'>(entity).get('summary');
    return { type, free_space: freeSpace, capacity };
  },
  detail: (entity) => {
    const { type, freeSpace, accessible, multipleHostAccess } = as<'Datastore'>(entity).get('summary');
    const { perFileThinProvisioningSupported } = as<'Datastore'>(entity).get('capability');
    return {
      name: byName(entity)[0],
      type,
      accessible,
      free_space: freeSpace,
      multiple_host_access: multipleHostAccess ?? false,
      thin_provisioning_supported: perFileThinProvisioningSupported,
    };
  },
};

const folder: InventoryKind = {
  path: 'folder',
  id: 'folder',
  label: 'Folder',
  entities: ({ store }) => store.all('Folder'),
  limit: 1_000,
  filters: {
    folders: byId,
    names: byName,
    parent_folders: byParent,
    datacenters: byDatacenter,
    type: { values: Object.values(folderTypes), of: (entity) => [folderType(entity)] },
  },
  summary: (entity) => ({ type: folderType(entity) }),
};

const network: InventoryKind = {
  path: 'network',
  id: 'network',
  label: 'Network',
  entities: ({ store }) => [...store.all('Network'), ...store.all('DistributedVirtualPortgroup')],
  limit: 1_000,
  filters: {
    networks: byId,
    names: byName,
    folders: byParent,
    datacenters: byDatacenter,
    types: { values: Object.values(networkTypes), of: (entity) => [networkType(entity)] },
  },
  summary: (entity) => ({ type: networkType(entity) }),
};

const resourcePool: InventoryKind = {
  path: 'resource-pool',
  id: 'resource_pool',
  label: 'Resource pool',
  entities: ({ store }) => store.all('ResourcePool'),
  limit: 1_000,
  filters: {
    resource_pools: byId,
    names: byName,
    parent_resource_pools: byParent,
    datacenters: byDatacenter,
    // A pool of a cluster is in none of its hosts. assumed
    hosts: (entity, { inventory }) => {
      const alone = inventory.ancestors(entity).filter(({ type }) => type === 'ComputeResource');
      return alone.flatMap((one) => ids(one.read('host')));
    },
    clusters: byCluster,
  },
  summary: () => ({}),
  detail: (entity) => ({ name: byName(entity)[0], resource_pools: ids(entity.read('resourcePool')) }),
};

/** No host has that identifier. */
export const unknownHost = (call: RestCall, id: string) => unknown(host, call, id);

/** The reads that common clients start with. */
export const inventoryOperations: readonly Operation[] = [
  ...[vm, host, cluster, datacenter, datastore, folder, network, resourcePool].flatMap(readsOf),
  ...hardwareReads((call) => as<'VirtualMachine'>(entityOf(vm, call))),
  {
    method: 'GET',
    path: '/vcenter/vm/{vm}/power',
    rpc: { service: 'com.vmware.vcenter.vm.power', operation: 'get', result: 'com.vmware.vcenter.vm.power.info' },
    run(call) {
      const entity = as<'VirtualMachine'>(entityOf(vm, call));
      const state = vmPower(entity);
      // documented: whether it was powered off cleanly is known of a machine that is off
      if (state !== 'POWERED_OFF') return { state };
      return { state, clean_power_off: entity.get('runtime').cleanPowerOff ?? false };
    },
  },
  {
    method: 'GET',
    path: '/vcenter/vm/{vm}/storage/policy',
    since: '6.7',
    rpc: {
      service: 'com.vmware.vcenter.vm.storage.policy',
      operation: 'get',
      result: 'com.vmware.vcenter.vm.storage.policy.info',
    },
    run: (call) => vmStoragePolicy(as<'VirtualMachine'>(entityOf(vm, call)), call),
  },
  {
    method: 'GET',
    path: '/vcenter/vm/{vm}/storage/policy/compliance',
    since: '6.7',
    rpc: {
      service: 'com.vmware.vcenter.vm.storage.policy.compliance',
      operation: 'get',
      result: 'com.vmware.vcenter.vm.storage.policy.compliance.info?',
    },
    run: (call) => vmCompliance(as<'VirtualMachine'>(entityOf(vm, call)), call),
  },
];
