import { diskFileName, virtualDisk } from '../inventory/devices.ts';
import type { Vm } from '../inventory/inventory.ts';
import type { Vcenter } from '../vcenter.ts';
import { invalidArgument } from '../vim/kernel/fault.ts';
import { enumValues, isA } from '../vim/kernel/registry.ts';
import { type Data, data } from '../vim/kernel/values.ts';
import { invalidDeviceSpec } from './faults.ts';

type ConfigSpec = Data<'VirtualMachineConfigSpec'>;
type ConfigInfo = Data<'VirtualMachineConfigInfo'>;
type Disk = Data<'VirtualDisk'>;

/** The plain (not cryptographic) part of a ConfigSpec is in order, or a fault says what is wrong. */
export function checkConfigSpec(vc: Vcenter, vm: Vm, spec: ConfigSpec): void {
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
  for (const profile of spec.vmProfile ?? []) checkProfile(vc, profile, 'spec.vmProfile');
  for (const [index, change] of (spec.deviceChange ?? []).entries()) {
    for (const profile of change.profile ?? []) checkProfile(vc, profile, `spec.deviceChange[${index}].profile`);
    const exists = (vm.get('config')?.hardware.device ?? []).some((device) => device.key === change.device?.key);
    if ((change.operation === 'edit' || change.operation === 'remove') && !exists) {
      throw invalidDeviceSpec(vc.assumed, index, `deviceChange[${index}].device.key`);
    }
  }
}

/** A policy that does not exist cannot be applied. assumed fault */
function checkProfile(vc: Vcenter, profile: Data<'VirtualMachineProfileSpec'>, path: string): void {
  if (isA(profile, 'VirtualMachineDefinedProfileSpec') && !vc.policies.find(profile.profileId)) {
    throw invalidArgument(`${path}.profileId`);
  }
}

/**
 * Applies the plain part of a checked ConfigSpec and stores the policy associations. The `crypto` members belong to
 * encryption, which has run before.
 */
export function applyConfigSpec(vc: Vcenter, vm: Vm, spec: ConfigSpec): void {
  vm.change('config', (config) => {
    config.changeVersion = `${new Date(vc.runtime.clock.now()).toISOString()}#${vm.revision + 1}`;
    config.modified = new Date(vc.runtime.clock.now());
    assign(config, 'name', spec.name);
    assign(config, 'annotation', spec.annotation);
    assign(config, 'guestId', spec.guestId);
    assign(config, 'uuid', spec.uuid);
    assign(config, 'instanceUuid', spec.instanceUuid);
    assign(config, 'alternateGuestName', spec.alternateGuestName);
    assign(config, 'firmware', spec.firmware);
    assign(config, 'changeTrackingEnabled', spec.changeTrackingEnabled);
    assign(config, 'memoryHotAddEnabled', spec.memoryHotAddEnabled);
    assign(config, 'cpuHotAddEnabled', spec.cpuHotAddEnabled);
    assign(config, 'nestedHVEnabled', spec.nestedHVEnabled);
    assign(config, 'ftEncryptionMode', spec.ftEncryptionMode || undefined);
    // An encrypted VM is always migrated encrypted (documented): its setting does not follow the spec.
    if (!config.keyId) assign(config, 'migrateEncryption', spec.migrateEncryption || undefined);
    assign(config.hardware, 'numCPU', spec.numCPUs);
    assign(config.hardware, 'numCoresPerSocket', spec.numCoresPerSocket);
    assign(config.hardware, 'memoryMB', spec.memoryMB);
    if (spec.flags) Object.assign(config.flags, spec.flags);
    if (spec.tools) config.tools = { ...config.tools, ...spec.tools };
    if (spec.bootOptions) config.bootOptions = { ...config.bootOptions, ...spec.bootOptions };
    if (spec.managedBy) config.managedBy = spec.managedBy;
    config.extraConfig = mergeOptions(config.extraConfig ?? [], spec.extraConfig ?? []);
    for (const change of spec.deviceChange ?? []) applyDeviceChange(vc, vm, config, change);
  });
  storeProfiles(vc, vm, spec);
}

