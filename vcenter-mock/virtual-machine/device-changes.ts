import { baseName, parsePath } from '../datastore/path.ts';
import { homeOf } from '../datastore/vm-files.ts';
import { diskFileName, virtualDisk } from '../inventory/devices.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { isA } from '../vim/kernel/registry.ts';
import type { Data } from '../vim/kernel/values.ts';
import { defined } from './apply-config-spec.ts';
import { describeDevice } from './device-labels.ts';
import { type ConfigInfo, chainOf, type Disk, deltaOf, type FileBacking, fileBacking } from './disk-chain.ts';
import type { VmDraft } from './draft.ts';
import { invalidDeviceSpec } from './faults.ts';
import { datastoreNamed } from './placement.ts';

type Device = Data<'VirtualDevice'>;
type Change = Data<'VirtualDeviceConfigSpec'>;

/** The first key of a kind of device. observed on real VMs; what is not listed begins at 12000 (assumed) */
const firstKeys: readonly [string, number][] = [
  ['VirtualIDEController', 200],
  ['VirtualSCSIController', 1000],
  ['VirtualAHCIController', 15_000],
  ['VirtualNVMEController', 31_000],
  ['VirtualUSBController', 7000],
  ['VirtualUSBXHCIController', 14_000],
  ['VirtualDisk', 2000],
  ['VirtualCdrom', 3000],
  ['VirtualEthernetCard', 4000],
  ['VirtualFloppy', 8000],
  ['VirtualSerialPort', 9000],
  ['VirtualTPM', 11_000],
  ['VirtualPCIPassthrough', 13_000],
];

/** Applies the device changes of a spec to a draft, in order; what became of each stands in `draft.devices`. */
export function applyDeviceChanges(vc: Vcenter, draft: VmDraft, changes: readonly Change[]): void {
  // A new device has a temporary, negative key in the spec, by which other changes may name it. documented
  const keys = new Map<number, number>();
  for (const [index, change] of changes.entries()) {
    const { operation, device } = change;
    if (!device) throw invalidDeviceSpec(vc.assumed, index, `deviceChange[${index}].device`);
    // observed: without an operation nothing happens
    if (operation === 'add') add(vc, draft, index, change, keys);
    else if (operation === 'edit' || operation === 'remove') {
      const existing = devicesOf(draft.config).find((candidate) => candidate.key === device.key);
      if (!existing) throw invalidDeviceSpec(vc.assumed, index, `deviceChange[${index}].device.key`);
      if (operation === 'remove') remove(vc, draft, index, change, existing);
      else edit(vc, draft, index, change, existing);
    }
  }
}

function devicesOf(config: ConfigInfo): Device[] {
  config.hardware.device ??= [];
  return config.hardware.device;
}

function remove(vc: Vcenter, draft: VmDraft, index: number, change: Change, existing: Device): void {
  const { config } = draft;
  const kept = devicesOf(config).filter((device) => device !== existing);
  if (kept.some((device) => device.controllerKey === existing.key)) {
    // documented: a controller that has devices cannot be removed; the fault is assumed
    throw invalidDeviceSpec(vc.assumed, index, `deviceChange[${index}].device.key`);
  }
  config.hardware.device = kept;
  draft.devices.push({ index, key: existing.key, operation: 'remove', change });
  const file = isA(existing, 'VirtualDisk') ? fileBacking(existing) : undefined;
  // documented: the file goes only when the spec says so
  if (!file || change.fileOperation === 'destroy') return;
  const disk = structuredClone(existing) as Disk;
  draft.onCommit(() => void vc.files.disks.set(file.fileName, { disk }));
}

function edit(vc: Vcenter, draft: VmDraft, index: number, change: Change, existing: Device): void {
  const wanted = change.device;
  draft.devices.push({ index, key: existing.key, operation: 'edit', change });
  if (isA(wanted, 'VirtualDisk') && isA(existing, 'VirtualDisk')) {
    editDisk(vc, index, existing, wanted);
    return;
  }
  const {
    _type,
    key: _key,
    controllerKey: _controller,
    unitNumber: _unit,
    deviceInfo: _info,
    ...changed
  } = defined(wanted);
  Object.assign(existing, changed);
  existing.deviceInfo = describeDevice(existing);
}

