import type { Vm } from '../inventory/inventory.ts';
import { isA, isSubtype } from '../vim/kernel/registry.ts';
import type { Data } from '../vim/kernel/values.ts';
import { mapFor, nameOf } from './inventory-kind.ts';
import type { RestCall } from './operation.ts';

type Device = Data<'VirtualDevice'>;

/** com.vmware.vcenter.vm.GuestOS: the words of the guest id in capitals. documented names; these two follow no rule */
const guestOs: Readonly<Record<string, string>> = {
  windows2019srv_64Guest: 'WINDOWS_SERVER_2019',
  windows2019srvNext_64Guest: 'WINDOWS_SERVER_2021',
};

function guestOsOf(guestId: string): string {
  const words = guestId
    .replace(/Guest$/, '')
    .replace(/(?<=[a-z])(?=[A-Z\d])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=\d)(?=[A-Za-z])/g, '_');
  return guestOs[guestId] ?? words.toUpperCase();
}

/** com.vmware.vcenter.VM.Info, as far as the simulated machine has it. documented members */
export function vmDetail(vm: Vm, powerState: string, call: RestCall): object {
  const config = vm.get('config')!;
  const { hardware } = config;
  const devices = hardware.device ?? [];
  const each = (type: string, show: (device: Device) => object) =>
    mapFor(
      call,
      devices
        .filter((device) => isSubtype(device._type ?? '', type))
        .map((device) => [String(device.key), show(device)]),
    );
  return {
    guest_OS: guestOsOf(config.guestId),
    name: nameOf(vm),
    identity: { name: nameOf(vm), bios_uuid: config.uuid, instance_uuid: config.instanceUuid },
    power_state: powerState,
    instant_clone_frozen: false,
    hardware: {
      version: config.version.replace(/^vmx-0?(\d+)$/, 'VMX_$1').replace(/_(\d)$/, '_0$1'),
      upgrade_policy: 'NEVER',
      upgrade_status: 'NONE',
    },
    boot: {
      type: config.firmware === 'efi' ? 'EFI' : 'BIOS',
      delay: config.bootOptions?.bootDelay ?? 0,
      retry: config.bootOptions?.bootRetryEnabled ?? false,
      retry_delay: config.bootOptions?.bootRetryDelay ?? 10_000,
      enter_setup_mode: config.bootOptions?.enterBIOSSetup ?? false,
    },
    boot_devices: [],
    cpu: {
      count: hardware.numCPU,
      cores_per_socket: hardware.numCoresPerSocket ?? 1,
      hot_add_enabled: config.cpuHotAddEnabled ?? false,
      hot_remove_enabled: config.cpuHotRemoveEnabled ?? false,
    },
    memory: { size_MiB: hardware.memoryMB, hot_add_enabled: config.memoryHotAddEnabled ?? false },
    disks: each('VirtualDisk', (device) => disk(device as Data<'VirtualDisk'>, devices)),
    nics: each('VirtualEthernetCard', (device) => nic(device as Data<'VirtualEthernetCard'>)),
    cdroms: each('VirtualCdrom', (device) => ({ ...place(device, devices), ...removable(device) })),
    floppies: each('VirtualFloppy', removable),
    parallel_ports: each('VirtualParallelPort', removable),
    serial_ports: each('VirtualSerialPort', removable),
    sata_adapters: each('VirtualSATAController', (device) => ({ type: 'AHCI', bus: busOf(device) })),
    scsi_adapters: each('VirtualSCSIController', (device) => scsi(device as Data<'VirtualSCSIController'>)),
    nvme_adapters: each('VirtualNVMEController', (device) => ({ bus: busOf(device) })),
  };
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

function scsi(device: Data<'VirtualSCSIController'>): object {
  return {
    label: labelOf(device),
    type: isA(device, 'ParaVirtualSCSIController') ? 'PVSCSI' : 'LSILOGIC',
    scsi: { bus: device.busNumber, unit: device.scsiCtlrUnitNumber ?? 7 },
    sharing: 'NONE',
  };
}

function nic(device: Data<'VirtualEthernetCard'>): object {
  const backing = device.backing as Data<'VirtualEthernetCardNetworkBackingInfo'> | undefined;
  return {
    label: labelOf(device),
    type: isA(device, 'VirtualVmxnet3') ? 'VMXNET3' : 'E1000',
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