function assign<T extends object, K extends keyof T>(target: T, key: K, value: T[K] | undefined): void {
  if (value !== undefined) target[key] = value;
}

/** extraConfig: an empty value removes the key. documented */
function mergeOptions(current: Data<'OptionValue'>[], changes: readonly Data<'OptionValue'>[]): Data<'OptionValue'>[] {
  const merged = new Map(current.map((option) => [option.key, option]));
  for (const { key, value } of changes) {
    if (value === '') merged.delete(key);
    else merged.set(key, data('OptionValue', { key, value }));
  }
  return [...merged.values()];
}

function applyDeviceChange(vc: Vcenter, vm: Vm, config: ConfigInfo, change: Data<'VirtualDeviceConfigSpec'>): void {
  const devices = config.hardware.device ?? [];
  config.hardware.device = devices;
  if (change.operation === 'remove') {
    config.hardware.device = devices.filter((device) => device.key !== change.device.key);
    if (change.device._type === 'VirtualDisk') vc.policies.forget(vm, change.device.key);
  } else if (change.operation === 'edit') {
    const device = devices.find((candidate) => candidate.key === change.device.key);
    if (!device) return;
    if (isA(change.device, 'VirtualDisk') && isA(device, 'VirtualDisk')) resize(device, change.device);
    else Object.assign(device, { connectable: change.device.connectable ?? device.connectable });
  } else if (isA(change.device, 'VirtualDisk')) {
    addDisk(vc, vm, config, change.device, change);
  } else {
    // A new device has a temporary, negative key in the spec. documented
    const key = change.device.key > 0 ? change.device.key : nextKey(devices, 12_000);
    devices.push({ ...change.device, key });
  }
}

/** Disks only grow. documented */
function resize(disk: Disk, wanted: Disk): void {
  const bytes = wanted.capacityInBytes ?? (wanted.capacityInKB ?? 0) * 1024;
  if (bytes <= (disk.capacityInBytes ?? 0)) return;
  disk.capacityInBytes = bytes;
  disk.capacityInKB = Math.floor(bytes / 1024);
}

function addDisk(vc: Vcenter, vm: Vm, config: ConfigInfo, wanted: Disk, change: Data<'VirtualDeviceConfigSpec'>): void {
  const devices = config.hardware.device ?? [];
  const key = nextKey(devices, 2000);
  const datastore = vc.store.get('Datastore', vm.get('datastore')?.[0]) ?? vc.inventory.datastores[0];
  if (!datastore) return;
  const backing = wanted.backing as Data<'VirtualDiskFlatVer2BackingInfo'> | undefined;
  const folder = /\] ([^/]+)\//.exec(config.files.vmPathName ?? '')?.[1] ?? config.name;
  const named = backing?.fileName && !backing.fileName.endsWith(']') ? backing.fileName : undefined;
  const disk = virtualDisk({
    index: key - 2000,
    capacityBytes: wanted.capacityInBytes ?? (wanted.capacityInKB ?? 0) * 1024,
    fileName: named ?? diskFileName(datastore.get('name'), folder, config.name, key - 2000),
    datastore: datastore.ref,
    uuid: vc.runtime.random.stream('vcenter.inventory').uuid(),
  });
  devices.push(disk);
  storeProfile(vc, vm, key, change.profile);
}

function nextKey(devices: readonly Data<'VirtualDevice'>[], from: number): number {
  let key = from;
  while (devices.some((device) => device.key === key)) key++;
  return key;
}

/** Stores which policy the spec gives to the VM's files and to its disks. */
function storeProfiles(vc: Vcenter, vm: Vm, spec: ConfigSpec): void {
  storeProfile(vc, vm, undefined, spec.vmProfile);
  for (const change of spec.deviceChange ?? []) {
    if (change.operation === 'edit') storeProfile(vc, vm, change.device.key, change.profile);
  }
}

function storeProfile(
  vc: Vcenter,
  vm: Vm,
  disk: number | undefined,
  profiles: readonly Data<'VirtualMachineProfileSpec'>[] | undefined,
): void {
  for (const profile of profiles ?? []) {
    vc.policies.assign(vm, disk, isA(profile, 'VirtualMachineDefinedProfileSpec') ? profile.profileId : undefined);
  }
}
