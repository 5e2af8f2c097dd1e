import type { Assumed } from '../assumed.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, type VimFault } from '../vim/kernel/fault.ts';
import type { Data } from '../vim/kernel/values.ts';

type PowerState = Data<'VirtualMachineRuntimeInfo'>['powerState'];

const stateNames = { poweredOn: 'Powered on', poweredOff: 'Powered off', suspended: 'Suspended' } as const;

/** The VM is in a power state that the operation does not allow. */
export function invalidPowerState(
  assumed: Pick<Assumed, 'invalidPowerState'>,
  existing: PowerState,
  requested: PowerState | undefined,
): VimFault {
  return fault('InvalidPowerState', `${assumed.invalidPowerState} (${stateNames[existing]}).`, {
    requestedState: requested,
    existingState: existing,
  });
}

/** The n-th device change cannot be applied. */
export function invalidDeviceSpec(assumed: Assumed, deviceIndex: number, property: string): VimFault {
  return fault('InvalidDeviceSpec', assumed.invalidDeviceSpec(deviceIndex), { deviceIndex, property });
}

/** What an encrypted VM cannot do, such as being exported. Key and text: observed (vcenter.md 9.2) */
export function unsupportedOnEncryptedVm(vc: Vcenter): VimFault {
  const key = 'com.vmware.vim.vpxd.encryption.opUnsupportedOnEncryptedVm';
  const message = vc.assumed.unsupportedOnEncryptedVm;
  return fault('NotSupported', message, { faultMessage: [{ key, message }] });
}
