import { addHostObject, type Compute, connect, createStandalone } from '../inventory/build-compute.ts';
import { createDatastore, createNetwork } from '../inventory/build-storage.ts';
import type { Host } from '../inventory/inventory.ts';
import { siteOf } from '../inventory/site.ts';
import type { TypedObject } from '../inventory/store.ts';
import { defaultInventory } from '../inventory/world-options.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { isSubtype } from '../vim/kernel/registry.ts';
import { type Data, type Ref, sameRef } from '../vim/kernel/values.ts';
import { forgetVm } from '../virtual-machine/register.ts';
import { hostStateFault, vmsOn } from './state.ts';

type Datacenter = TypedObject<'Datacenter'>;
/** A cluster, or what a host by itself has in its place. */
export type ComputeObject = Compute['object'];

/**
 * Adds a host to a cluster. Any name stands for a machine that is there and lets vCenter in; it supports encryption. A cluster
 * in mode forceEnable brings it into encryption mode at once.
 * @throws InvalidArgument (no name), DuplicateName; NoPermission when its encryption needs RegisterHost. documented faults
 */
export async function addHost(
  vc: Vcenter,
  cluster: TypedObject<'ClusterComputeResource'>,
  spec: Data<'HostConnectSpec'>,
  asConnected: boolean,
  task: RunningTask,
): Promise<Host> {
  const name = checkName(vc, spec);
  if (cryptoModeOf(cluster) === 'forceEnable') task.require('Cryptographer.RegisterHost', cluster.ref);
  const host = addHostObject(vc, { name }, cluster.ref);
  if (!asConnected) leaveDisconnected(host);
  join(vc, cluster, host);
  announceAdded(vc, host, asConnected, task);
  await vc.crypto.hostAdded(host, task.cause);
  return host;
}

/** Adds a host with a compute resource of its own to a host folder. @throws as `addHost` */
export async function addStandaloneHost(
  vc: Vcenter,
  folder: TypedObject<'Folder'>,
  spec: Data<'HostConnectSpec'>,
  addConnected: boolean,
  task: RunningTask,
): Promise<TypedObject<'ComputeResource'>> {
  const name = checkName(vc, spec);
  if (!folder.get('childType')?.includes('ComputeResource')) throw fault('NotSupported', vc.assumed.notSupported);
  const { object: compute, hosts } = createStandalone(siteOf(vc), { name }, folder);
  const host = hosts[0]!;
  if (!addConnected) leaveDisconnected(host);
  join(vc, compute, host);
  announceAdded(vc, host, addConnected, task);
  await vc.crypto.hostAdded(host, task.cause);
  return compute as TypedObject<'ComputeResource'>;
}

/**
 * Removes a host from its cluster and the inventory, its VMs with it.
 * @throws NotSupported (a host by itself goes with its compute resource only), InvalidState (it must be disconnected or in
 *   maintenance mode), TaskInProgress. documented
 */
export function removeHost(vc: Vcenter, host: Host, task: RunningTask): void {
  const { connectionState, inMaintenanceMode } = host.get('runtime');
  if (host.get('parent')?.type === 'ComputeResource') throw fault('NotSupported', vc.assumed.notSupported);
  if (connectionState === 'connected' && !inMaintenanceMode) {
    throw hostStateFault(vc, `Host "${host.get('name')}" is neither disconnected nor in maintenance mode.`);
  }
  for (const vm of vmsOn(vc, host)) vc.tasks.requireIdle(vm.ref);
  forgetHost(vc, host, task);
}

/** vCenter forgets a host and its VMs, which go on as they are. documented (Folder) */
export function forgetHost(vc: Vcenter, host: Host, actor: Pick<RunningTask, 'user' | 'cause'>): void {
  for (const vm of vmsOn(vc, host)) forgetVm(vc, vm, actor);
  const subject = { host, user: actor.user, cause: actor.cause, message: `Removed host ${host.get('name')}` };
  vc.events.post('HostRemovedEvent', {}, subject);
  const parent = host.get('parent');
  const compute = parent && (vc.store.find(parent) as ComputeObject | undefined);
  const datacenter = vc.inventory.datacenterOf(host);
  vc.crypto.hostRemoved(host);
  const browser = vc.store.find(host.get('datastoreBrowser'));
  if (browser) vc.store.delete(browser);
  vc.store.delete(host);
  if (compute) {
    compute.set({ host: membersOf(compute).filter((member) => !sameRef(member, host.ref)) });
  }
  if (datacenter) showEverywhere(vc, datacenter);
}

