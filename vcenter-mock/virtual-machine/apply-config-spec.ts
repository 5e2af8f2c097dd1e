import { escapedName } from '../inventory/entity-names.ts';
import type { Vm } from '../inventory/inventory.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { enumValues, isA } from '../vim/kernel/registry.ts';
import { type Data, data } from '../vim/kernel/values.ts';
import { applyDeviceChanges } from './device-changes.ts';
import type { ConfigInfo } from './disk-chain.ts';
import type { VmDraft } from './draft.ts';

type ConfigSpec = Data<'VirtualMachineConfigSpec'>;

/** Puts the plain (not cryptographic) part of a ConfigSpec into a draft, or a fault says what is wrong with it. */
export function applyConfigSpec(vc: Vcenter, draft: VmDraft, spec: ConfigSpec): void {
  checkValues(vc, draft.vm, spec);
  const { config } = draft;
  assign(config, 'name', spec.name ? escapedName(spec.name) : undefined);
  assign(config, 'annotation', spec.annotation);
  assign(config, 'guestId', spec.guestId);
  assign(config, 'uuid', spec.uuid);
  assign(config, 'instanceUuid', spec.instanceUuid);
  assign(config, 'alternateGuestName', spec.alternateGuestName);
  assign(config, 'firmware', spec.firmware);
  assign(config, 'changeTrackingEnabled', spec.changeTrackingEnabled);
  assign(config, 'memoryHotAddEnabled', spec.memoryHotAddEnabled);
  assign(config, 'cpuHotAddEnabled', spec.cpuHotAddEnabled);
  assign(config, 'cpuHotRemoveEnabled', spec.cpuHotRemoveEnabled);
  assign(config, 'nestedHVEnabled', spec.nestedHVEnabled);
  assign(config, 'memoryReservationLockedToMax', spec.memoryReservationLockedToMax);
  assign(config, 'swapPlacement', spec.swapPlacement);
  assign(config, 'maxMksConnections', spec.maxMksConnections);
  assign(config, 'latencySensitivity', spec.latencySensitivity);
  assign(config, 'guestAutoLockEnabled', spec.guestAutoLockEnabled);
  assign(config, 'sevEnabled', spec.sevEnabled);
  assign(config, 'ftEncryptionMode', spec.ftEncryptionMode || undefined);
  assign(config, 'migrateEncryption', spec.migrateEncryption || undefined);
  assign(config.hardware, 'numCPU', spec.numCPUs);
  assign(config.hardware, 'numCoresPerSocket', spec.numCoresPerSocket);
  assign(config.hardware, 'memoryMB', spec.memoryMB === undefined ? undefined : Number(spec.memoryMB));
  if (spec.flags) config.flags = { ...config.flags, ...defined(spec.flags) };
  if (spec.tools) config.tools = { ...config.tools, ...defined(spec.tools) };
  if (spec.bootOptions) config.bootOptions = { ...config.bootOptions, ...defined(spec.bootOptions) };
  if (spec.powerOpInfo) config.defaultPowerOps = { ...config.defaultPowerOps, ...defined(spec.powerOpInfo) };
  if (spec.cpuAllocation) config.cpuAllocation = { ...config.cpuAllocation, ...defined(spec.cpuAllocation) };
  if (spec.memoryAllocation)
    config.memoryAllocation = { ...config.memoryAllocation, ...defined(spec.memoryAllocation) };
  if (spec.managedBy) config.managedBy = spec.managedBy.extensionKey === '' ? undefined : spec.managedBy;
  config.extraConfig = mergeOptions(config, spec.extraConfig ?? []);
  applyDeviceChanges(vc, draft, spec.deviceChange ?? []);
  storeProfiles(vc, draft, spec);
}

/** The change is for one version of a configuration only; without one it is for any. documented @throws ConcurrentAccess */
export function requireVersion(vc: Vcenter, wanted: string | undefined, current: string | undefined): void {
  if (wanted && wanted !== current) throw fault('ConcurrentAccess', vc.assumed.concurrentAccess);
}

