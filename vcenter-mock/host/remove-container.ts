import type { ManagedObject, TypedObject } from '../inventory/store.ts';
import { removeChild } from '../inventory/virtual-machine-factory.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { isSubtype } from '../vim/kernel/registry.ts';
import type { ComputeObject } from './membership.ts';
import { removeCompute, requireIdleHosts } from './remove-compute.ts';

/**
 * Removes a datacenter, or a folder of datacenters or of hosts and clusters, with all that is in it: hosts and their VMs are forgotten
 * and go on as they are. Folders of networks and datastores go only when they are empty. documented (Folder)
 * @throws NotSupported (a folder that is not empty), TaskInProgress
 */
export function removeContainer(
  vc: Vcenter,
  container: TypedObject<'Folder'> | TypedObject<'Datacenter'>,
  task: RunningTask,
): void {
  const inside = vc.inventory.descendants(container as ManagedObject);
  if (inside.length > 0 && !holdsHosts(container)) throw fault('NotSupported', vc.assumed.notSupported);
  const computes = inside.filter(({ type }) => isSubtype(type, 'ComputeResource')) as ComputeObject[];
  for (const compute of computes) requireIdleHosts(vc, compute);
  for (const compute of computes) removeCompute(vc, compute, task);
  for (const below of inside.toReversed()) {
    const browser = below.type === 'Datastore' && vc.store.find((below as TypedObject<'Datastore'>).get('browser'));
    if (browser) vc.store.delete(browser);
    vc.store.delete(below);
  }
  removeChild(vc.store, container as ManagedObject);
  vc.store.delete(container as ManagedObject);
}

function holdsHosts(container: TypedObject<'Folder'> | TypedObject<'Datacenter'>): boolean {
  if (container.type === 'Datacenter') return true;
  const types = (container as TypedObject<'Folder'>).get('childType') ?? [];
  return types.includes('Datacenter') || types.includes('ComputeResource');
}
