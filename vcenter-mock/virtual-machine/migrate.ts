import type { MigrationTarget } from '../crypto-hooks.ts';
import { requireConnected, requireOperational } from '../host/state.ts';
import type { Host, Vm } from '../inventory/inventory.ts';
import type { TypedObject } from '../inventory/store.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, VimFault } from '../vim/kernel/fault.ts';
import { type Data, data, type Ref } from '../vim/kernel/values.ts';

export interface Destination {
  host?: Ref;
  pool?: Ref;
  spec?: Data<'VirtualMachineRelocateSpec'>;
}

function hostArgument(host: Host): Data<'HostEventArgument'> {
  return { name: host.get('name'), host: host.ref };
}

/** The host and pool a migration goes to. NotFound for references that lead nowhere. */
function resolve(vc: Vcenter, vm: Vm, wanted: Destination): { host: Host; pool?: TypedObject<'ResourcePool'> } {
  const current = vc.inventory.hostOf(vm);
  const host = wanted.host ? vc.store.get('HostSystem', wanted.host) : current;
  const missing = wanted.host ?? vm.ref;
  if (!host) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: missing });
  const pool = wanted.pool && vc.store.get('ResourcePool', wanted.pool);
  if (wanted.pool && !pool) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: wanted.pool });
  return { host, pool };
}

/** Moves a VM to another host (vMotion when it runs), with its events. Encryption has its say before anything changes. */
export async function migrate(vc: Vcenter, vm: Vm, wanted: Destination, task: RunningTask): Promise<void> {
  const { host, pool } = resolve(vc, vm, wanted);
  const source = vc.inventory.hostOf(vm);
  if (source === host) {
    if (pool) vc.vmFactory.move(vm, host, pool);
    return;
  }
  if (source) requireConnected(vc, source);
  requireOperational(vc, host);
  const { powerState } = vm.get('runtime');
  const subject = { vm, host: source, user: task.user, cause: task.cause };
  const started = vc.events.post(
    powerState === 'poweredOn' ? 'VmBeingHotMigratedEvent' : 'VmBeingMigratedEvent',
    { template: false, destHost: hostArgument(host) },
    {
      ...subject,
      message: `${powerState === 'poweredOn' ? 'Hot migrating' : 'Migrating'} ${vm.get('name')} from ${source?.get('name')} to ${host.get('name')}`,
    },
  );
  try {
    const target: MigrationTarget = { host, pool: pool?.ref, spec: wanted.spec };
    await vc.crypto.migrate(vm, target, task);
  } catch (error) {
    const reason = error instanceof VimFault ? error.localized : { fault: data('MigrationFault', {}) };
    vc.events.post(
      'VmFailedMigrateEvent',
      { template: false, destHost: hostArgument(host), reason },
      { ...subject, chainId: started.chainId },
    );
    throw error;
  }
  vc.vmFactory.move(vm, host, pool);
  if (!source) return;
  vc.events.post(
    'VmMigratedEvent',
    { template: false, sourceHost: hostArgument(source) },
    {
      vm,
      host,
      user: task.user,
      cause: task.cause,
      chainId: started.chainId,
      message: `Virtual machine ${vm.get('name')} was migrated from ${source.get('name')} to ${host.get('name')}`,
    },
  );
}
