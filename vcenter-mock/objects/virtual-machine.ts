import { layoutOf } from '../datastore/vm-files.ts';
import { requireConnected } from '../host/state.ts';
import type { Vm } from '../inventory/inventory.ts';
import { guestInfo, summaryOf } from '../inventory/virtual-machine-views.ts';
import type { TaskRequest } from '../tasks/task-runner.ts';
import type { Call } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { anyValue, type Ref } from '../vim/kernel/values.ts';
import { clonePrivileges, cloneVm } from '../virtual-machine/clone.ts';
import { invalidPowerState, unsupportedOnEncryptedVm } from '../virtual-machine/faults.ts';
import { migrate } from '../virtual-machine/migrate.ts';
import { freeName } from '../virtual-machine/names.ts';
import { reconfigureVm } from '../virtual-machine/reconfigure.ts';
import { privilegesOf } from '../virtual-machine/reconfigure-privileges.ts';
import { destroyVm, unregisterVm } from '../virtual-machine/register.ts';
import { relocateVm } from '../virtual-machine/relocate.ts';
import { markAsTemplate, markAsVirtualMachine } from '../virtual-machine/template.ts';
import { upgrade } from '../virtual-machine/upgrade.ts';
import { requireToDestroy } from './managed-entity.ts';

/** Starts a task that a VM's host carries out; a second one at the same time ends in TaskInProgress. */
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
    run: (task) => {
      const host = call.vc.inventory.hostOf(vm);
      if (host) requireConnected(call.vc, host);
      return run(task);
    },
    ...more,
  });
}

/** VirtualMachine without its encryption, which enters through `vc.crypto`. */
export const virtualMachine = implement('VirtualMachine', {
  limits: {
    RelocateVM_Task: 'within this vCenter only',
    CloneVM_Task: 'within this vCenter only',
    ExportVm: 'only refuses encrypted VMs; others answer NotImplemented',
  },
  derive: {
    name: (vm) => vm.get('config')?.name ?? '',
    guest: (vm, { vmFactory }) =>
      guestInfo(vm.get('config')!, vm.get('runtime').powerState, vmFactory.guestAddresses.get(vm)),
    summary: (vm) => ({
      ...summaryOf(vm.ref, vm.get('config')!, vm.get('runtime'), vm.get('guest')!),
      overallStatus: vm.get('overallStatus'),
      customValue: vm.get('customValue'),
    }),
    layoutEx: (vm, { files }) => layoutOf(files.stateOf(vm)!),
    storage: (vm) => ({ perDatastoreUsage: [], timestamp: vm.get('config')!.modified }),
  },
  methods: {
    ReconfigVM_Task: (vm, { spec }, call) =>
      startVmTask(vm, call, 'VirtualMachine.reconfigure', (task) => reconfigureVm(call.vc, vm, spec, task), {
        needs: privilegesOf(spec, vm),
      }),

    MigrateVM_Task: (vm, { host, pool, state }, call) =>
      startVmTask(
        vm,
        call,
        'VirtualMachine.migrate',
        async (task) => {
          const existing = vm.get('runtime').powerState;
          // documented
          if (vm.get('config')?.template) throw fault('NotSupported', call.vc.assumed.notSupported);
          // vim25: state, when given, is what the VM must be in
          if (state && state !== existing) throw invalidPowerState(call.vc.assumed, existing, state);
          await migrate(call.vc, vm, { host, pool }, task);
        },
        // documented: which one it takes depends on the VM, so that none is declared.
        {
          cancelable: true,
          needs: [vm.get('runtime').powerState === 'poweredOff' ? 'Resource.ColdMigrate' : 'Resource.HotMigrate'],
        },
      ),

    UpgradeVM_Task: (vm, { version }, call) =>
      startVmTask(vm, call, 'VirtualMachine.upgradeVirtualHardware', async (task) =>
        upgrade(call.vc, vm, version, task),
      ),

    RelocateVM_Task: (vm, { spec }, call) =>
      startVmTask(vm, call, 'VirtualMachine.relocate', (task) => relocateVm(call.vc, vm, spec, task), {
        cancelable: true,
      }),

    // documented: several clones of a VM may be made at a time; a host that reaches its files makes them
    CloneVM_Task: (vm, params, call) =>
      call.vc.tasks.start({
        method: call.method,
        descriptionId: 'VirtualMachine.clone',
        entity: vm,
        user: call.user,
        cause: call.cause,
        needs: clonePrivileges(vm, params.spec),
        run: async (task) => anyValue('ref VirtualMachine', (await cloneVm(call.vc, vm, params, task)).ref),
      }),

    MarkAsTemplate: (vm, _params, { vc }) => markAsTemplate(vc, vm),

    MarkAsVirtualMachine: (vm, params, { vc }) => markAsVirtualMachine(vc, vm, params),

    UnregisterVM(vm, _params, call) {
      // documented
      call.vc.tasks.requireIdle(vm.ref);
      unregisterVm(call.vc, vm, call);
    },

    Destroy_Task(vm, _params, call) {
      requireToDestroy(call, 'VirtualMachine.Inventory.Delete');
      return startVmTask(vm, call, 'VirtualMachine.destroy', async (task) => destroyVm(call.vc, vm, task));
    },

    Rename_Task: (vm, { newName: wanted }, call) =>
      startVmTask(
        vm,
        call,
        'VirtualMachine.rename',
        async (task) => {
          // The name stands in the configuration file, which is encrypted.
          call.vc.crypto.requireUnlocked(vm);
          const newName = freeName(call.vc, vm.get('parent'), wanted);
          const oldName = vm.get('name');
          vm.change('config', (config) => {
            config.name = newName;
          });
          call.vc.events.post(
            'VmRenamedEvent',
            { template: false, oldName, newName },
            { vm, user: task.user, cause: task.cause, message: `Renamed ${oldName} to ${newName}` },
          );
        },
        { needs: ['VirtualMachine.Config.Rename'] },
      ),

    // What is reported here of files follows from the configuration at any time.
    RefreshStorageInfo: (vm) => vm.touch(),

    ExportVm(vm, _params, { vc }) {
      const isEncrypted = vm.get('config')?.keyId !== undefined;
      throw isEncrypted ? unsupportedOnEncryptedVm(vc) : fault('NotImplemented', vc.assumed.notImplemented);
    },
  },
});
