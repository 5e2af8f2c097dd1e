import { layoutOf } from '../datastore/vm-files.ts';
import { requireOperational } from '../host/state.ts';
import type { Vm } from '../inventory/inventory.ts';
import { guestInfo, summaryOf } from '../inventory/virtual-machine-views.ts';
import type { TaskRequest } from '../tasks/task-runner.ts';
import type { Call } from '../vcenter.ts';
import { implement } from '../vim/kernel/implementation.ts';
import type { Ref } from '../vim/kernel/values.ts';
import { invalidPowerState } from '../virtual-machine/faults.ts';
import { migrate } from '../virtual-machine/migrate.ts';
import { reconfigureVm } from '../virtual-machine/reconfigure.ts';

/** Starts a task on a VM; a second one at the same time ends in TaskInProgress. */
export function startVmTask(
  vm: Vm,
  call: Call,
  descriptionId: string,
  run: TaskRequest['run'],
  more: Partial<TaskRequest> = {},
): Ref {
  return call.vc.tasks.start({
    method: call.method,
    descriptionId,
    entity: vm,
    user: call.user,
    cause: call.cause,
    exclusive: true,
    run,
    ...more,
  });
}

/** VirtualMachine without its encryption, which enters through `vc.crypto`. */
export const virtualMachine = implement('VirtualMachine', {
  derive: {
    name: (vm) => vm.get('config')?.name ?? '',
    guest: (vm, { vmFactory }) =>
      guestInfo(vm.get('config')!, vm.get('runtime').powerState, vmFactory.guestAddresses.get(vm)),
    summary: (vm) => summaryOf(vm.ref, vm.get('config')!, vm.get('runtime'), vm.get('guest')!),
    layoutEx: (vm, { files }) => layoutOf(files.stateOf(vm)!),
    storage: (vm) => ({ perDatastoreUsage: [], timestamp: vm.get('config')!.modified }),
  },
  methods: {
    ReconfigVM_Task: (vm, { spec }, call) =>
      startVmTask(vm, call, 'VirtualMachine.reconfigure', (task) => reconfigureVm(call.vc, vm, spec, task)),

    PowerOnVM_Task: (vm, _params, call) =>
      startVmTask(vm, call, 'VirtualMachine.powerOn', async (task) => {
        const { vc } = call;
        const subject = { vm, user: task.user, cause: task.cause };
        const state = vm.get('runtime').powerState;
        if (state === 'poweredOn') throw invalidPowerState(call.vc.assumed, state, 'poweredOn');
        const host = vc.inventory.hostOf(vm);
        if (host) requireOperational(vc, host);
        const started = vc.events.post('VmStartingEvent', { template: false }, subject);
        await vc.crypto.powerOn(vm, task);
        vm.change('runtime', (runtime) => {
          runtime.powerState = 'poweredOn';
          runtime.bootTime = new Date(vc.runtime.clock.now());
          runtime.cleanPowerOff = undefined;
        });
        const message = `Virtual machine ${vm.get('name')} is powered on`;
        vc.events.post('VmPoweredOnEvent', { template: false }, { ...subject, chainId: started.chainId, message });
      }),

    PowerOffVM_Task: (vm, _params, call) =>
      startVmTask(vm, call, 'VirtualMachine.powerOff', async (task) => {
        const { vc } = call;
        const subject = { vm, user: task.user, cause: task.cause };
        const state = vm.get('runtime').powerState;
        if (state === 'poweredOff') throw invalidPowerState(call.vc.assumed, state, 'poweredOff');
        const started = vc.events.post('VmStoppingEvent', { template: false }, subject);
        vm.change('runtime', (runtime) => {
          runtime.powerState = 'poweredOff';
          runtime.bootTime = undefined;
          runtime.cleanPowerOff = true;
        });
        const message = `Virtual machine ${vm.get('name')} is powered off`;
        vc.events.post('VmPoweredOffEvent', { template: false }, { ...subject, chainId: started.chainId, message });
      }),

    MigrateVM_Task: (vm, { host, pool, state }, call) =>
      startVmTask(
        vm,
        call,
        'VirtualMachine.migrate',
        async (task) => {
          const existing = vm.get('runtime').powerState;
          // vim25: state, when given, is what the VM must be in
          if (state && state !== existing) throw invalidPowerState(call.vc.assumed, existing, state);
          await migrate(call.vc, vm, { host, pool }, task);
        },
        { cancelable: true },
      ),

    RelocateVM_Task: (vm, { spec }, call) =>
      startVmTask(
        vm,
        call,
        'VirtualMachine.relocate',
        (task) => migrate(call.vc, vm, { host: spec.host, pool: spec.pool, spec }, task),
        { cancelable: true },
      ),

    UnregisterVM(vm, _params, call) {
      const { powerState } = vm.get('runtime');
      if (powerState !== 'poweredOff') throw invalidPowerState(call.vc.assumed, powerState, 'poweredOff');
      remove(vm, call, call.cause);
    },

    Destroy_Task: (vm, _params, call) =>
      startVmTask(vm, call, 'VirtualMachine.destroy', async (task) => {
        const { powerState } = vm.get('runtime');
        if (powerState !== 'poweredOff') throw invalidPowerState(call.vc.assumed, powerState, 'poweredOff');
        remove(vm, call, task.cause);
      }),

    Rename_Task: (vm, { newName }, call) =>
      startVmTask(vm, call, 'VirtualMachine.rename', async (task) => {
        const oldName = vm.get('name');
        vm.change('config', (config) => {
          config.name = newName;
        });
        call.vc.events.post(
          'VmRenamedEvent',
          { template: false, oldName, newName },
          { vm, user: task.user, cause: task.cause, message: `Renamed ${oldName} to ${newName}` },
        );
      }),
  },
});

function remove(vm: Vm, call: Call, cause: number): void {
  const { vc } = call;
  vc.events.post(
    'VmRemovedEvent',
    { template: false },
    { vm, user: call.user, cause, message: `Removed ${vm.get('name')}` },
  );
  vc.crypto.removed(vm, cause);
  vc.vmFactory.remove(vm);
}
