import type { Host } from '../inventory/inventory.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import type { HostAction } from './power.ts';
import { hostStateFault, showConnection } from './state.ts';

/** vCenter leaves a host alone: its VMs go on, but vCenter can neither see nor send anything. @throws InvalidState */
export function disconnectHost(vc: Vcenter, host: Host, { user, cause }: HostAction): void {
  const name = host.get('name');
  if (host.get('runtime').connectionState === 'disconnected') throw hostStateFault(vc, `"${name}" is disconnected.`);
  host.change('runtime', (runtime) => {
    runtime.connectionState = 'disconnected';
  });
  showConnection(vc, host, false);
  const message = `Disconnected from ${name}. Reason: user request`;
  vc.events.post('HostDisconnectedEvent', { reason: 'userRequest' }, { host, user, cause, message });
}

/**
 * vCenter takes a host back and sends it the keys that it lacks.
 * @throws InvalidState (connected already), NoHost (it is off). documented faults
 */
export async function reconnectHost(vc: Vcenter, host: Host, { user, cause }: HostAction): Promise<void> {
  const name = host.get('name');
  const { connectionState, powerState } = host.get('runtime');
  if (connectionState === 'connected') throw hostStateFault(vc, `"${name}" is connected.`);
  if (powerState !== 'poweredOn') {
    vc.events.post('HostReconnectionFailedEvent', {}, { host, user, cause, message: `Cannot reconnect to ${name}` });
    throw fault('NoHost', 'The host is not reachable.', { name });
  }
  host.change('runtime', (runtime) => {
    runtime.connectionState = 'connected';
  });
  showConnection(vc, host, true);
  vc.events.post('HostConnectedEvent', {}, { host, user, cause, message: `Connected to ${name}` });
  await vc.crypto.hostConnected(host, cause ?? 0);
}
