import { requireConnected } from '../host/state.ts';
import type { Host, Vm } from '../inventory/inventory.ts';
import type { ManagedObject, TypedObject } from '../inventory/store.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { type Data, type ManagedTypeName, type Ref, sameRef } from '../vim/kernel/values.ts';

/** The object behind a reference. @throws ManagedObjectNotFound */
export function objectOf<N extends ManagedTypeName>(vc: Vcenter, type: N, reference: Ref): TypedObject<N> {
  const found = vc.store.get(type, reference);
  if (!found) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: reference });
  return found;
}

/** The compute resource that a pool or a host belongs to. */
function computeResourceOf(vc: Vcenter, object: TypedObject<'ResourcePool'> | Host): Ref | undefined {
  return object.type === 'HostSystem' ? object.get('parent') : vc.store.get('ResourcePool', object.ref)?.get('owner');
}

/** A host for a VM of a pool: the one asked for, else the first that is connected. @throws InvalidArgument, HostNotConnected */
export function hostFor(vc: Vcenter, pool: TypedObject<'ResourcePool'>, wanted: Ref | undefined): Host {
  const resource = computeResourceOf(vc, pool);
  if (wanted) {
    const host = objectOf(vc, 'HostSystem', wanted);
    // documented: the host must belong to the pool's compute resource
    if (!sameRef(computeResourceOf(vc, host), resource)) throw invalidArgument('host');
    requireConnected(vc, host);
    return host;
  }
  const hosts = vc.inventory.hosts.filter((host) => sameRef(computeResourceOf(vc, host), resource));
  const host = hosts.find((one) => one.get('runtime').connectionState === 'connected') ?? hosts[0];
  if (!host) throw invalidArgument('host');
  requireConnected(vc, host);
  return host;
}

/** Another vCenter's host or pool must not be taken for one of the same id here. @throws NotImplemented */
export function requireHere(vc: Vcenter, { service }: Data<'VirtualMachineRelocateSpec'>): void {
  if (service && service.instanceUuid !== vc.instanceUuid) throw fault('NotImplemented', vc.assumed.notImplemented);
}

/** Where a VM is asked to go. */
export interface Destination {
  host?: Ref;
  pool?: Ref;
}

/**
 * The host, and the pool if one is given, that a VM moves to. documented (MigrateVM_Task, RelocateVM_Task): without a pool its own
 * counts; without a host it stays where it is when that host is the pool's, and else only a stand-alone host or DRS can tell which
 * @throws ManagedObjectNotFound, InvalidArgument (host and pool of different compute resources, a host is missing), HostNotConnected
 */
export function destinationOf(
  vc: Vcenter,
  vm: Vm,
  wanted: Destination,
): { host: Host; pool?: TypedObject<'ResourcePool'> } {
  const pool = wanted.pool && objectOf(vc, 'ResourcePool', wanted.pool);
  const current = vc.inventory.hostOf(vm);
  const reference = wanted.host ?? current?.ref ?? vm.ref;
  const host = objectOf(vc, 'HostSystem', reference);
  const target = pool ?? vc.store.get('ResourcePool', vm.get('resourcePool'));
  // A template has no pool.
  if (!target || sameRef(computeResourceOf(vc, host), computeResourceOf(vc, target))) return { host, pool };
  if (wanted.host || !picksHosts(vc, computeResourceOf(vc, target))) throw invalidArgument('host');
  return { host: hostFor(vc, target, undefined), pool };
}

/** A stand-alone host has no choice, and a cluster makes it when DRS is on. */
function picksHosts(vc: Vcenter, resource: Ref | undefined): boolean {
  const cluster = vc.store.get('ClusterComputeResource', resource);
  const config = cluster?.get('configurationEx') as Data<'ClusterConfigInfoEx'> | undefined;
  return !cluster || config?.drsConfig.enabled === true;
}

/**
 * The datastore that a path names: `[datastore1]` or `[datastore1] vm/vm.vmx`; without one the first.
 * @param near something of the datacenter that is meant: names are unique in one only
 * @throws InvalidDatastore
 */
export function datastoreOf(vc: Vcenter, path: string | undefined, near?: ManagedObject): TypedObject<'Datastore'> {
  const name = /^\[([^\]]+)\]/.exec(path ?? '')?.[1];
  const datastore = datastoreNamed(vc, name, near);
  if (datastore) return datastore;
  throw fault('InvalidDatastore', vc.assumed.invalidDatastore(name ?? ''), { name });
}

/** A host runs a VM from a datastore that it sees. @throws InvalidDatastore. documented (CreateVM_Task, CloneVM_Task) */
export function requireDatastore(vc: Vcenter, host: Host, datastore: TypedObject<'Datastore'>): void {
  if (host.get('datastore')?.some((one) => sameRef(one, datastore.ref))) return;
  const name = datastore.get('name');
  throw fault('InvalidDatastore', vc.assumed.invalidDatastore(name), { datastore: datastore.ref, name });
}

/** The datastore of that name, or the first, in the datacenter of another object. */
export function datastoreNamed(
  vc: Vcenter,
  name: string | undefined,
  near?: ManagedObject,
): TypedObject<'Datastore'> | undefined {
  const all = vc.inventory.datastores.filter((one) => name === undefined || one.get('name') === name);
  if (all.length < 2 || !near) return all[0];
  const own = vc.inventory.datacenterOf(near);
  return all.find((one) => vc.inventory.datacenterOf(one) === own) ?? all[0];
}

/** The datastores and networks of a VM follow from its files and devices. */
export function relink(vc: Vcenter, vm: Vm): void {
  const config = vm.get('config');
  if (!config) return;
  const state = vc.files.stateOf(vm);
  const names = new Set<string>([/^\[([^\]]+)\]/.exec(config.files.vmPathName ?? '')?.[1] ?? '']);
  const networks = new Map<string, Ref>();
  for (const device of config.hardware.device ?? []) {
    const backing = device.backing as { fileName?: string; network?: Ref } | undefined;
    const datastore = /^\[([^\]]+)\]/.exec(backing?.fileName ?? '')?.[1];
    if (datastore) names.add(datastore);
    if (backing?.network && vc.store.find(backing.network)) networks.set(backing.network.value, backing.network);
  }
  for (const saved of state?.snapshots.values() ?? []) {
    const datastore = /^\[([^\]]+)\]/.exec(saved.files.vmPathName ?? '')?.[1];
    if (datastore) names.add(datastore);
  }
  const datastores = [...names].flatMap((name) => datastoreNamed(vc, name, vm)?.ref ?? []);
  vc.vmFactory.relink(vm, datastores, [...networks.values()]);
  const urls = datastores.map((one) => {
    const info = vc.store.get('Datastore', one)!.get('info');
    return { name: info.name, url: info.url };
  });
  if (JSON.stringify(urls) === JSON.stringify(config.datastoreUrl)) return;
  vm.change('config', (changed) => {
    changed.datastoreUrl = urls;
  });
}

/** The privileges on the places where a new VM goes. documented */
export function authorizePlacement(task: RunningTask, pool: Ref, datastore: Ref): void {
  task.require('Resource.AssignVMToPool', pool);
  task.require('Datastore.AllocateSpace', datastore);
}
