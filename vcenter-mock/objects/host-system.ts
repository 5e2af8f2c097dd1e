import { disconnectHost, reconnectHost } from '../host/connection.ts';
import { enterMaintenanceMode, exitMaintenanceMode } from '../host/maintenance.ts';
import { removeHost } from '../host/membership.ts';
import { checkGoingDown, rebootHost, shutDownHost } from '../host/power.ts';
import { hostSummary } from '../inventory/host-data.ts';
import type { Host } from '../inventory/inventory.ts';
import type { TaskRequest } from '../tasks/task-runner.ts';
import type { Call } from '../vcenter.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { data, type Ref } from '../vim/kernel/values.ts';
import { requireToDestroy } from './managed-entity.ts';

/** Starts a task on a host; a second one at the same time ends in TaskInProgress. */
function startHostTask(
  host: Host,
  call: Call,
  descriptionId: string,
  run: TaskRequest['run'],
  needs?: readonly string[],
): Ref {
  return call.vc.tasks.start({
    method: call.method,
    descriptionId,
    entity: host,
    user: call.user,
    cause: call.cause,
    exclusive: true,
    cancelable: call.method === 'EnterMaintenanceMode_Task',
    run,
    needs,
  });
}

/** HostSystem without its encryption, which enters through `vc.crypto`. The description ids are assumed. */
export const hostSystem = implement('HostSystem', {
  derive: {
    licensableResource: (host) => ({
      _type: 'HostLicensableResourceInfo',
      resource: [
        data('KeyAnyValue', { key: 'numCpuPackages', value: host.get('hardware')?.cpuInfo.numCpuPackages ?? 1 }),
      ],
    }),
    summary: (host, { profile }) => ({
      ...hostSummary(host.ref, host.get('name'), host.get('hardware')!, host.get('runtime'), profile),
      overallStatus: host.get('overallStatus'),
      customValue: host.get('customValue'),
    }),
  },
  methods: {
    RebootHost_Task: (host, { force }, call) =>
      startHostTask(host, call, 'HostSystem.reboot', (task) => {
        checkGoingDown(call.vc, host, force);
        return rebootHost(call.vc, host, task);
      }),

    ShutdownHost_Task: (host, { force }, call) =>
      startHostTask(host, call, 'HostSystem.shutdown', async (task) => {
        checkGoingDown(call.vc, host, force);
        shutDownHost(call.vc, host, task);
      }),

    DisconnectHost_Task: (host, _params, call) =>
      startHostTask(host, call, 'HostSystem.disconnect', async (task) => disconnectHost(call.vc, host, task)),

    ReconnectHost_Task: (host, _params, call) =>
      startHostTask(host, call, 'HostSystem.reconnect', (task) => reconnectHost(call.vc, host, task)),

    EnterMaintenanceMode_Task: (host, { timeout, evacuatePoweredOffVms }, call) =>
      startHostTask(host, call, 'HostSystem.enterMaintenanceMode', (task) => {
        const options = { timeoutSeconds: timeout, evacuatePoweredOffVms: evacuatePoweredOffVms ?? false };
        return enterMaintenanceMode(call.vc, host, options, task);
      }),

    ExitMaintenanceMode_Task: (host, _params, call) =>
      startHostTask(host, call, 'HostSystem.exitMaintenanceMode', async (task) =>
        exitMaintenanceMode(call.vc, host, task),
      ),

    Destroy_Task(host, _params, call) {
      requireToDestroy(call, 'Host.Inventory.RemoveHostFromCluster');
      return startHostTask(host, call, 'HostSystem.destroy', async (task) => removeHost(call.vc, host, task));
    },
  },
});