function editDisk(vc: Vcenter, index: number, disk: Disk, wanted: Disk): void {
  const bytes = wanted.capacityInBytes || (wanted.capacityInKB ?? 0) * 1024;
  const before = disk.capacityInBytes ?? disk.capacityInKB * 1024;
  // documented: disks only grow, and not while snapshots stand on them
  if (bytes > 0 && (bytes < before || (bytes > before && fileBacking(disk)?.parent))) {
    throw invalidDeviceSpec(vc.assumed, index, `deviceChange[${index}].device.capacityInKB`);
  }
  if (bytes > before) {
    disk.capacityInBytes = bytes;
    disk.capacityInKB = Math.floor(bytes / 1024);
    disk.deviceInfo = describeDevice(disk);
  }
  const backing = fileBacking(disk);
  const asked = wanted.backing && isA(wanted.backing, 'VirtualDiskFlatVer2BackingInfo') ? wanted.backing : undefined;
  if (!backing || !asked) return;
  if (asked.diskMode) backing.diskMode = asked.diskMode;
  if (asked.sharing) backing.sharing = asked.sharing;
  if (wanted.shares) disk.shares = wanted.shares;
}

function add(vc: Vcenter, draft: VmDraft, index: number, change: Change, keys: Map<number, number>): void {
  const { device } = change;
  const devices = devicesOf(draft.config);
  const controllerKey = keys.get(device.controllerKey ?? 0) ?? device.controllerKey;
  const key = nextKey(devices, device);
  // documented: a VM has at most one virtual TPM
  if (isA(device, 'VirtualTPM') && devices.some((one) => isA(one, 'VirtualTPM'))) {
    throw invalidDeviceSpec(vc.assumed, index, `deviceChange[${index}].device`);
  }
  keys.set(device.key, key);
  if (isA(device, 'VirtualDisk')) {
    const { disk, operation } = newDisk(vc, draft, index, change, key);
    place(vc, devices, index, disk, controllerKey ?? 1000, device.unitNumber);
    draft.devices.push({ index, key, operation, change });
    return;
  }
  draft.devices.push({ index, key, operation: 'create', change });
  const added: Device = { ...defined(device), key };
  if (controllerKey !== undefined) added.controllerKey = controllerKey;
  if (isA(device, 'VirtualEthernetCard')) {
    const card = added as Data<'VirtualEthernetCard'>;
    card.addressType = card.addressType || 'assigned';
    card.macAddress = card.macAddress || vc.vmFactory.newMacAddress();
    putOnPciBus(devices, card, device.unitNumber);
  }
  added.deviceInfo = describeDevice(added);
  devices.push(added);
}

/** Network cards sit on the PCI controller, from unit 7 on. observed */
function putOnPciBus(devices: readonly Device[], card: Device, unit?: number): void {
  const used = new Set(devices.filter(({ controllerKey }) => controllerKey === 100).map((one) => one.unitNumber));
  let free = 7;
  while (used.has(free)) free++;
  card.controllerKey = 100;
  card.unitNumber = unit !== undefined && unit >= 7 && !used.has(unit) ? unit : free;
}

/** Puts a disk on a controller, at the unit asked for or the next free one. Unit 7 of a SCSI controller is itself. documented */
function place(vc: Vcenter, devices: Device[], index: number, disk: Disk, controllerKey: number, unit?: number): void {
  const controller = devices.find((device) => device.key === controllerKey);
  if (!controller) throw invalidDeviceSpec(vc.assumed, index, `deviceChange[${index}].device.controllerKey`);
  const used = new Set(devices.filter((device) => device.controllerKey === controllerKey).map((one) => one.unitNumber));
  if (isA(controller, 'VirtualSCSIController')) used.add(7);
  if (unit !== undefined && unit >= 0 && used.has(unit)) {
    throw invalidDeviceSpec(vc.assumed, index, `deviceChange[${index}].device.unitNumber`);
  }
  let free = 0;
  while (used.has(free)) free++;
  disk.controllerKey = controllerKey;
  disk.unitNumber = unit !== undefined && unit >= 0 ? unit : free;
  devices.push(disk);
}

