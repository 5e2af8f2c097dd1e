import { addHostObject, addRootPool } from '../inventory/build-compute.ts';
import { entityDefaults } from '../inventory/entity-defaults.ts';
import { computeSummary } from '../inventory/host-data.ts';
import type { Host } from '../inventory/inventory.ts';
import type { TypedObject } from '../inventory/store.ts';
import { addChildren } from '../inventory/virtual-machine-factory.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { type Data, type Ref, sameRef } from '../vim/kernel/values.ts';
import { forgetVm } from '../virtual-machine/register.ts';
import { hostStateFault, vmsOn } from './state.ts';

/** A compute resource, of whatever subtype. */
type Compute = Omit<TypedObject<'ComputeResource'>, 'type'> & { readonly type: string };

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
  join(vc, cluster as unknown as Compute, host);
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
  const compute = vc.store.create('ComputeResource', 'domain-s#', {
    ...entityDefaults(),
    name,
    parent: folder.ref,
    configurationEx: { vmSwapPlacement: 'vmDirectory' },
    summary: hostTotals(),
  });
  addChildren(folder, [compute.ref]);
  compute.set({ resourcePool: addRootPool(vc, compute.ref).ref });
  const host = addHostObject(vc, { name }, compute.ref);
  if (!addConnected) leaveDisconnected(host);
  join(vc, compute as Compute, host);
  announceAdded(vc, host, addConnected, task);
  await vc.crypto.hostAdded(host, task.cause);
  return compute;
}

/**
 * Removes a host from the inventory, its VMs with it.
 * @throws InvalidState: it must be disconnected or in maintenance mode. documented
 */
export function removeHost(vc: Vcenter, host: Host, task: RunningTask): void {
  const { connectionState, inMaintenanceMode } = host.get('runtime');
  const name = host.get('name');
  if (connectionState === 'connected' && !inMaintenanceMode) {
    throw hostStateFault(vc, `Host "${name}" is neither disconnected nor in maintenance mode.`);
  }
  for (const vm of vmsOn(vc, host)) forgetVm(vc, vm, task);
  const subject = { host, user: task.user, cause: task.cause, message: `Removed host ${name}` };
  vc.events.post('HostRemovedEvent', {}, subject);
  const parent = host.get('parent');
  const compute = parent && (vc.store.find(parent) as unknown as Compute | undefined);
  vc.crypto.hostRemoved(host);
  vc.store.delete(host);
  if (compute) leave(vc, compute, host);
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

/** The new host sees every datastore and network, as the others do. */
function join(vc: Vcenter, compute: Compute, host: Host): void {
  const datastore = vc.inventory.datastores.map(({ ref }) => ref);
  const network = vc.store.all('Network').map(({ ref }) => ref);
  host.set({ datastore, network });
  compute.set({ datastore, network });
  setMembers(compute, [...(compute.get('host') ?? []), host.ref]);
  showEverywhere(vc);
}

/** A compute resource of a single host goes with it. */
function leave(vc: Vcenter, compute: Compute, host: Host): void {
  setMembers(
    compute,
    (compute.get('host') ?? []).filter((member) => !sameRef(member, host.ref)),
  );
  if (compute.type === 'ComputeResource') {
    const folder = vc.store.get('Folder', compute.get('parent'));
    folder?.set({ childEntity: (folder.get('childEntity') ?? []).filter((child) => !sameRef(child, compute.ref)) });
    vc.store.delete(compute);
  }
  showEverywhere(vc);
}

function setMembers(compute: Compute, host: Ref[]): void {
  compute.set({ host });
  if (compute.type !== 'ClusterComputeResource') return;
  const summary = computeSummary(host.length);
  (compute as unknown as TypedObject<'ClusterComputeResource'>).set({ summary, summaryEx: summary });
}

/** Datastores and networks list all hosts of the vCenter. */
function showEverywhere(vc: Vcenter): void {
  const hosts = vc.inventory.hosts.map(({ ref }) => ref);
  for (const network of vc.store.all('Network')) network.set({ host: hosts });
  for (const datastore of vc.inventory.datastores) {
    const [known] = datastore.get('host') ?? [];
    const mountInfo = known?.mountInfo ?? { path: datastore.get('info').url, accessMode: 'readWrite' };
    datastore.set({ host: hosts.map((key) => ({ key, mountInfo })) });
  }
}

/** The sums of the one host of a compute resource that is no cluster. */
function hostTotals(): Data<'ComputeResourceSummary'> {
  const { totalCpu, totalMemory, numCpuCores, numCpuThreads, effectiveCpu, effectiveMemory } = computeSummary(1);
  return {
    totalCpu,
    totalMemory,
    numCpuCores,
    numCpuThreads,
    effectiveCpu,
    effectiveMemory,
    numHosts: 1,
    numEffectiveHosts: 1,
    overallStatus: 'green',
  };
}

/** The cluster's mode of encryption; onDemand unless it says otherwise. */
export function cryptoModeOf(cluster: TypedObject<'ClusterComputeResource'>): string {
  const config = cluster.get('configurationEx') as Data<'ClusterConfigInfoEx'>;
  return config.cryptoConfig?.cryptoMode ?? 'onDemand';
}
