import { cryptoOf } from '../crypto/vim-crypto.ts';
import { requireOperational } from '../host/state.ts';
import type { Host, Vm } from '../inventory/inventory.ts';
import type { Call, Vcenter } from '../vcenter.ts';
import { fault, VimFault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { anyValue, type Data, type Ref } from '../vim/kernel/values.ts';
import { destinationOf } from '../virtual-machine/placement.ts';
import { requireReach } from '../virtual-machine/reach.ts';

/** The object behind a parameter. @throws ManagedObjectNotFound */
function found<T>(vc: Vcenter, reference: Ref, object: T | undefined): T {
  if (object === undefined) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: reference });
  return object;
}

interface Pair {
  readonly vm: Vm;
  readonly host: Host;
  readonly spec?: Data<'VirtualMachineRelocateSpec'>;
}

/** What stands in the way of a migration, found without doing it. */
function obstacle(vc: Vcenter, { vm, host, spec }: Pair): VimFault | undefined {
  try {
    requireOperational(vc, host);
    requireReach(vc, vm, host, spec);
    const source = vc.inventory.hostOf(vm);
    if (!source || source === host) return undefined;
    const { inventory, manager } = cryptoOf(vc);
    manager.vmotion.check(inventory.vmFacts(vm), inventory.hostFacts(source), inventory.hostFacts(host));
    return undefined;
  } catch (error) {
    if (error instanceof VimFault) return error;
    throw error;
  }
}

/** One result for each VM and host; a pair without error can be migrated. documented */
function startCheck(call: Call, descriptionId: string, pairs: () => Pair[]): Ref {
  return call.vc.tasks.start({
    method: call.method,
    descriptionId,
    user: call.user,
    cause: call.cause,
    run: async () => {
      const results = pairs().map((pair): Data<'CheckResult'> => {
        const error = obstacle(call.vc, pair);
        const { vm, host } = pair;
        return { vm: vm.ref, host: host.ref, ...(error && { error: [error.localized] }) };
      });
      return anyValue('CheckResult[]', results);
    },
  });
}

/** The checks of migrations that clients make before they migrate, as far as hosts and encryption decide. Ids assumed. */
export const provisioningChecker = implement('VirtualMachineProvisioningChecker', {
  limits: {
    CheckMigrate_Task: 'hosts, pools, datastores and encryption only',
    CheckRelocate_Task: 'hosts, pools, datastores and encryption only',
    QueryVMotionCompatibilityEx_Task: 'hosts, datastores and encryption only',
  },
  methods: {
    CheckMigrate_Task(_object, { vm, host, pool, state }, call) {
      const { store } = call.vc;
      return startCheck(call, 'VirtualMachineProvisioningChecker.checkMigrate', () => {
        const machine = found(call.vc, vm, store.get('VirtualMachine', vm));
        // documented: the VM must be in the state that is given
        if (state && machine.get('runtime').powerState !== state) {
          throw fault('InvalidState', call.vc.assumed.invalidState);
        }
        return [{ vm: machine, host: destinationOf(call.vc, machine, { host, pool }).host }];
      });
    },

    CheckRelocate_Task(_object, { vm, spec }, call) {
      const { store } = call.vc;
      return startCheck(call, 'VirtualMachineProvisioningChecker.checkRelocate', () => {
        const machine = found(call.vc, vm, store.get('VirtualMachine', vm));
        return [{ vm: machine, host: destinationOf(call.vc, machine, spec).host, spec }];
      });
    },

    QueryVMotionCompatibilityEx_Task(_object, { vm, host }, call) {
      const { store } = call.vc;
      return startCheck(call, 'VirtualMachineProvisioningChecker.queryVMotionCompatibilityEx', () => {
        const hosts = host.map((reference) => found(call.vc, reference, store.get('HostSystem', reference)));
        return vm.flatMap((reference) => {
          const machine = found(call.vc, reference, store.get('VirtualMachine', reference));
          return hosts.map((target) => ({ vm: machine, host: target }));
        });
      });
    },
  },
});
