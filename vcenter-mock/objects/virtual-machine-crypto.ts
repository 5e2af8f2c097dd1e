import { cryptoOf } from '../crypto/vim-crypto.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { startVmTask } from './virtual-machine.ts';

/** The encryption method of VirtualMachine. vcenter.md A.4 */
export const virtualMachineCrypto = implement('VirtualMachine', {
  methods: {
    CryptoUnlock_Task: (vm, _params, call) =>
      startVmTask(vm, call, 'VirtualMachine.cryptoUnlock', (task) => {
        const { manager, inventory } = cryptoOf(call.vc);
        return manager.locks.unlock(inventory.vmFacts(vm), task.cause);
      }),
  },
});
