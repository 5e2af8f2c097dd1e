import type { Vm } from '../inventory/inventory.ts';
import { isA } from '../vim/kernel/registry.ts';
import type { Data } from '../vim/kernel/values.ts';

type ConfigSpec = Data<'VirtualMachineConfigSpec'>;
type Change = Data<'VirtualDeviceConfigSpec'>;
type Device = Data<'VirtualDevice'>;

/** What members of a ConfigSpec need of VirtualMachine.Config. documented (VirtualMachineConfigSpec, ReconfigVM_Task) */
const byMember: Readonly<Record<string, readonly (keyof ConfigSpec)[]>> = {
  Rename: ['name'],
  Annotation: ['annotation'],
  // assumed for numCoresPerSocket
  CPUCount: ['numCPUs', 'numCoresPerSocket', 'cpuHotAddEnabled', 'cpuHotRemoveEnabled'],
  Memory: ['memoryMB', 'memoryHotAddEnabled'],
  Resource: [
    'cpuAllocation',
    'memoryAllocation',
    'latencySensitivity',
    'cpuAffinity',
    'memoryAffinity',
    'networkShaper',
    // assumed
    'memoryReservationLockedToMax',
  ],
  AdvancedConfig: ['extraConfig'],
  SwapPlacement: ['swapPlacement'],
  ChangeTracking: ['changeTrackingEnabled'],
  MksControl: ['maxMksConnections', 'guestAutoLockEnabled'],
  ManagedBy: ['managedBy'],
  // Devices are looked at one by one; encryption has privileges of its own.
  none: ['changeVersion', 'deviceChange', 'crypto', 'vmProfile'],
};

const ofMember = new Map(
  Object.entries(byMember).flatMap(([privilege, members]) => members.map((member) => [member as string, privilege])),
);

/**
 * The privileges on the VM that a ReconfigVM_Task needs, those of encryption as far as the spec names it: where a policy decides, its
 * plan tells. documented; that what is not listed there needs VirtualMachine.Config.Settings, as the basic settings do, is assumed
 */
export function privilegesOf(spec: ConfigSpec, vm?: Vm): string[] {
  const needed = new Set<string>();
  for (const [member, value] of Object.entries(spec)) {
    const privilege = ofMember.get(member) ?? 'Settings';
    if (member !== '_type' && value !== undefined && privilege !== 'none') {
      needed.add(`VirtualMachine.Config.${privilege}`);
    }
  }
  for (const change of spec.deviceChange ?? []) for (const privilege of ofChange(change, vm)) needed.add(privilege);
  for (const privilege of ofEncryption(spec, vm)) needed.add(privilege);
  return [...needed];
}

/** documented: what the same members need when a machine is made; the others come with VirtualMachine.Inventory.Create */
const alsoToCreate = new Set(
  ['AddNewDisk', 'AddExistingDisk', 'RawDevice', 'HostUSBDevice', 'AdvancedConfig'].map(
    (name) => `VirtualMachine.Config.${name}`,
  ),
);

/** The privileges on the folder that a CreateVM_Task needs for what its spec holds. documented (VirtualMachineConfigSpec) */
export function privilegesToCreate({ extraConfig, deviceChange }: ConfigSpec): string[] {
  return privilegesOf({ extraConfig, deviceChange }).filter((privilege) => alsoToCreate.has(privilege));
}

/** documented (vcenter.md 4.4) */
function ofEncryption({ crypto, deviceChange = [] }: ConfigSpec, vm: Vm | undefined): string[] {
  const disks = deviceChange.filter(({ device }) => isA(device, 'VirtualDisk'));
  const named = [
    crypto,
    ...disks.map(({ operation, backing }) => (operation === 'edit' ? backing?.crypto : undefined)),
  ];
  const adds = vm?.get('config')?.keyId && disks.some(({ operation }) => operation === 'add');
  return [
    ...named.flatMap((one) => {
      if (isA(one, 'CryptoSpecEncrypt')) return ['Cryptographer.Encrypt'];
      if (isA(one, 'CryptoSpecDecrypt')) return ['Cryptographer.Decrypt'];
      return isA(one, 'CryptoSpecShallowRecrypt') || isA(one, 'CryptoSpecDeepRecrypt') ? ['Cryptographer.Recrypt'] : [];
    }),
    ...(adds ? ['Cryptographer.AddDisk'] : []),
  ];
}

function ofChange({ operation, device, fileOperation, backing }: Change, vm: Vm | undefined): string[] {
  // Without an operation nothing happens.
  if (!operation || !device) return [];
  const config = (privilege: string) => [`VirtualMachine.Config.${privilege}`];
  const existing = vm?.get('config')?.hardware.device?.find(({ key }) => key === device.key);
  const subject = operation === 'add' ? device : (existing ?? device);
  if (isRaw(subject)) return config('RawDevice');
  if (isA(subject, 'VirtualUSB')) return config('HostUSBDevice');
  if (operation === 'add' && isA(subject, 'VirtualDisk')) {
    return config(fileOperation ? 'AddNewDisk' : 'AddExistingDisk');
  }
  if (operation === 'remove' && isA(subject, 'VirtualDisk')) return config('RemoveDisk');
  if (operation !== 'edit') return config('AddRemoveDevice');
  const connection = device.connectable ? ['VirtualMachine.Interact.DeviceConnection'] : [];
  if (isA(subject, 'VirtualCdrom'))
    return device.backing ? [...connection, 'VirtualMachine.Interact.SetCDMedia'] : connection;
  if (isA(subject, 'VirtualFloppy')) {
    return device.backing ? [...connection, 'VirtualMachine.Interact.SetFloppyMedia'] : connection;
  }
  if (isLarger(device, existing)) return config('DiskExtend');
  // A disk that is encrypted or decrypted is edited in form only. assumed
  return backing?.crypto ? connection : [...connection, ...config('EditDevice')];
}

function isRaw({ backing, ...device }: Device): boolean {
  return isA(device, 'VirtualSCSIPassthrough') || /RawDisk/.test(backing?._type ?? '');
}

function isLarger(device: Device, existing: Device | undefined): boolean {
  if (!isA(device, 'VirtualDisk') || !isA(existing, 'VirtualDisk')) return false;
  return Number(device.capacityInKB ?? 0) > Number(existing.capacityInKB);
}
