import type { Host, Vm } from '../inventory/inventory.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, VimFault } from '../vim/kernel/fault.ts';
import { type Data, data } from '../vim/kernel/values.ts';
import type { VmDraft } from './draft.ts';
import { type Destination, destinationOf } from './placement.ts';
import { requireReach } from './reach.ts';
import { requirePassage, underWatch } from './watch-migration.ts';

function hostArgument(host: Host): Data<'HostEventArgument'> {
  return { name: host.get('name'), host: host.ref };
}

/**
 * Moves a VM to another host (vMotion when it runs), with its events. Encryption has its say before anything changes.
 * @param draft what else changes with the move: the VM is on the new host when it is committed
 */
export async function migrate(
  vc: Vcenter,
  vm: Vm,
  wanted: Destination,
  task: RunningTask,
  draft?: VmDraft,
): Promise<void> {
  const { host, pool } = destinationOf(vc, vm, wanted);
  const source = vc.inventory.hostOf(vm);
  const finish = (effect: () => void) => (draft ? draft.onCommit(effect) : effect());
  if (source === host) {
    if (pool) finish(() => vc.vmFactory.move(vm, host, pool));
    return;
  }
  if (!draft) requireReach(vc, vm, host);
  if (!source) throw fault('HostNotConnected', vc.assumed.hostNotConnected);
  const passage = { vm, source, destination: host };
  requirePassage(vc, passage);
  const { powerState } = vm.get('runtime');
  const subject = { vm, host: source, user: task.user, cause: task.cause };
  const started = vc.events.post(
    powerState === 'poweredOn' ? 'VmBeingHotMigratedEvent' : 'VmBeingMigratedEvent',
    { template: false, destHost: hostArgument(host) },
    {
      ...subject,
      message: `${powerState === 'poweredOn' ? 'Hot migrating' : 'Migrating'} ${vm.get('name')} from ${source.get('name')} to ${host.get('name')}`,
    },
  );
  try {
    await underWatch(vc, passage, task, (watched) => vc.crypto.migrate(vm, host, watched, draft));
  } catch (error) {
    const reason = error instanceof VimFault ? error.localized : { fault: data('MigrationFault', {}) };
    vc.events.post(
      'VmFailedMigrateEvent',
      { template: false, destHost: hostArgument(host), reason },
      { ...subject, chainId: started.chainId },
    );
    throw error;
  }
  finish(() => {
    vc.vmFactory.move(vm, host, pool);
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
  });
}
