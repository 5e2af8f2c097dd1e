import type { Host, Vm } from '../inventory/inventory.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import type { Data } from '../vim/kernel/values.ts';
import { migrate } from '../virtual-machine/migrate.ts';
import { hostStateFault, requireOperational, vmsOn } from './state.ts';

/**
 * Puts a host into maintenance mode. A fully automated cluster moves its VMs away; otherwise the task waits until no VM runs on
 * it any more. documented
 * @param timeoutSeconds 0 waits without end
 * @throws InvalidState (already there, not connected), Timedout
 */
export async function enterMaintenanceMode(
  vc: Vcenter,
  host: Host,
  options: { timeoutSeconds: number; evacuatePoweredOffVms: boolean },
  task: RunningTask,
): Promise<void> {
  requireOperational(vc, host);
  const name = host.get('name');
  const subject = { host, user: task.user, cause: task.cause };
  const message = `Host ${name} in maintenance mode`;
  const { chainId } = vc.events.post(
    'EnteringMaintenanceModeEvent',
    {},
    { ...subject, message: `Host ${name} has started to enter maintenance mode` },
  );
  if (isFullyAutomated(vc, host)) await evacuate(vc, host, options.evacuatePoweredOffVms, task);
  await untilIdle(vc, host, options.timeoutSeconds * 1000, task.signal);
  host.change('runtime', (runtime) => {
    runtime.inMaintenanceMode = true;
  });
  vc.events.post('EnteredMaintenanceModeEvent', {}, { ...subject, chainId, message });
}

/** @throws InvalidState when the host is not in maintenance mode, or not connected */
export function exitMaintenanceMode(vc: Vcenter, host: Host, task: RunningTask): void {
  const { connectionState, inMaintenanceMode } = host.get('runtime');
  const name = host.get('name');
  if (connectionState !== 'connected' || !inMaintenanceMode) {
    throw hostStateFault(vc, `Host "${name}" is not in maintenance mode.`);
  }
  host.change('runtime', (runtime) => {
    runtime.inMaintenanceMode = false;
  });
  const message = `Host ${name} has exited maintenance mode`;
  vc.events.post('ExitMaintenanceModeEvent', {}, { host, user: task.user, cause: task.cause, message });
}

function clusterOf(vc: Vcenter, host: Host) {
  return vc.store.get('ClusterComputeResource', host.get('parent'));
}

/** DRS moves VMs by itself only in this mode; it is off unless the cluster says otherwise. */
function isFullyAutomated(vc: Vcenter, host: Host): boolean {
  const config = clusterOf(vc, host)?.get('configurationEx') as Data<'ClusterConfigInfoEx'> | undefined;
  const { enabled, defaultVmBehavior } = config?.drsConfig ?? {};
  return enabled === true && (defaultVmBehavior ?? 'fullyAutomated') === 'fullyAutomated';
}

/** Moves the VMs of a host to the others of its cluster, in turn. A VM that cannot move stays, and its task fails. */
async function evacuate(vc: Vcenter, host: Host, poweredOff: boolean, task: RunningTask): Promise<void> {
  const others = (clusterOf(vc, host)?.get('host') ?? [])
    .map((reference) => vc.store.get('HostSystem', reference))
    .filter((other) => other !== undefined && other !== host && isOperational(other)) as Host[];
  const moved = vmsOn(vc, host).filter((vm) => poweredOff || isRunning(vm));
  for (const [index, vm] of moved.entries()) {
    const target = others[index % others.length];
    if (!target) return;
    await migrate(vc, vm, { host: target.ref }, task);
  }
}

function isOperational(host: Host): boolean {
  const { connectionState, inMaintenanceMode } = host.get('runtime');
  return connectionState === 'connected' && !inMaintenanceMode;
}

function isRunning(vm: Vm): boolean {
  return vm.get('runtime').powerState !== 'poweredOff';
}

/** Resolves when no VM runs on the host. */
async function untilIdle(vc: Vcenter, host: Host, timeoutMs: number, signal: AbortSignal): Promise<void> {
  const idle = () => !vmsOn(vc, host).some(isRunning);
  if (idle()) return;
  await new Promise<void>((resolve, reject) => {
    const settle = (error?: unknown) => {
      unsubscribe();
      timer?.clear();
      signal.removeEventListener('abort', abort);
      if (error === undefined) resolve();
      else reject(error);
    };
    const abort = () => settle(signal.reason);
    const unsubscribe = vc.store.subscribe((object) => {
      if (object.type === 'VirtualMachine' && idle()) settle();
    });
    const timer =
      timeoutMs > 0
        ? vc.runtime.clock.setTimeout(() => settle(fault('Timedout', 'The operation timed out.')), timeoutMs)
        : undefined;
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
