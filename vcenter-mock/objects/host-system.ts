import { rebootHost } from '../host/reboot.ts';
import { hostSummary } from '../inventory/host-data.ts';
import { implement } from '../vim/kernel/implementation.ts';

/** HostSystem without its encryption, which enters through `vc.crypto`. */
export const hostSystem = implement('HostSystem', {
  derive: {
    summary: (host, { profile }) =>
      hostSummary(host.ref, host.get('name'), host.get('hardware')!, host.get('runtime'), profile),
  },
  methods: {
    RebootHost_Task: (host, _params, call) =>
      call.vc.tasks.start({
        method: call.method,
        descriptionId: 'HostSystem.reboot',
        entity: host,
        user: call.user,
        cause: call.cause,
        run: (task) => rebootHost(call.vc, host.get('name'), task.user, task.cause),
      }),
  },
});
