import { removeChild } from '../inventory/virtual-machine-factory.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { type ComputeObject, forgetHost, hostsIn } from './membership.ts';
import { vmsOn } from './state.ts';

/** Nothing goes while something is being done to it. @throws TaskInProgress. documented (UnregisterVM) for VMs; else assumed */
export function requireIdleHosts(vc: Vcenter, compute: ComputeObject): void {
  for (const host of hostsIn(vc, compute)) {
    vc.tasks.requireIdle(host.ref);
    for (const vm of vmsOn(vc, host)) vc.tasks.requireIdle(vm.ref);
  }
}

/**
 * Removes a cluster, or a host by itself, from the inventory: its pools go, its hosts and their VMs are forgotten and go on as they
 * are, connected or not. documented (Folder, of a host folder)
 * @throws TaskInProgress
 */
export function removeCompute(vc: Vcenter, compute: ComputeObject, task: RunningTask): void {
  requireIdleHosts(vc, compute);
  for (const host of hostsIn(vc, compute)) forgetHost(vc, host, task);
  if (compute.type === 'ClusterComputeResource') {
    const datacenter = vc.inventory.datacenterOf(compute)?.get('name') ?? '';
    const message = `Removed cluster ${compute.read('name')} in datacenter ${datacenter}`;
    vc.events.post('ClusterDestroyedEvent', {}, { entity: compute, user: task.user, cause: task.cause, message });
  }
  for (const pool of vc.inventory.descendants(compute)) vc.store.delete(pool);
  removeChild(vc.store, compute);
  vc.store.delete(compute);
}
