import type { Vm } from '../inventory/inventory.ts';
import type { TypedObject } from '../inventory/store.ts';
import { removeChild } from '../inventory/virtual-machine-factory.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { requirePowerState } from './power.ts';
import { destroyVm, unregisterVm } from './register.ts';

type Folder = TypedObject<'Folder'>;

/**
 * Removes a folder of VMs with what is in it. documented (ManagedEntity.Destroy_Task, Folder.UnregisterAndDestroy_Task)
 * @param vms what becomes of the VMs in it: their files go or stay
 * @throws NotSupported (a folder of other things), NoPermission (each VM and the folder need VirtualMachine.Inventory.Delete),
 *   InvalidPowerState, TaskInProgress (something is being done to a VM). documented
 */
export function removeFolder(vc: Vcenter, folder: Folder, vms: 'destroy' | 'unregister', task: RunningTask): void {
  if (!folder.get('childType')?.includes('VirtualMachine')) throw fault('NotSupported', vc.assumed.notSupported);
  const inside = vc.inventory.descendants(folder);
  const machines = inside.filter((entity): entity is Vm => entity.type === 'VirtualMachine');
  if (machines.length > 0) task.require('VirtualMachine.Inventory.Delete', folder);
  for (const vm of machines) task.require('VirtualMachine.Inventory.Delete', vm);
  for (const vm of machines) {
    requirePowerState(vc, vm, ['poweredOff', 'suspended'], 'poweredOff');
    vc.tasks.requireIdle(vm.ref);
  }
  for (const vm of machines) {
    if (vms === 'destroy') destroyVm(vc, vm, task);
    else unregisterVm(vc, vm, task);
  }
  for (const below of inside.toReversed()) if (below.type === 'Folder') vc.store.delete(below);
  removeChild(vc.store, folder);
  vc.store.delete(folder);
}
