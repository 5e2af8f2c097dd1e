import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import * as snapshots from '../virtual-machine/snapshot-operations.ts';
import { describeSnapshot } from '../virtual-machine/snapshots.ts';
import { startVmTask } from './virtual-machine.ts';

/** A snapshot of a VM. */
export const virtualMachineSnapshot = implement('VirtualMachineSnapshot', {
  methods: {
    RevertToSnapshot_Task: (snapshot, { suppressPowerOn }, call) =>
      startVmTask(snapshots.find(call.vc, snapshot.ref).vm, call, 'vm.Snapshot.revert', (task) =>
        snapshots.revert(call.vc, snapshot.ref, suppressPowerOn ?? false, task),
      ),

    RemoveSnapshot_Task: (snapshot, { removeChildren, consolidate }, call) =>
      startVmTask(snapshots.find(call.vc, snapshot.ref).vm, call, 'vm.Snapshot.remove', async () =>
        snapshots.remove(call.vc, snapshot.ref, removeChildren, consolidate),
      ),

    RenameSnapshot(snapshot, { name, description }, { vc }) {
      const { vm } = snapshots.find(vc, snapshot.ref);
      vc.crypto.requireUnlocked(vm);
      if (name !== undefined && (name === '' || name.length > 80)) {
        throw fault('InvalidName', vc.assumed.invalidName(name), { name });
      }
      describeSnapshot(vm, snapshot.ref, { name, description });
    },
  },
});
