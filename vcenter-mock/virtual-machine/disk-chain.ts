import { disksOf } from '../inventory/devices.ts';
import { isA } from '../vim/kernel/registry.ts';
import { type Data, data } from '../vim/kernel/values.ts';

export type ConfigInfo = Data<'VirtualMachineConfigInfo'>;
export type Disk = Data<'VirtualDisk'>;
/** The backing of every simulated disk file; a raw mapping has no key. */
export type FileBacking = Data<'VirtualDiskFlatVer2BackingInfo'>;

/** The file behind a disk; undefined for a raw device mapping or a backing of another kind. */
export function fileBacking(disk: Data<'VirtualDevice'>): FileBacking | undefined {
  return disk.backing && isA(disk.backing, 'VirtualDiskFlatVer2BackingInfo') ? disk.backing : undefined;
}

/** A disk's files: its own, the one it is a difference to, and so on. */
export function chainOf(backing: FileBacking | undefined): FileBacking[] {
  const chain: FileBacking[] = [];
  for (let file = backing; file; file = file.parent) chain.push(file);
  return chain;
}

/** All disk files of a configuration. */
export function diskFilesOf(config: ConfigInfo): FileBacking[] {
  return disksOf(config).flatMap((disk) => chainOf(fileBacking(disk)));
}

/** `vm-000001.vmdk` for `vm.vmdk`: the next difference file whose name is free. documented naming */
export function deltaName(fileName: string, isTaken: (path: string) => boolean): string {
  const base = fileName.replace(/(-\d{6})?\.vmdk$/, '');
  for (let number = 1; ; number++) {
    const candidate = `${base}-${String(number).padStart(6, '0')}.vmdk`;
    if (!isTaken(candidate)) return candidate;
  }
}

/** A new difference to a file, with the same content and key. */
export function deltaOf(parent: FileBacking, fileName: string): FileBacking {
  return data('VirtualDiskFlatVer2BackingInfo', {
    ...parent,
    fileName,
    // documented value; assumed for every datastore
    deltaDiskFormat: 'redoLogFormat',
    parent,
  });
}

/** A single file with the content of a chain. */
export function flattened(backing: FileBacking, fileName: string): FileBacking {
  const { parent: _, deltaDiskFormat: _format, ...own } = backing;
  return data('VirtualDiskFlatVer2BackingInfo', { ...own, fileName });
}
