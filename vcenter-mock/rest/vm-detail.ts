import type { Vm } from '../inventory/inventory.ts';
import { isA, isSubtype } from '../vim/kernel/registry.ts';
import type { Data } from '../vim/kernel/values.ts';
import { compareVersions } from '../vim/kernel/version.ts';
import { guestOsOf } from './guest-os.ts';
import { mapFor, nameOf } from './inventory-kind.ts';
import type { RestCall } from './operation.ts';

type Device = Data<'VirtualDevice'>;

/** com.vmware.vcenter.VM.Info, as far as the simulated machine has it. documented members */
export function vmDetail(vm: Vm, powerState: string, call: RestCall): object {
  const config = vm.get('config')!;
  const nvme = compareVersions(nvmeSince, call.vc.profile.apiVersion) <= 0;
  const devices = Object.entries(deviceKinds)
    .filter(([name]) => nvme || name !== 'nvme_adapters')
    .map(([name, kind]) => [name, mapFor(call, devicesOf(vm, kind))]);
  return {
    guest_OS: guestOsOf(config.guestId),
    name: nameOf(vm),
    identity: { name: nameOf(vm), bios_uuid: config.uuid, instance_uuid: config.instanceUuid },
    power_state: powerState,
    instant_clone_frozen: false,
    hardware: hardwareOf(vm),
    boot: bootOf(vm),
    boot_devices: [],
    cpu: cpuOf(vm),
    memory: memoryOf(vm),
    ...Object.fromEntries(devices),
  };
}

/** com.vmware.vcenter.vm.Hardware.Info */
export function hardwareOf(vm: Vm): object {
  return {
    version: vm
      .get('config')!
      .version.replace(/^vmx-0?(\d+)$/, 'VMX_$1')
      .replace(/_(\d)$/, '_0$1'),
    upgrade_policy: 'NEVER',
    upgrade_status: 'NONE',
  };
}

/** com.vmware.vcenter.vm.hardware.Boot.Info */
export function bootOf(vm: Vm): object {
  const { firmware, bootOptions } = vm.get('config')!;
  return {
    type: firmware === 'efi' ? 'EFI' : 'BIOS',
    delay: bootOptions?.bootDelay ?? 0,
    retry: bootOptions?.bootRetryEnabled ?? false,
    retry_delay: bootOptions?.bootRetryDelay ?? 10_000,
    enter_setup_mode: bootOptions?.enterBIOSSetup ?? false,
  };
}

/** com.vmware.vcenter.vm.hardware.Cpu.Info */
export function cpuOf(vm: Vm): object {
  const { hardware, cpuHotAddEnabled, cpuHotRemoveEnabled } = vm.get('config')!;
  return {
    count: hardware.numCPU,
    cores_per_socket: hardware.numCoresPerSocket ?? 1,
    hot_add_enabled: cpuHotAddEnabled ?? false,
    hot_remove_enabled: cpuHotRemoveEnabled ?? false,
  };
}

/** com.vmware.vcenter.vm.hardware.Memory.Info */
export function memoryOf(vm: Vm): object {
  const { hardware, memoryHotAddEnabled } = vm.get('config')!;
  return { size_MiB: hardware.memoryMB, hot_add_enabled: memoryHotAddEnabled ?? false };
}

/** A kind of device: its vim25 type and how it is shown. */
export interface DeviceKind {
  readonly type: string;
  readonly show: (device: Device, devices: readonly Device[]) => object;
}

/** API version that told of NVMe adapters. documented */
export const nvmeSince = '7.0.0.1';

/** By the member of VM.Info that holds them. */
export const deviceKinds = {
  disks: { type: 'VirtualDisk', show: (device, all) => disk(device as Data<'VirtualDisk'>, all) },
  nics: { type: 'VirtualEthernetCard', show: (device) => nic(device as Data<'VirtualEthernetCard'>) },
  cdroms: { type: 'VirtualCdrom', show: (device, all) => ({ ...place(device, all), ...removable(device) }) },
  floppies: { type: 'VirtualFloppy', show: removable },
  parallel_ports: { type: 'VirtualParallelPort', show: removable },
  serial_ports: {
    type: 'VirtualSerialPort',
    show: (device) => ({ ...removable(device), yield_on_poll: (device as Data<'VirtualSerialPort'>).yieldOnPoll }),
  },
  sata_adapters: {
    type: 'VirtualSATAController',
    show: (device) => ({ label: labelOf(device), type: 'AHCI', bus: busOf(device) }),
  },
  scsi_adapters: { type: 'VirtualSCSIController', show: (device) => scsi(device as Data<'VirtualSCSIController'>) },
  nvme_adapters: {
    type: 'VirtualNVMEController',
    show: (device) => ({ label: labelOf(device), bus: busOf(device) }),
  },
} satisfies Readonly<Record<string, DeviceKind>>;

