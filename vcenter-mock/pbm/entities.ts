import { disksOf } from '../inventory/devices.ts';
import type { Vm } from '../inventory/inventory.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, type VimFault } from '../vim/kernel/fault.ts';
import { type Data, ref } from '../vim/kernel/values.ts';

export type ServerObjectRef = Data<'PbmServerObjectRef'>;

/** A VM's files (no `disk`) or one of its disks: what a policy can be given to. */
export interface StorageObject {
  readonly vm: Vm;
  readonly disk?: Data<'VirtualDisk'>;
  /** As clients name it. */
  readonly entity: ServerObjectRef;
}

function missing(vc: Vcenter, { objectType, key }: ServerObjectRef): VimFault {
  return fault('PbmFaultNotFound', vc.assumed.pbmNotFound(`${objectType}:${key}`));
}

/**
 * What a PbmServerObjectRef names: `virtualMachine` the VM's files, `virtualDiskId` (`vm-21:2000`) or `virtualDiskUUID` a disk,
 * `virtualMachineAndDisks` all of it, `datastore` nothing that a policy is given to.
 * @throws PbmFaultNotFound when it does not exist, or is of a kind that is not simulated
 */
export function storageObjects(vc: Vcenter, asked: ServerObjectRef): StorageObject[] {
  const { objectType, key } = asked;
  if (objectType === 'datastore') {
    if (vc.store.get('Datastore', ref('Datastore', key))) return [];
    throw missing(vc, asked);
  }
  if (objectType === 'virtualDiskUUID') return [diskByUuid(vc, asked)];
  const [id = '', disk] = key.split(':');
  const vm = vc.store.get('VirtualMachine', ref('VirtualMachine', id));
  const config = vm?.get('config');
  if (!vm || !config) throw missing(vc, asked);
  const disks = disksOf(config);
  if (objectType === 'virtualDiskId') {
    const found = disks.find((candidate) => String(candidate.key) === disk);
    if (!found) throw missing(vc, asked);
    return [{ vm, disk: found, entity: asked }];
  }
  if (disk !== undefined || !objectType.startsWith('virtualMachine')) throw missing(vc, asked);
  const home: StorageObject = { vm, entity: { ...asked, objectType: 'virtualMachine' } };
  if (objectType !== 'virtualMachineAndDisks') return [home];
  return [
    home,
    ...disks.map((one) => ({ vm, disk: one, entity: namedObject(vc, 'virtualDiskId', `${id}:${one.key}`) })),
  ];
}

function diskByUuid(vc: Vcenter, asked: ServerObjectRef): StorageObject {
  for (const vm of vc.inventory.vms) {
    const config = vm.get('config');
    const disk = config && disksOf(config).find((candidate) => backingOf(candidate)?.uuid === asked.key);
    if (disk) return { vm, disk, entity: asked };
  }
  throw missing(vc, asked);
}

function namedObject(vc: Vcenter, objectType: string, key: string): ServerObjectRef {
  return { objectType, key, serverUuid: vc.instanceUuid };
}

/** A VM as clients name it. */
export function vmEntity(vc: Vcenter, vm: Vm): ServerObjectRef {
  return namedObject(vc, 'virtualMachine', vm.ref.value);
}

function backingOf(disk: Data<'VirtualDisk'>): Data<'VirtualDiskFlatVer2BackingInfo'> | undefined {
  return disk.backing as Data<'VirtualDiskFlatVer2BackingInfo'> | undefined;
}

/** The key that the files of the VM, or the disk, are encrypted with. */
export function keyIdOf({ vm, disk }: StorageObject): Data<'CryptoKeyId'> | undefined {
  return disk ? backingOf(disk)?.keyId : vm.get('config')?.keyId;
}

/** Where the files of the VM, or the disk, are. */
export function datastoreOf(vc: Vcenter, { vm, disk }: StorageObject): Data<'DatastoreSummary'> | undefined {
  const reference = (disk && backingOf(disk)?.datastore) ?? vm.get('datastore')?.[0];
  return vc.store.get('Datastore', reference)?.get('summary');
}

/** The policies of what a reference names, each once. @throws PbmFaultNotFound */
export function profilesOf(vc: Vcenter, asked: ServerObjectRef): Data<'PbmProfileId'>[] {
  const ids = new Set(storageObjects(vc, asked).map(({ vm, disk }) => vc.policies.of(vm, disk?.key)));
  return [...ids].filter((id) => id !== undefined).map((uniqueId) => ({ uniqueId }));
}

/** What has a policy. @throws InvalidArgument profileId */
export function entitiesWith(vc: Vcenter, id: string, entityType?: string): ServerObjectRef[] {
  vc.policies.get(id);
  return vc.policies
    .objectsWith(id)
    .map((key) => namedObject(vc, key.includes(':') ? 'virtualDiskId' : 'virtualMachine', key))
    .filter(({ objectType }) => entityType === undefined || objectType === entityType);
}
