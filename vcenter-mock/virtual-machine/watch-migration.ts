import { migrationFault } from '../crypto/faults.ts';
import { requireConnected, requireOperational } from '../host/state.ts';
import type { Host, Vm } from '../inventory/inventory.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';

export interface Passage {
  readonly vm: Vm;
  readonly source: Host;
  readonly destination: Host;
}

/**
 * What a migration stands on: both hosts are there, vCenter reaches them, the destination takes VMs.
 * @throws ManagedObjectNotFound, HostNotConnected, InvalidState. documented
 */
export function requirePassage(vc: Vcenter, { vm, source, destination }: Passage): void {
  for (const object of [vm, source, destination]) {
    if (!vc.store.has(object)) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: object.ref });
  }
  requireConnected(vc, source);
  requireOperational(vc, destination);
}

/**
 * Runs a migration, and ends it as soon as what it stands on is gone, or the VM stops or starts (assumed: MigrationFault): nothing
 * arrives at a host that went down meanwhile.
 */
export async function underWatch(
  vc: Vcenter,
  passage: Passage,
  task: RunningTask,
  run: (task: RunningTask) => Promise<void>,
): Promise<void> {
  const { vm, source, destination } = passage;
  const { powerState } = vm.get('runtime');
  const ended = new AbortController();
  const look = () => {
    try {
      requirePassage(vc, passage);
      if (vm.get('runtime').powerState === powerState) return;
      throw migrationFault(`The migration of "${vm.get('name')}" was aborted: its power state changed`);
    } catch (error) {
      ended.abort(error);
    }
  };
  const unsubscribe = vc.store.subscribe((object) => {
    if (object === vm || object === source || object === destination) look();
  });
  try {
    await run({ ...task, signal: AbortSignal.any([task.signal, ended.signal]) });
    ended.signal.throwIfAborted();
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    unsubscribe();
  }
}
