import { invalidState } from '../crypto/faults.ts';
import type { Host, Vm } from '../inventory/inventory.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, type VimFault } from '../vim/kernel/fault.ts';
import { sameRef } from '../vim/kernel/values.ts';

/** The VMs that are registered on a host. */
export function vmsOn(vc: Vcenter, host: Host): Vm[] {
  return vc.inventory.vms.filter((vm) => sameRef(vm.get('runtime').host, host.ref));
}

/** The state of the host, not of the call, forbids it. The text behind the general one is assumed. */
export function hostStateFault(vc: Vcenter, explanation: string): VimFault {
  return invalidState(vc.assumed, explanation);
}

/** vCenter reaches a host only while it is connected. @throws HostNotConnected. documented */
export function requireConnected(vc: Vcenter, host: Host): void {
  if (host.get('runtime').connectionState === 'connected') return;
  throw fault('HostNotConnected', vc.assumed.hostNotConnected);
}

/**
 * A host that can run a VM: connected and not in maintenance mode.
 * @throws HostNotConnected, InvalidState. documented
 */
export function requireOperational(vc: Vcenter, host: Host): void {
  requireConnected(vc, host);
  if (host.get('runtime').inMaintenanceMode)
    throw hostStateFault(vc, `Host "${host.get('name')}" is in maintenance mode.`);
}

/** What vCenter sees of the VMs of a host that it lost or found again; a locked VM is invalid (observed). */
export function showConnection(vc: Vcenter, host: Host, connected: boolean): void {
  for (const vm of vmsOn(vc, host)) {
    vm.change('runtime', (runtime) => {
      if (!connected) runtime.connectionState = 'disconnected';
      else runtime.connectionState = runtime.cryptoState === 'locked' ? 'invalid' : 'connected';
    });
  }
}
