import type { Vm } from '../inventory/inventory.ts';
import type { TypedObject } from '../inventory/store.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { sameRef } from '../vim/kernel/values.ts';
import { requirePowerState } from './power.ts';
import { destroyVm, unregisterVm } from './register.ts';

type Folder = TypedObject<'Folder'>;

/**
 * Removes a folder with what is in it. documented (ManagedEntity.Destroy_Task, Folder.UnregisterAndDestroy_Task)
 * @param vms what becomes of the VMs in it: their files go or stay
 * @throws NotSupported (a folder that every datacenter has, or one with something other than VMs), InvalidPowerState,
 *   TaskInProgress (something is being done to a VM). documented
 */
export function removeFolder(vc: Vcenter, folder: Folder, vms: 'destroy' | 'unregister', task: RunningTask): void {
  const parent = vc.store.get('Folder', folder.get('parent'));
  const inside = vc.inventory.descendants(folder);
  if (!parent || inside.some(({ type }) => type !== 'Folder' && type !== 'VirtualMachine')) {
    throw fault('NotSupported', vc.assumed.notSupported);
  }
  const machines = inside.filter((entity): entity is Vm => entity.type === 'VirtualMachine');
  for (const vm of machines) {
    requirePowerState(vc, vm, ['poweredOff', 'suspended'], 'poweredOff');
    vc.tasks.requireIdle(vm.ref);
  }
  for (const vm of machines) {
    if (vms === 'destroy') destroyVm(vc, vm, task);
    else unregisterVm(vc, vm, task);
  }
  for (const below of inside.toReversed()) if (below.type === 'Folder') vc.store.delete(below);
  parent.set({ childEntity: (parent.get('childEntity') ?? []).filter((child) => !sameRef(child, folder.ref)) });
  vc.store.delete(folder);
}
