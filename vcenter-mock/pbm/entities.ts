import { disksOf } from '../inventory/devices.ts';
import type { Vm } from '../inventory/inventory.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { type Data, ref } from '../vim/kernel/values.ts';

export type ServerObjectRef = Data<'PbmServerObjectRef'>;

/** A VM's files (no `disk`) or one of its disks: what a policy can be given to. */
export interface StorageObject {
  readonly vm: Vm;
  /** Device key. */
  readonly disk?: number;
  /** As clients name it. */
  readonly entity: ServerObjectRef;
}

/**
 * What a PbmServerObjectRef names: `virtualMachine` the VM's files, `virtualDiskId` (`vm-21:2000`) or `virtualDiskUUID` a disk,
 * `virtualMachineAndDisks` all of it. @throws PbmFaultNotFound when it does not exist
 */
export function storageObjects(vc: Vcenter, asked: ServerObjectRef): StorageObject[] {
  const missing = () => fault('PbmFaultNotFound', vc.assumed.pbmNotFound(`${asked.objectType}:${asked.key}`));
  if (asked.objectType === 'virtualDiskUUID') {
    for (const vm of vc.inventory.vms) {
      const disk = disksOf(vm.get('config')!).find(({ backing }) => uuidOf(backing) === asked.key);
      if (disk) return [{ vm, disk: disk.key, entity: asked }];
    }
    throw missing();
  }
  const [id = '', disk] = asked.key.split(':');
  const vm = vc.store.get('VirtualMachine', ref('VirtualMachine', id));
  const disks = vm && disksOf(vm.get('config')!);
  if (!vm || !disks) throw missing();
  if (asked.objectType === 'virtualDiskId') {
    if (!disks.some(({ key }) => key === Number(disk))) throw missing();
    return [{ vm, disk: Number(disk), entity: asked }];
  }
  const home: StorageObject = { vm, entity: { ...asked, objectType: 'virtualMachine' } };
  if (asked.objectType !== 'virtualMachineAndDisks') return [home];
  return [home, ...disks.map(({ key }) => ({ vm, disk: key, entity: diskEntity(vc, vm, key) }))];
}

function uuidOf(backing: Data<'VirtualDeviceBackingInfo'> | undefined): string | undefined {
  return (backing as Data<'VirtualDiskFlatVer2BackingInfo'> | undefined)?.uuid;
}

function diskEntity(vc: Vcenter, vm: Vm, key: number): ServerObjectRef {
  return { objectType: 'virtualDiskId', key: `${vm.ref.value}:${key}`, serverUuid: vc.instanceUuid };
}

/** The key that the files of the VM, or the disk, are encrypted with. */
export function keyIdOf({ vm, disk }: StorageObject): Data<'CryptoKeyId'> | undefined {
  const config = vm.get('config');
  if (disk === undefined) return config?.keyId;
  const device = config && disksOf(config).find(({ key }) => key === disk);
  return (device?.backing as Data<'VirtualDiskFlatVer2BackingInfo'> | undefined)?.keyId;
}

/** The policies of what a reference names, each once. */
export function profilesOf(vc: Vcenter, asked: ServerObjectRef): Data<'PbmProfileId'>[] {
  const ids = new Set(storageObjects(vc, asked).map(({ vm, disk }) => vc.policies.of(vm, disk)));
  return [...ids].filter((id) => id !== undefined).map((uniqueId) => ({ uniqueId }));
}

/** What has a policy. @throws InvalidArgument profileId */
export function entitiesWith(vc: Vcenter, id: string, entityType?: string): ServerObjectRef[] {
  vc.policies.get(id);
  return vc.policies
    .objectsWith(id)
    .map((key) => ({
      objectType: key.includes(':') ? 'virtualDiskId' : 'virtualMachine',
      key,
      serverUuid: vc.instanceUuid,
    }))
    .filter(({ objectType }) => entityType === undefined || objectType === entityType);
}
