import { implement } from '../vim/kernel/implementation.ts';
import { powerOff, powerOn, requireTools, reset, suspend } from '../virtual-machine/power.ts';
import { startVmTask } from './virtual-machine.ts';

/** VirtualMachine: power. */
export const virtualMachinePower = implement('VirtualMachine', {
  methods: {
    PowerOnVM_Task: (vm, _params, call) =>
      startVmTask(vm, call, 'VirtualMachine.powerOn', (task) => powerOn(call.vc, vm, task)),

    PowerOffVM_Task: (vm, _params, call) =>
      startVmTask(vm, call, 'VirtualMachine.powerOff', async (task) => powerOff(call.vc, vm, task)),

    SuspendVM_Task: (vm, _params, call) =>
      startVmTask(vm, call, 'VirtualMachine.suspend', async (task) => suspend(call.vc, vm, task)),

    ResetVM_Task: (vm, _params, call) =>
      startVmTask(vm, call, 'VirtualMachine.reset', async (task) => reset(call.vc, vm, task)),

    ShutdownGuest(vm, _params, call) {
      requireTools(call.vc, vm, 'poweredOff');
      powerOff(call.vc, vm, call);
    },

    StandbyGuest(vm, _params, call) {
      requireTools(call.vc, vm, 'suspended');
      suspend(call.vc, vm, call);
    },

    RebootGuest(vm, _params, call) {
      requireTools(call.vc, vm, 'poweredOn');
      const message = `Guest OS reboot for ${vm.get('name')}`;
      call.vc.events.post(
        'VmGuestRebootEvent',
        { template: false },
        { vm, user: call.user, cause: call.cause, message },
      );
    },
  },
});
