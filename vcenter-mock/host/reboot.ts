import { KeyrigError } from '../../core/index.ts';
import type { Vcenter } from '../vcenter.ts';

/**
 * Restarts a host: its running VMs stop with it, its memory (and every key in it) is lost, it comes back and vCenter
 * reconnects it. Resolves when the host is connected and encryption has dealt with it. ERR_OPTION for an unknown name.
 */
export async function rebootHost(vc: Vcenter, name: string, user: string, cause?: number): Promise<void> {
  const host = vc.inventory.host(name);
  if (!host) throw new KeyrigError('ERR_OPTION', `there is no host "${name}" in the inventory`);
  const entry = vc.runtime.journal.record({
    plane: 'vcenter',
    event: 'vcenter.host.rebooted',
    text: `host ${name} restarts`,
    data: { host: host.ref.value, name },
    cause,
  });
  const subject = { host, user, cause: entry.seq };
  vc.events.post('HostShutdownEvent', { reason: 'keyrig' }, { ...subject, message: `Host ${name} shuts down` });
  const mine = vc.inventory.vms.filter((vm) => vm.get('runtime').host?.value === host.ref.value);
  for (const vm of mine) {
    vm.change('runtime', (runtime) => {
      runtime.connectionState = 'disconnected';
      if (runtime.powerState !== 'poweredOn') return;
      runtime.powerState = 'poweredOff';
      runtime.bootTime = undefined;
      runtime.cleanPowerOff = false;
    });
  }
  host.change('runtime', (runtime) => {
    runtime.connectionState = 'notResponding';
  });
  vc.events.post('HostConnectionLostEvent', {}, { ...subject, message: `Host ${name} is not responding` });
  host.change('runtime', (runtime) => {
    runtime.connectionState = 'connected';
    runtime.bootTime = new Date(vc.runtime.clock.now());
  });
  for (const vm of mine) {
    vm.change('runtime', (runtime) => {
      runtime.connectionState = 'connected';
    });
  }
  vc.events.post('HostConnectedEvent', {}, { ...subject, message: `Connected to ${name}` });
  await vc.crypto.hostRebooted(host, entry.seq);
}
