import { KeyrigError } from '../../core/index.ts';
import type { Host } from '../inventory/inventory.ts';
import type { Vcenter } from '../vcenter.ts';
import { hostStateFault, showConnection, vmsOn } from './state.ts';

/** Who acts on a host, and the journal entry that led to it. */
export interface HostAction {
  readonly user: string;
  readonly cause: number | undefined;
}

/** The host with that name. ERR_OPTION when there is none. */
export function hostNamed(vc: Vcenter, name: string): Host {
  const host = vc.inventory.host(name);
  if (!host) throw new KeyrigError('ERR_OPTION', `there is no host "${name}" in the inventory`);
  return host;
}

/** @throws InvalidState: without `force` only a host in maintenance mode goes down. documented */
export function checkGoingDown(vc: Vcenter, host: Host, force: boolean): void {
  const { connectionState, inMaintenanceMode } = host.get('runtime');
  if (connectionState !== 'connected') throw hostStateFault(vc, `Host "${host.get('name')}" is not connected.`);
  if (!force && !inMaintenanceMode) {
    throw hostStateFault(vc, `Host "${host.get('name')}" is not in maintenance mode.`);
  }
}

/**
 * Restarts a host: its running VMs stop with it, its memory (and every key in it) is lost, it comes back and vCenter
 * reconnects it. Resolves when the host is connected and encryption has dealt with it.
 */
export async function rebootHost(vc: Vcenter, host: Host, action: HostAction): Promise<void> {
  const seq = goDown(vc, host, action, 'restarts');
  await comeUp(vc, host, { ...action, cause: seq });
}

/** Switches a host off. It comes back only when somebody pushes its button. */
export function shutDownHost(vc: Vcenter, host: Host, action: HostAction): void {
  goDown(vc, host, action, 'shuts down');
}

/** Somebody pushed the button of a host that is off: it starts with an empty memory, and vCenter reconnects it. */
export async function startHost(vc: Vcenter, host: Host, action: HostAction): Promise<void> {
  if (host.get('runtime').powerState === 'poweredOn') return;
  const { seq } = vc.runtime.journal.record({
    plane: 'vcenter',
    event: 'vcenter.host.started',
    text: `host ${host.get('name')} is switched on`,
    data: { host: host.ref.value, name: host.get('name') },
    cause: action.cause,
  });
  await comeUp(vc, host, { ...action, cause: seq });
}

function goDown(vc: Vcenter, host: Host, { user, cause }: HostAction, what: string): number {
  const name = host.get('name');
  const { seq } = vc.runtime.journal.record({
    plane: 'vcenter',
    event: what === 'restarts' ? 'vcenter.host.rebooted' : 'vcenter.host.shut-down',
    text: `host ${name} ${what}`,
    data: { host: host.ref.value, name },
    cause,
  });
  const subject = { host, user, cause: seq };
  vc.events.post('HostShutdownEvent', { reason: 'keyrig' }, { ...subject, message: `Host ${name} shuts down` });
  for (const vm of vmsOn(vc, host)) {
    vm.change('runtime', (runtime) => {
      if (runtime.powerState !== 'poweredOn') return;
      runtime.powerState = 'poweredOff';
      runtime.bootTime = undefined;
      runtime.cleanPowerOff = false;
    });
  }
  host.change('runtime', (runtime) => {
    runtime.connectionState = 'notResponding';
    runtime.powerState = 'poweredOff';
    runtime.bootTime = undefined;
  });
  showConnection(vc, host, false);
  vc.events.post('HostConnectionLostEvent', {}, { ...subject, message: `Host ${name} is not responding` });
  return seq;
}

async function comeUp(vc: Vcenter, host: Host, { user, cause }: HostAction): Promise<void> {
  host.change('runtime', (runtime) => {
    runtime.connectionState = 'connected';
    runtime.powerState = 'poweredOn';
    runtime.bootTime = new Date(vc.runtime.clock.now());
  });
  showConnection(vc, host, true);
  vc.events.post('HostConnectedEvent', {}, { host, user, cause, message: `Connected to ${host.get('name')}` });
  await vc.crypto.hostRebooted(host, cause ?? 0);
}
