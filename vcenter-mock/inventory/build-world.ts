import type { Vcenter } from '../vcenter.ts';
import {
  type Compute,
  connect,
  createCluster,
  createHost,
  createStandalone,
  type Pool,
  poolAt,
} from './build-compute.ts';
import { createDatacenter } from './build-datacenter.ts';
import { createDatastore, createNetwork } from './build-storage.ts';
import { escapedName } from './entity-names.ts';
import { rootFolderRef } from './inventory.ts';
import { createFolder, type Folder, folderAt, optionError, requireUnique, type Site, siteOf } from './site.ts';
import type { TypedObject } from './store.ts';
import type { Placement } from './virtual-machine-factory.ts';
import { type DatacenterOptions, defaultInventory, type InventoryOptions, type VmOptions } from './world-options.ts';

/** Builds the datacenters and everything in them. ERR_OPTION when the options contradict themselves. */
export function buildWorld(vc: Vcenter, options: InventoryOptions): void {
  const datacenters = datacentersOf(options);
  requireUnique(
    'datacenters',
    datacenters.map(({ folder = '', name }) => `${folder}/${name}`),
  );
  // Hosts are known by their name in the whole vCenter.
  requireUnique('hosts', datacenters.flatMap(hostNames));
  const site = siteOf(vc);
  const root = createFolder(site, rootFolderRef.value, 'Datacenters', undefined, ['Folder', 'Datacenter']);
  for (const datacenter of datacenters) buildDatacenter(site, root, datacenter);
}

/** One way or the other to write it, the same datacenters. */
function datacentersOf({ datacenters, ...single }: InventoryOptions): readonly DatacenterOptions[] {
  if (datacenters) {
    const [other] = Object.entries(single).filter(([, value]) => value !== undefined);
    if (other) throw optionError(`${other[0]} belongs in one of the datacenters`);
    return datacenters;
  }
  const world = { ...defaultInventory, ...single };
  return [
    {
      name: world.datacenter,
      clusters: [{ name: world.cluster, hosts: world.hosts }],
      datastores: world.datastores,
      networks: world.networks,
      vms: world.vms,
    },
  ];
}

function hostNames({ clusters = [], hosts = [] }: DatacenterOptions): string[] {
  return [...clusters.flatMap((cluster) => cluster.hosts ?? []), ...hosts].map(({ name }) => name);
}

function buildDatacenter(site: Site, root: Folder, options: DatacenterOptions): void {
  const above = folderAt(site, root, options.folder);
  const { datacenter, vmFolder, hostFolder, datastoreFolder, networkFolder } = createDatacenter(
    site,
    escapedName(options.name),
    above,
  );
  const clusters = (options.clusters ?? []).map((cluster) => ({
    options: cluster,
    ...createCluster(site, cluster.name, folderAt(site, hostFolder, cluster.folder)),
  }));
  const { datastores = defaultInventory.datastores, networks = defaultInventory.networks } = options;
  requireUnique(
    `datacenters: ${options.name}: datastores`,
    datastores.map(({ name }) => name),
  );
  requireUnique(`datacenters: ${options.name}: networks`, networks);
  requireUnique(
    `datacenters: ${options.name}: clusters`,
    clusters.map((cluster) => cluster.options.name),
  );
  const storage = datastores.map((datastore) => createDatastore(site, datastore, datastoreFolder));
  const wires = networks.map((name) => createNetwork(site, name, networkFolder));
  const computes: Compute[] = clusters.map(({ options: { name, hosts = [] }, cluster, pool }) => ({
    name,
    object: cluster,
    pool,
    hosts: hosts.map((host) => createHost(site, host, cluster.ref)),
  }));
  for (const host of options.hosts ?? []) {
    computes.push(createStandalone(site, host, folderAt(site, hostFolder, host.folder)));
  }
  connect(computes, storage, wires);
  datacenter.set({
    datastore: storage.map(({ ref }) => ref),
    network: wires.map(({ ref }) => ref),
  });
  const pools = [...(options.clusters ?? []), ...(options.hosts ?? [])].map(({ resourcePools = [] }) => resourcePools);
  for (const [index, paths] of pools.entries()) for (const path of paths) poolAt(site, computes[index]!.pool, path);
  for (const path of options.vmFolders ?? []) folderAt(site, vmFolder, path);
  addVms(site, { name: options.name, vmFolder, computes, storage, wires }, options.vms ?? []);
}

