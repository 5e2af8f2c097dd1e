import { requireOperational } from '../host/state.ts';
import type { Vm } from '../inventory/inventory.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, VimFault } from '../vim/kernel/fault.ts';
import { data } from '../vim/kernel/values.ts';
import { invalidPowerState } from './faults.ts';

type PowerState = 'poweredOn' | 'poweredOff' | 'suspended';
/** Who acts, and what led to it. */
type Actor = Pick<RunningTask, 'user' | 'cause'>;

/** The VM is in one of the states, or InvalidPowerState tells which one it is in. */
export function requirePowerState(vc: Vcenter, vm: Vm, allowed: readonly PowerState[], requested: PowerState): void {
  const { powerState } = vm.get('runtime');
  if (!allowed.includes(powerState)) throw invalidPowerState(vc.assumed, powerState, requested);
}

/** A template can do little but be cloned. documented; the fault is reported by users */
export function refuseTemplate(vc: Vcenter, vm: Vm): void {
  if (vm.get('config')?.template) throw fault('NotSupported', vc.assumed.notSupported);
}

/** PowerOnVM_Task: also resumes a suspended VM. Its keys must be on the host, or be had now. */
export async function powerOn(vc: Vcenter, vm: Vm, task: RunningTask): Promise<void> {
  refuseTemplate(vc, vm);
  const subject = { vm, user: task.user, cause: task.cause };
  const before = vm.get('runtime').powerState;
  requirePowerState(vc, vm, ['poweredOff', 'suspended'], 'poweredOn');
  const host = vc.inventory.hostOf(vm);
  if (host) requireOperational(vc, host);
  const started = vc.events.post(
    before === 'suspended' ? 'VmResumingEvent' : 'VmStartingEvent',
    { template: false },
    subject,
  );
  const { chainId } = started;
  try {
    await vc.crypto.powerOn(vm, task);
  } catch (error) {
    const reason =
      error instanceof VimFault ? error.localized : { fault: data('GenericVmConfigFault', { reason: '' }) };
    const message = `Cannot power on ${vm.get('name')}`;
    vc.events.post('VmFailedToPowerOnEvent', { template: false, reason }, { ...subject, chainId, message });
    throw error;
  }
  setPowerState(vc, vm, 'poweredOn');
  const message = `Virtual machine ${vm.get('name')} is powered on`;
  vc.events.post('VmPoweredOnEvent', { template: false }, { ...subject, chainId, message });
}

/** PowerOffVM_Task, and what a guest's shutdown ends in. */
export function powerOff(vc: Vcenter, vm: Vm, actor: Actor): void {
  const subject = { vm, user: actor.user, cause: actor.cause };
  requirePowerState(vc, vm, ['poweredOn', 'suspended'], 'poweredOff');
  const { chainId } = vc.events.post('VmStoppingEvent', { template: false }, subject);
  setPowerState(vc, vm, 'poweredOff');
  const message = `Virtual machine ${vm.get('name')} is powered off`;
  vc.events.post('VmPoweredOffEvent', { template: false }, { ...subject, chainId, message });
}

/** SuspendVM_Task: the memory goes to a file that is encrypted as the VM is. documented: allowed for an encrypted VM from 6.7 on */
export function suspend(vc: Vcenter, vm: Vm, actor: Actor): void {
  const subject = { vm, user: actor.user, cause: actor.cause };
  requirePowerState(vc, vm, ['poweredOn'], 'suspended');
  const { chainId } = vc.events.post('VmSuspendingEvent', { template: false }, subject);
  setPowerState(vc, vm, 'suspended');
  const message = `Virtual machine ${vm.get('name')} is suspended`;
  vc.events.post('VmSuspendedEvent', { template: false }, { ...subject, chainId, message });
}

/** ResetVM_Task. */
export function reset(vc: Vcenter, vm: Vm, actor: Actor): void {
  requirePowerState(vc, vm, ['poweredOn'], 'poweredOn');
  vc.events.post('VmResettingEvent', { template: false }, { vm, user: actor.user, cause: actor.cause });
  setPowerState(vc, vm, 'poweredOn');
}

/** ShutdownGuest, RebootGuest and StandbyGuest need a guest that listens. documented */
export function requireTools(vc: Vcenter, vm: Vm, requested: PowerState): void {
  requirePowerState(vc, vm, ['poweredOn'], requested);
  if (vm.get('guest')?.toolsRunningStatus === 'guestToolsRunning') return;
  throw fault('ToolsUnavailable', vc.assumed.toolsUnavailable);
}

/** Writes a power state and what follows from it. */
export function setPowerState(vc: Vcenter, vm: Vm, state: PowerState): void {
  const now = new Date(vc.runtime.clock.now());
  vm.change('runtime', (runtime) => {
    runtime.powerState = state;
    runtime.bootTime = state === 'poweredOn' ? now : undefined;
    runtime.suspendTime = state === 'suspended' ? now : undefined;
    runtime.cleanPowerOff = state === 'poweredOff' ? true : undefined;
  });
}