function checkValues(vc: Vcenter, vm: Vm, spec: ConfigSpec): void {
  const before = vm.get('config')!;
  const { migrateEncryption, ftEncryptionMode } = spec;
  // An empty value leaves the setting as it is (observed: a real client sends one).
  if (migrateEncryption && !enumValues('VirtualMachineConfigSpecEncryptedVMotionModes')?.includes(migrateEncryption)) {
    throw invalidArgument('spec.migrateEncryption');
  }
  if (ftEncryptionMode && !enumValues('VirtualMachineConfigSpecEncryptedFtModes')?.includes(ftEncryptionMode)) {
    throw invalidArgument('spec.ftEncryptionMode');
  }
  if (spec.numCPUs !== undefined && spec.numCPUs < 1) throw invalidArgument('spec.numCPUs');
  if (spec.memoryMB !== undefined && (spec.memoryMB < 4 || spec.memoryMB % 4 !== 0)) {
    throw invalidArgument('spec.memoryMB');
  }
  if (vm.get('runtime').powerState === 'poweredOn') {
    const { hardware } = before;
    // documented: without hot add these can be changed only while the VM is off
    if (spec.numCPUs !== undefined && spec.numCPUs !== hardware.numCPU && !before.cpuHotAddEnabled) {
      throw fault('CpuHotPlugNotSupported', vc.assumed.cpuHotPlugNotSupported);
    }
    if (spec.memoryMB !== undefined && Number(spec.memoryMB) !== hardware.memoryMB && !before.memoryHotAddEnabled) {
      throw fault('MemoryHotPlugNotSupported', vc.assumed.memoryHotPlugNotSupported);
    }
  }
  for (const profile of spec.vmProfile ?? []) checkProfile(vc, profile, 'spec.vmProfile');
  for (const [index, change] of (spec.deviceChange ?? []).entries()) {
    for (const profile of change.profile ?? []) checkProfile(vc, profile, `spec.deviceChange[${index}].profile`);
  }
}

/** A policy that does not exist, or is no policy for VMs, cannot be applied. assumed fault */
export function checkProfile(vc: Vcenter, profile: Data<'VirtualMachineProfileSpec'>, path: string): void {
  if (isA(profile, 'VirtualMachineDefinedProfileSpec') && !vc.policies.isAssignable(profile.profileId)) {
    throw invalidArgument(`${path}.profileId`);
  }
}

function assign<T extends object, K extends keyof T>(target: T, key: K, value: T[K] | undefined): void {
  if (value !== undefined) target[key] = value;
}

/** The members of a data object that the client gave. */
export function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

/**
 * extraConfig: an empty value removes the key (documented). The secrets of an encrypted VM cannot be set: the faults and their texts are
 * observed in a public copy of tests of a host's encryption.
 */
function mergeOptions(config: ConfigInfo, changes: readonly Data<'OptionValue'>[]): Data<'OptionValue'>[] {
  const merged = new Map((config.extraConfig ?? []).map((option) => [option.key, option]));
  for (const { key, value } of changes) {
    if (key === 'dataFileKey') {
      const property = 'config.extraConfig["dataFileKey"]';
      throw invalidArgument(property, property);
    }
    if (key === 'encryption.bundle') {
      // Setting it back to what it is changes nothing.
      if (merged.get(key)?.value === value) continue;
      // assumed: a client cannot make up another one
      if (config.keyId) throw invalidArgument('config.extraConfig["encryption.bundle"]');
      const reason = 'Key required for encryption.bundle.';
      throw fault('SystemError', reason, { reason });
    }
    if (value === '') merged.delete(key);
    else merged.set(key, data('OptionValue', { key, value }));
  }
  return [...merged.values()];
}

/** Stores, with the draft, which policy the spec gives to the VM's files and to its disks. */
function storeProfiles(vc: Vcenter, draft: VmDraft, spec: ConfigSpec): void {
  const store = (disk: number | undefined, profiles: readonly Data<'VirtualMachineProfileSpec'>[] | undefined) => {
    for (const profile of profiles ?? []) {
      const id = isA(profile, 'VirtualMachineDefinedProfileSpec') ? profile.profileId : undefined;
      vc.policies.assign(draft.vm, disk, id);
    }
  };
  draft.onCommit(() => {
    store(undefined, spec.vmProfile);
    for (const { key, operation, change } of draft.devices) {
      if (change.device._type !== 'VirtualDisk') continue;
      if (operation === 'remove') vc.policies.forget(draft.vm, key);
      else store(key, change.profile);
    }
  });
}
