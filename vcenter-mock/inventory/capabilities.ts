import { fieldsOf } from '../vim/kernel/registry.ts';
import type { Data } from '../vim/kernel/values.ts';
import { shared } from './shared.ts';

/** Required booleans of a capability type, all false, so that none is missing on the wire. */
function allFalse(type: string): Record<string, boolean> {
  const values: Record<string, boolean> = {};
  for (const field of fieldsOf(type).values()) {
    if (field.name === 'boolean' && !field.optional) values[field.field] = false;
  }
  return values;
}

let vmCapability: Data<'VirtualMachineCapability'> | undefined;

/** What a VM on a 7.0 host can do, the same for all. assumed, as far as encryption does not depend on it */
export function virtualMachineCapability(): Data<'VirtualMachineCapability'> {
  vmCapability ??= shared({
    ...(allFalse('VirtualMachineCapability') as unknown as Data<'VirtualMachineCapability'>),
    snapshotOperationsSupported: true,
    multipleSnapshotsSupported: true,
    snapshotConfigSupported: true,
    poweredOffSnapshotsSupported: true,
    memorySnapshotsSupported: true,
    revertToSnapshotSupported: true,
    cpuFeatureMaskSupported: true,
    bootOptionsSupported: true,
    changeTrackingSupported: true,
    multipleCoresPerSocketSupported: true,
    diskSharesSupported: true,
  });
  return vmCapability;
}

/** What a 7.0 host can do; encryption as the world says. */
export function hostCapability(parts: {
  cryptoSupported: boolean;
  encryptedVMotionSupported: boolean;
  tpm: boolean;
}): Data<'HostCapability'> {
  const crypto = parts.cryptoSupported;
  return {
    ...(allFalse('HostCapability') as unknown as Data<'HostCapability'>),
    recursiveResourcePoolsSupported: true,
    cpuMemoryResourceConfigurationSupported: true,
    rebootSupported: true,
    shutdownSupported: true,
    vmotionSupported: true,
    maxSupportedVMs: 1024,
    maxRunningVMs: 1024,
    maxSupportedVcpus: 4096,
    maxRegisteredVMs: 4096,
    nfsSupported: true,
    iscsiSupported: true,
    sanSupported: true,
    vlanTaggingSupported: true,
    nicTeamingSupported: true,
    maintenanceModeSupported: true,
    storageVMotionSupported: true,
    vmotionWithStorageVMotionSupported: true,
    storagePolicySupported: true,
    cryptoSupported: crypto,
    encryptedVMotionSupported: parts.encryptedVMotionSupported,
    // This one and the eight below: observed in VMware's own tests of a host's encryption.
    encryptionChangeOnAddRemoveSupported: false,
    encryptionHotOperationSupported: false,
    encryptionWithSnapshotsSupported: false,
    encryptionFaultToleranceSupported: false,
    encryptionMemorySaveSupported: crypto,
    encryptionRDMSupported: false,
    encryptionVFlashSupported: false,
    encryptionCBRCSupported: false,
    encryptionHBRSupported: crypto,
    vmCreateDateSupported: true,
    tpmSupported: parts.tpm,
    tpmVersion: parts.tpm ? '2.0' : undefined,
  };
}
