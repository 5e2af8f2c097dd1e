import type { Vcenter } from '../vcenter.ts';
import type { Data, Ref } from '../vim/kernel/values.ts';
import { hostCapability } from './capabilities.ts';
import { entityDefaults } from './entity-defaults.ts';
import { escapedName, plainName } from './entity-names.ts';
import { computeSummary, hostHardware, hostProduct, hostRuntime } from './host-data.ts';
import { hostNetwork } from './host-network.ts';
import type { Host } from './inventory.ts';
import { type Folder, optionError, pathOf, type Site, siteOf } from './site.ts';
import type { TypedObject } from './store.ts';
import { addChildren } from './virtual-machine-factory.ts';
import type { HostOptions } from './world-options.ts';

export type Pool = TypedObject<'ResourcePool'>;

/** A cluster or a standalone host, with its hosts and its own resource pool. */
export interface Compute {
  readonly name: string;
  readonly object: TypedObject<'ClusterComputeResource'> | TypedObject<'ComputeResource'>;
  readonly pool: Pool;
  readonly hosts: readonly Host[];
}

/** Makes a cluster without hosts. */
export function createCluster(site: Site, name: string, hostFolder: Folder) {
  const summary = computeSummary(0);
  const cluster = site.vc.store.create('ClusterComputeResource', 'domain-c#', {
    ...entityDefaults(),
    name: escapedName(name),
    parent: hostFolder.ref,
    host: [],
    datastore: [],
    network: [],
    summary,
    summaryEx: summary,
    configurationEx: {
      _type: 'ClusterConfigInfoEx',
      vmSwapPlacement: 'vmDirectory',
      dasConfig: { enabled: false },
      drsConfig: { enabled: false },
      vsanConfigInfo: { enabled: false, defaultConfig: { autoClaimStorage: false } },
      cryptoConfig: { cryptoMode: 'onDemand' },
    } as Data<'ClusterConfigInfoEx'>,
  });
  addChildren(hostFolder, [cluster.ref]);
  const pool = createResourcePool(site, cluster.ref);
  cluster.set({ resourcePool: pool.ref });
  return { cluster, pool };
}

/** Makes the compute resource of a host that is in no cluster; it has the host's name. */
export function createStandalone(site: Site, options: HostOptions, hostFolder: Folder): Compute {
  const object = site.vc.store.create('ComputeResource', 'domain-s#', {
    ...entityDefaults(),
    name: options.name,
    parent: hostFolder.ref,
    configurationEx: {
      _type: 'ComputeResourceConfigInfo',
      vmSwapPlacement: 'vmDirectory',
    } as Data<'ComputeResourceConfigInfo'>,
  });
  addChildren(hostFolder, [object.ref]);
  const pool = createResourcePool(site, object.ref);
  object.set({ resourcePool: pool.ref });
  return { name: options.name, object, pool, hosts: [createHost(site, options, object.ref)] };
}

/** Makes the resource pool that a cluster or standalone host has by itself. */
function createResourcePool({ vc, now }: Site, owner: Ref, name = 'Resources', parent: Ref = owner): Pool {
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
    name,
    parent,
    owner,
    resourcePool: [],
    vm: [],
    config,
    runtime,
    childConfiguration: [],
  });
}

/** The pool at a path below another; what is missing of it is made. */
export function poolAt(site: Site, above: Pool, path: string | undefined): Pool {
  let pool = above;
  for (const name of pathOf(path)) {
    const existing = site.vc.inventory.findChild(pool, name);
    if (existing && existing.type !== 'ResourcePool') throw optionError(`"${path}" is no path of resource pools`);
    if (existing) {
      pool = existing as Pool;
      continue;
    }
    pool = createPoolIn(site, pool, name);
  }
  return pool;
}

function createPoolIn(site: Site, parent: Pool, name: string): Pool {
  const created = createResourcePool(site, parent.get('owner'), escapedName(name), parent.ref);
  parent.set({ resourcePool: [...(parent.get('resourcePool') ?? []), created.ref] });
  return created;
}

/** Adds a pool below another of a running vCenter. */
export function addPool(vc: Vcenter, parent: Pool, name: string): Pool {
  return createPoolIn(siteOf(vc), parent, name);
}

export function createHost({ vc, random, now }: Site, options: HostOptions, parent: Ref): Host {
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
      tpm: options.tpm ?? true,
    }),
    vm: [],
  });
  const id = host.ref.value;
  vc.store.create('HostDatastoreBrowser', `datastoreBrowser-${id}`, {});
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

/** Every host sees every datastore and network of its datacenter. */
export function connect(
  computes: readonly Pick<Compute, 'object' | 'hosts'>[],
  datastores: readonly TypedObject<'Datastore'>[],
  networks: readonly TypedObject<'Network'>[],
): void {
  const hosts = computes.flatMap((compute) => compute.hosts);
  const host = hosts.map((object) => object.ref);
  const datastore = datastores.map((object) => object.ref);
  const network = networks.map((object) => object.ref);
  const names = networks.filter(({ type }) => type === 'Network').map((object) => plainName(object.get('name')));
  for (const object of hosts) {
    object.set({ datastore, network });
    object.change('config', (config) => {
      config.network = hostNetwork(names);
    });
  }
  for (const object of networks) object.set({ host });
  for (const object of datastores) {
    const mountInfo = { path: object.get('info').url, accessMode: 'readWrite', mounted: true, accessible: true };
    object.set({ host: host.map((key) => ({ key, mountInfo })) });
  }
  for (const { object, hosts: own } of computes) {
    // documented: a compute resource has what its hosts see
    const seen = own.length > 0 ? { datastore, network } : { datastore: [], network: [] };
    const shown = { host: own.map((one) => one.ref), ...seen };
    const summary = computeSummary(own.length);
    if (object.type === 'ClusterComputeResource') {
      (object as TypedObject<'ClusterComputeResource'>).set({ ...shown, summary, summaryEx: summary });
    } else {
      (object as TypedObject<'ComputeResource'>).set({
        ...shown,
        summary: { ...summary, _type: 'ComputeResourceSummary' },
      });
    }
  }
}
