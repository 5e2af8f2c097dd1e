import { fault, type VimFault } from '../vim/kernel/fault.ts';
import type { Data } from '../vim/kernel/values.ts';

type PowerState = Data<'VirtualMachineRuntimeInfo'>['powerState'];

const stateNames = { poweredOn: 'Powered on', poweredOff: 'Powered off', suspended: 'Suspended' } as const;

/** reported by users: the text of a real vCenter */
export function invalidPowerState(existing: PowerState, requested: PowerState | undefined): VimFault {
  return fault(
    'InvalidPowerState',
    `The attempted operation cannot be performed in the current state (${stateNames[existing]}).`,
    { requestedState: requested, existingState: existing },
  );
}

/** reported by users: the text of a real vCenter */
export function invalidDeviceSpec(deviceIndex: number, property: string): VimFault {
  return fault('InvalidDeviceSpec', `Invalid configuration for device '${deviceIndex}'.`, { deviceIndex, property });
}
