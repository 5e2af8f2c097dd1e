import type { Vm } from '../inventory/inventory.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import type { Ref } from '../vim/kernel/values.ts';
import { hostFor, objectOf } from './placement.ts';
import { requirePowerState } from './power.ts';

function setTemplate(vm: Vm, template: boolean): void {
  vm.change('config', (config) => {
    config.template = template;
  });
}

/** MarkAsTemplate: it leaves its pool and cannot be powered on any more. documented */
export function markAsTemplate(vc: Vcenter, vm: Vm): void {
  requirePowerState(vc, vm, ['poweredOff'], 'poweredOff');
  vc.crypto.requireUnlocked(vm);
  setTemplate(vm, true);
  vc.vmFactory.leavePool(vm);
}

/** MarkAsVirtualMachine. @throws InvalidState when it is none */
export function markAsVirtualMachine(vc: Vcenter, vm: Vm, wanted: { pool: Ref; host?: Ref }): void {
  if (!vm.get('config')?.template) throw fault('InvalidState', vc.assumed.invalidState);
  const pool = objectOf(vc, 'ResourcePool', wanted.pool);
  const current = vc.inventory.hostOf(vm);
  const host = hostFor(vc, pool, wanted.host ?? current?.ref);
  setTemplate(vm, false);
  vc.vmFactory.move(vm, host, pool);
}