function checkName(vc: Vcenter, { hostName }: Data<'HostConnectSpec'>): string {
  if (!hostName) throw invalidArgument('spec.hostName');
  const existing = vc.inventory.host(hostName);
  if (existing) {
    throw fault('DuplicateName', vc.assumed.duplicateName(hostName), { name: hostName, object: existing.ref });
  }
  return hostName;
}

function leaveDisconnected(host: Host): void {
  host.change('runtime', (runtime) => {
    runtime.connectionState = 'disconnected';
  });
}

function announceAdded(vc: Vcenter, host: Host, connected: boolean, task: RunningTask): void {
  const subject = { host, user: task.user, cause: task.cause };
  const name = host.get('name');
  vc.events.post('HostAddedEvent', {}, { ...subject, message: `Added host ${name}` });
  if (connected) vc.events.post('HostConnectedEvent', {}, { ...subject, message: `Connected to ${name}` });
}

/**
 * The new host sees every datastore and network of its datacenter, as the others do. To one that has none it brings those that a new
 * installation of ESXi makes (documented: `datastore1`, `VM Network`).
 */
function join(vc: Vcenter, compute: ComputeObject, host: Host): void {
  compute.set({ host: [...membersOf(compute), host.ref] });
  const datacenter = vc.inventory.datacenterOf(host);
  if (!datacenter) return;
  bringDefaults(vc, datacenter);
  showEverywhere(vc, datacenter);
}

function bringDefaults(vc: Vcenter, datacenter: Datacenter): void {
  const folder = (ref: Ref) => vc.store.get('Folder', ref)!;
  if (datacenter.get('datastore')?.length === 0) {
    const datastores = defaultInventory.datastores.map((options) =>
      createDatastore(siteOf(vc), options, folder(datacenter.get('datastoreFolder'))),
    );
    datacenter.set({ datastore: datastores.map(({ ref }) => ref) });
  }
  if (datacenter.get('network')?.length === 0) {
    const networks = defaultInventory.networks.map((name) =>
      createNetwork(siteOf(vc), name, folder(datacenter.get('networkFolder'))),
    );
    datacenter.set({ network: networks.map(({ ref }) => ref) });
  }
}

function membersOf(compute: ComputeObject): readonly Ref[] {
  // A cluster has what every compute resource has.
  return (compute as TypedObject<'ComputeResource'>).get('host') ?? [];
}

/** The hosts of a compute resource. */
export function hostsIn(vc: Vcenter, compute: ComputeObject): Host[] {
  return membersOf(compute).flatMap((ref) => vc.store.get('HostSystem', ref) ?? []);
}

/** The hosts of a datacenter see its datastores and networks, and these list them. */
function showEverywhere(vc: Vcenter, datacenter: Datacenter): void {
  const inside = vc.inventory.descendants(datacenter);
  const computes = inside.filter(({ type }) => isSubtype(type, 'ComputeResource')) as ComputeObject[];
  connect(
    computes.map((object) => ({ object, hosts: hostsIn(vc, object) })),
    (datacenter.get('datastore') ?? []).flatMap((ref) => vc.store.get('Datastore', ref) ?? []),
    (datacenter.get('network') ?? []).flatMap((ref) => vc.store.get('Network', ref) ?? []),
  );
}

/** The cluster's mode of encryption; onDemand unless it says otherwise. */
export function cryptoModeOf(cluster: TypedObject<'ClusterComputeResource'>): string {
  const config = cluster.get('configurationEx') as Data<'ClusterConfigInfoEx'>;
  return config.cryptoConfig?.cryptoMode ?? 'onDemand';
}
