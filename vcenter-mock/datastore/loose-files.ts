import { virtualDisk } from '../inventory/devices.ts';
import type { TypedObject } from '../inventory/store.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import type { Data, Ref } from '../vim/kernel/values.ts';
import { chainOf, type Disk, fileBacking, flattened } from '../virtual-machine/disk-chain.ts';
import { datastoreNamed } from '../virtual-machine/placement.ts';
import { formatPath, parsePath } from './path.ts';
import { filesOf } from './vm-files.ts';

/** A file of a datastore by its name. @throws InvalidDatastorePath, InvalidDatastore */
export function pathOf(
  vc: Vcenter,
  name: string,
  datacenter?: Ref,
): { path: string; datastore: TypedObject<'Datastore'> } {
  const parsed = parsePath(name);
  if (!parsed) throw fault('InvalidDatastorePath', vc.assumed.invalidDatastorePath(name), { datastorePath: name });
  const near = datacenter && vc.store.find(datacenter);
  const datastore = datastoreNamed(vc, parsed.datastore, near);
  if (!datastore) {
    throw fault('InvalidDatastore', vc.assumed.invalidDatastore(parsed.datastore), { name: parsed.datastore });
  }
  return { path: formatPath(parsed), datastore };
}

/** A disk that no registered VM has. @throws FileNotFound, FileLocked */
export function looseDisk(vc: Vcenter, name: string): { path: string; disk: Disk } {
  const { path } = pathOf(vc, name);
  const found = vc.files.disk(path);
  if (!found) throw fault('FileNotFound', vc.assumed.fileNotFound(path), { file: path });
  if (found.vm || !vc.files.disks.has(path)) throw fault('FileLocked', vc.assumed.fileLocked(path), { file: path });
  return { path, disk: found.disk };
}

/** A name that no file has yet. @throws FileAlreadyExists */
export function newPath(
  vc: Vcenter,
  name: string,
  datacenter?: Ref,
): { path: string; datastore: TypedObject<'Datastore'> } {
  const place = pathOf(vc, name, datacenter);
  if (vc.files.find(place.path)) {
    throw fault('FileAlreadyExists', vc.assumed.fileAlreadyExists(place.path), { file: place.path });
  }
  return place;
}

/** Makes a disk that no VM has. */
export function createDisk(
  vc: Vcenter,
  path: string,
  datastore: TypedObject<'Datastore'>,
  parts: { capacityKb: number; diskType: string; keyId?: Data<'CryptoKeyId'> },
): void {
  const disk = virtualDisk({
    index: 0,
    capacityBytes: parts.capacityKb * 1024,
    fileName: path,
    datastore: datastore.ref,
    uuid: vc.runtime.random.stream('vcenter.inventory').uuid(),
  });
  const backing = fileBacking(disk)!;
  backing.thinProvisioned = parts.diskType === 'thin';
  backing.eagerlyScrub = parts.diskType === 'eagerZeroedThick' || undefined;
  if (parts.keyId) {
    backing.keyId = parts.keyId;
    disk.iofilter = [vc.crypto.encryptionFilter];
  }
  vc.files.disks.set(path, { disk });
}

/** A copy of any disk, made of one file; it stays encrypted as it is, with the same key. observed */
export function copyDisk(vc: Vcenter, from: string, to: string, datacenter?: Ref): void {
  const source = vc.files.disk(pathOf(vc, from).path);
  if (!source) throw fault('FileNotFound', vc.assumed.fileNotFound(from), { file: from });
  const { path, datastore } = newPath(vc, to, datacenter);
  const disk = structuredClone(source.disk) as Disk;
  disk.backing = flattened(fileBacking(disk)!, path);
  const backing = fileBacking(disk)!;
  backing.datastore = datastore.ref;
  backing.uuid = vc.runtime.random.stream('vcenter.inventory').uuid();
  vc.files.disks.set(path, { disk });
}

/**
 * DeleteDatastoreFile_Task: a disk, an unregistered VM's home, or a directory with all of them.
 * @throws FileNotFound; FileLocked for what a registered VM has
 */
export function deleteFile(vc: Vcenter, name: string, datacenter?: Ref): void {
  const { path, datastore } = pathOf(vc, name, datacenter);
  const owners = vc.files.list(datastore).filter((file) => isIn(file.path, path));
  const own = [...vc.files.disks].filter(([one, { disk }]) => isIn(one, path) || isChainIn(disk, path));
  const homes = [...vc.files.homes].filter(([vmx]) => isIn(vmx, path));
  const loose = new Set([
    ...own.flatMap(([, { disk }]) => chainOf(fileBacking(disk)).map((file) => file.fileName)),
    ...homes.flatMap(([, state]) => filesOf(state).map((file) => file.path)),
  ]);
  const locked = owners.find((file) => !loose.has(file.path));
  if (locked) throw fault('FileLocked', vc.assumed.fileLocked(locked.path), { file: locked.path });
  const isDirectory = [...vc.files.directories].some((one) => isIn(one, path));
  if (owners.length === 0 && !isDirectory) throw fault('FileNotFound', vc.assumed.fileNotFound(path), { file: path });
  for (const [one] of own) vc.files.disks.delete(one);
  for (const [vmx] of homes) vc.files.homes.delete(vmx);
  for (const one of [...vc.files.directories]) if (isIn(one, path)) vc.files.directories.delete(one);
}

/** The path itself, or below it when it is a directory. */
function isIn(file: string, path: string): boolean {
  return file === path || file.startsWith(`${path.replace(/\/$/, '')}/`);
}

function isChainIn(disk: Disk, path: string): boolean {
  return chainOf(fileBacking(disk)).some((file) => isIn(file.fileName, path));
}

/** MakeDirectory. @throws FileAlreadyExists, FileNotFound (its parent is missing) */
export function makeDirectory(vc: Vcenter, name: string, createParents: boolean): void {
  const { path, datastore } = pathOf(vc, name);
  const below = path.replace(/^\[[^\]]+\] /, '').replace(/\/$/, '');
  const ds = datastore.get('name');
  if (vc.files.hasDirectory(ds, below))
    throw fault('FileAlreadyExists', vc.assumed.fileAlreadyExists(path), { file: path });
  const parent = below.includes('/') ? below.slice(0, below.lastIndexOf('/')) : '';
  if (!createParents && !vc.files.hasDirectory(ds, parent)) {
    throw fault('FileNotFound', vc.assumed.fileNotFound(path), { file: path });
  }
  vc.files.directories.add(`[${ds}] ${below}`);
}