/** The devices of a kind by their keys. */
export function devicesOf(vm: Vm, { type, show }: DeviceKind): [key: string, info: object][] {
  const all = vm.get('config')!.hardware.device ?? [];
  return all
    .filter((device) => isSubtype(device._type ?? '', type))
    .map((device) => [String(device.key), show(device, all)]);
}

const labelOf = (device: Device) => device.deviceInfo?.label ?? '';
const busOf = (device: Device | undefined) => (device as Data<'VirtualController'> | undefined)?.busNumber ?? 0;

/** Where a disk or drive is: its adapter's type and its place there. */
function place(device: Device, devices: readonly Device[]): object {
  const controller = devices.find(({ key }) => key === device.controllerKey);
  const bus = busOf(controller);
  const unit = device.unitNumber ?? 0;
  if (controller && isA(controller, 'VirtualIDEController')) {
    return { type: 'IDE', ide: { primary: bus === 0, master: unit === 0 } };
  }
  if (controller && isA(controller, 'VirtualSATAController')) return { type: 'SATA', sata: { bus, unit } };
  if (controller && isA(controller, 'VirtualNVMEController')) return { type: 'NVME', nvme: { bus, unit } };
  return { type: 'SCSI', scsi: { bus, unit } };
}

function connection(device: Device): object {
  return {
    state: device.connectable?.connected ? 'CONNECTED' : 'NOT_CONNECTED',
    start_connected: device.connectable?.startConnected ?? false,
    allow_guest_control: device.connectable?.allowGuestControl ?? false,
  };
}

/** A drive or port: what is behind it is a file, a device of the host, or something at the client. */
function removable(device: Device): object {
  const { backing } = device;
  const file = (backing as Data<'VirtualDeviceFileBackingInfo'> | undefined)?.fileName;
  const type = !backing
    ? 'CLIENT_DEVICE'
    : isA(backing, 'VirtualDeviceFileBackingInfo')
      ? fileType(device)
      : 'HOST_DEVICE';
  const remote = backing && isA(backing, 'VirtualDeviceRemoteDeviceBackingInfo');
  return {
    label: labelOf(device),
    backing: remote ? { type: 'CLIENT_DEVICE' } : { type, ...(file && { [fileMember(device)]: file }) },
    ...connection(device),
  };
}

const fileType = (device: Device) =>
  isA(device, 'VirtualCdrom') ? 'ISO_FILE' : isA(device, 'VirtualFloppy') ? 'IMAGE_FILE' : 'FILE';
const fileMember = (device: Device) =>
  isA(device, 'VirtualCdrom') ? 'iso_file' : isA(device, 'VirtualFloppy') ? 'image_file' : 'file';

function disk(device: Data<'VirtualDisk'>, devices: readonly Device[]): object {
  const backing = device.backing as Data<'VirtualDiskFlatVer2BackingInfo'> | undefined;
  return {
    label: labelOf(device),
    ...place(device, devices),
    backing: { type: 'VMDK_FILE', vmdk_file: backing?.fileName },
    capacity: device.capacityInBytes ?? device.capacityInKB * 1024,
  };
}

/** com.vmware.vcenter.vm.hardware.adapter.Scsi.Type and Sharing. documented */
const scsiTypes: Readonly<Record<string, string>> = {
  ParaVirtualSCSIController: 'PVSCSI',
  VirtualBusLogicController: 'BUSLOGIC',
  VirtualLsiLogicSASController: 'LSILOGICSAS',
};
const sharings = { noSharing: 'NONE', virtualSharing: 'VIRTUAL', physicalSharing: 'PHYSICAL' } as const;

function scsi(device: Data<'VirtualSCSIController'>): object {
  return {
    label: labelOf(device),
    type: scsiTypes[device._type ?? ''] ?? 'LSILOGIC',
    scsi: { bus: device.busNumber, unit: device.scsiCtlrUnitNumber ?? 7 },
    sharing: sharings[device.sharedBus],
  };
}

/** com.vmware.vcenter.vm.hardware.Ethernet.EmulationType. documented */
const nicTypes: Readonly<Record<string, string>> = {
  VirtualE1000e: 'E1000E',
  VirtualPCNet32: 'PCNET32',
  VirtualVmxnet: 'VMXNET',
  VirtualVmxnet2: 'VMXNET2',
  VirtualVmxnet3: 'VMXNET3',
};

function nic(device: Data<'VirtualEthernetCard'>): object {
  const backing = device.backing as Data<'VirtualEthernetCardNetworkBackingInfo'> | undefined;
  return {
    label: labelOf(device),
    type: nicTypes[device._type ?? ''] ?? 'E1000',
    upt_compatibility_enabled: false,
    mac_type: device.addressType === 'manual' ? 'MANUAL' : device.addressType === 'assigned' ? 'ASSIGNED' : 'GENERATED',
    mac_address: device.macAddress,
    wake_on_lan_enabled: device.wakeOnLanEnabled ?? false,
    ...connection(device),
    backing: {
      type: 'STANDARD_PORTGROUP',
      network: backing?.network?.value,
      network_name: backing?.deviceName,
    },
  };
}