/** Where the VMs of a datacenter can go. */
interface Room {
  readonly name: string;
  readonly vmFolder: Folder;
  readonly computes: readonly Compute[];
  readonly storage: readonly TypedObject<'Datastore'>[];
  readonly wires: readonly TypedObject<'Network'>[];
}

function addVms(site: Site, room: Room, wanted: readonly VmOptions[]): void {
  const names = new Map<Folder, Set<string>>();
  const placed: [VmOptions, Placement][] = [];
  let turn = 0;
  for (const options of wanted) {
    const place = placer(site, room, options);
    for (const name of namesOf(options)) {
      const at = place(turn++);
      const taken = names.get(at.folder) ?? new Set();
      names.set(at.folder, taken);
      if (taken.has(name)) throw optionError(`vms: the name "${name}" is used twice`);
      taken.add(name);
      placed.push([name === options.name ? options : { ...options, name }, at]);
    }
  }
  site.vc.vmFactory.addAll(placed);
}

function namesOf({ name, count, ipAddress }: VmOptions): string[] {
  if (count === undefined) return [escapedName(name)];
  if (!name.includes('#')) throw optionError(`vms: "${name}" has a count, but no # for the number`);
  if (ipAddress !== undefined) throw optionError(`vms: "${name}" has a count: one address cannot be that of all`);
  const width = String(count).length;
  return Array.from({ length: count }, (_, index) =>
    escapedName(name.replace('#', String(index + 1).padStart(width, '0'))),
  );
}

/** Works out once where the VMs of one kind go; the host is chosen by turns. */
function placer(site: Site, room: Room, options: VmOptions): (turn: number) => Placement {
  const what = `vms: ${options.name}`;
  const computes = room.computes.filter(
    (compute) =>
      (options.cluster === undefined || compute.name === options.cluster) &&
      (options.host === undefined || compute.hosts.some((host) => host.get('name') === options.host)),
  );
  const hosts = computes.flatMap((compute) =>
    compute.hosts.filter((host) => options.host === undefined || host.get('name') === options.host),
  );
  if (hosts.length === 0 && options.host !== undefined) {
    throw optionError(`${what} names the host "${options.host}", which does not exist`);
  }
  const datastore = named(room.storage, options.datastore);
  if (!datastore && options.datastore !== undefined)
    throw optionError(`${what} names a datastore${missing(options.datastore)}`);
  if (hosts.length === 0 && options.cluster !== undefined)
    throw optionError(`${what} names a cluster${missing(options.cluster)}`);
  if (hosts.length === 0 || !datastore) throw optionError('vms needs at least one host and one datastore');
  const network = named(room.wires, options.network);
  if (!network && options.network !== undefined) {
    throw optionError(`${what} names a network${missing(options.network)}`);
  }
  const folder = folderAt(site, room.vmFolder, options.folder);
  const pools = new Map<Pool, Pool>();
  return (turn) => {
    const host = hosts[turn % hosts.length]!;
    const { pool: own } = computes.find((compute) => compute.hosts.includes(host))!;
    const pool = pools.get(own) ?? poolAt(site, own, options.resourcePool);
    pools.set(own, pool);
    return { host, pool, folder, datastore, network };
  };
}

function named<T extends { get(property: 'name'): string }>(
  objects: readonly T[],
  name: string | undefined,
): T | undefined {
  if (name === undefined) return objects[0];
  const wanted = escapedName(name);
  return objects.find((object) => object.get('name') === wanted);
}

const missing = (name: string) => ` "${name}", which does not exist or is empty`;