function newDisk(vc: Vcenter, draft: VmDraft, index: number, change: Change, key: number) {
  const wanted = change.device as Disk;
  if (wanted.backing && isA(wanted.backing, 'VirtualDiskRawDiskMappingVer1BackingInfo')) {
    const disk = { ...structuredClone(wanted), key };
    disk.deviceInfo = describeDevice(disk);
    return { disk, operation: 'create' as const };
  }
  const asked = wanted.backing as FileBacking | undefined;
  const path = asked?.fileName ? fullPath(draft, asked.fileName) : undefined;
  const named = path !== undefined && parsePath(path)?.file !== '';
  if (change.fileOperation === undefined && named) {
    const found = vc.files.disk(path);
    if (!found) throw fault('FileNotFound', vc.assumed.fileNotFound(path), { file: path });
    const isOwn = devicesOf(draft.config).some((device) => fileBacking(device)?.fileName === path);
    if (isOwn) throw invalidDeviceSpec(vc.assumed, index, `deviceChange[${index}].device.backing.fileName`);
    const disk = { ...structuredClone(found.disk), key };
    disk.deviceInfo = describeDevice(disk);
    const backing = fileBacking(disk);
    if (backing && asked?.diskMode) backing.diskMode = asked.diskMode;
    if (backing && asked?.sharing) backing.sharing = asked.sharing;
    draft.onCommit(() => void vc.files.disks.delete(path));
    return { disk, operation: 'attach' as const };
  }
  return {
    disk: createdDisk(vc, draft, index, wanted, asked, named ? path : undefined, key),
    operation: 'create' as const,
  };
}

function createdDisk(
  vc: Vcenter,
  draft: VmDraft,
  index: number,
  wanted: Disk,
  asked: FileBacking | undefined,
  path: string | undefined,
  key: number,
): Disk {
  const bytes = wanted.capacityInBytes || (wanted.capacityInKB ?? 0) * 1024;
  const home = parsePath(homeOf(draft.config));
  const place = parsePath(asked?.fileName ?? '') ?? home;
  const datastore = place && datastoreNamed(vc, place.datastore, draft.vm);
  if (!datastore || !home) {
    const name = place?.datastore ?? '';
    throw fault('InvalidDatastore', vc.assumed.invalidDatastore(name), { name });
  }
  const own = new Set(devicesOf(draft.config).flatMap((one) => chainOf(fileBacking(one)).map((file) => file.fileName)));
  const isElsewhere = vc.files.takenBeside(draft.vm);
  const isTaken = (file: string) => own.has(file) || isElsewhere(file);
  if (path !== undefined && isTaken(path)) {
    throw fault('FileAlreadyExists', vc.assumed.fileAlreadyExists(path), { file: path });
  }
  const stem = baseName(draft.config.files.vmPathName ?? '').replace(/\.vm(x|tx)$/, '');
  const parentPath = asked?.parent?.fileName;
  const parent = parentPath === undefined ? undefined : vc.files.disk(parentPath);
  const parentBacking = parent && fileBacking(parent.disk);
  if (parentPath !== undefined && !parentBacking) {
    throw fault('FileNotFound', vc.assumed.fileNotFound(parentPath), { file: parentPath });
  }
  const capacity = parent?.disk.capacityInBytes ?? bytes;
  if (capacity <= 0) throw invalidDeviceSpec(vc.assumed, index, `deviceChange[${index}].device.capacityInKB`);
  let fileName = path;
  for (let number = 0; fileName === undefined; number++) {
    const candidate = diskFileName(datastore.get('name'), home.directory, stem, number);
    if (!isTaken(candidate)) fileName = candidate;
  }
  const disk = virtualDisk({
    index: key - 2000,
    capacityBytes: capacity,
    fileName,
    datastore: datastore.ref,
    uuid: vc.runtime.random.stream('vcenter.inventory').uuid(),
  });
  const backing = fileBacking(disk)!;
  if (parentBacking) disk.backing = deltaOf(structuredClone(parentBacking), fileName);
  if (asked?.diskMode) backing.diskMode = asked.diskMode;
  if (asked?.thinProvisioned !== undefined) backing.thinProvisioned = asked.thinProvisioned;
  if (asked?.eagerlyScrub !== undefined) backing.eagerlyScrub = asked.eagerlyScrub;
  if (asked?.sharing) backing.sharing = asked.sharing;
  return disk;
}

/** A path without a datastore is below the VM's. documented */
function fullPath(draft: VmDraft, path: string): string {
  if (path.startsWith('[')) return path.replace(/^(\[[^\]]+\])\s*/, '$1 ');
  return `[${parsePath(homeOf(draft.config))?.datastore ?? ''}] ${path}`;
}

function nextKey(devices: readonly Device[], device: Device): number {
  let key = firstKeys.find(([type]) => isA(device, type as 'VirtualDevice'))?.[1] ?? 12_000;
  while (devices.some((one) => one.key === key)) key++;
  return key;
}
