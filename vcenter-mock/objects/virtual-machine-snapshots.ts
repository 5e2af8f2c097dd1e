import { implement } from '../vim/kernel/implementation.ts';
import { anyValue } from '../vim/kernel/values.ts';
import * as snapshots from '../virtual-machine/snapshot-operations.ts';
import { startVmTask } from './virtual-machine.ts';

const reference = 'ref VirtualMachineSnapshot';

/** VirtualMachine: its snapshots. Description ids: the documented names of the methods. */
export const virtualMachineSnapshots = implement('VirtualMachine', {
  methods: {
    CreateSnapshot_Task: (vm, params, call) =>
      startVmTask(vm, call, 'VirtualMachine.createSnapshot', async () =>
        anyValue(reference, snapshots.create(call.vc, vm, params)),
      ),

    CreateSnapshotEx_Task: (vm, { quiesceSpec, ...params }, call) =>
      startVmTask(vm, call, 'VirtualMachine.createSnapshotEx', async () =>
        anyValue(reference, snapshots.create(call.vc, vm, { ...params, quiesce: quiesceSpec !== undefined })),
      ),

    RevertToCurrentSnapshot_Task: (vm, { suppressPowerOn }, call) =>
      startVmTask(vm, call, 'VirtualMachine.revertToCurrentSnapshot', (task) =>
        snapshots.revertToCurrent(call.vc, vm, suppressPowerOn ?? false, task),
      ),

    RemoveAllSnapshots_Task: (vm, { consolidate }, call) =>
      startVmTask(vm, call, 'VirtualMachine.removeAllSnapshots', async () =>
        snapshots.removeAll(call.vc, vm, consolidate),
      ),

    ConsolidateVMDisks_Task: (vm, _params, call) =>
      startVmTask(vm, call, 'VirtualMachine.consolidateDisks', async () => snapshots.consolidateDisks(call.vc, vm)),
  },
});
