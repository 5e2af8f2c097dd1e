import { kilobytes } from '../inventory/devices.ts';
import { isA } from '../vim/kernel/registry.ts';
import { type Data, data } from '../vim/kernel/values.ts';

type Device = Data<'VirtualDevice'>;

/** What the summary of a SCSI controller says. documented (what govc and the modules of Ansible print) */
const scsiControllers: readonly [string, string][] = [
  ['ParaVirtualSCSIController', 'VMware paravirtual SCSI'],
  ['VirtualLsiLogicSASController', 'LSI Logic SAS'],
  ['VirtualLsiLogicController', 'LSI Logic'],
  ['VirtualBusLogicController', 'BusLogic'],
];

/**
 * The label and summary that vCenter gives a device, whatever the client sent: clients find devices by them. Disks, network cards
 * and SCSI controllers as documented by what clients print; CD-ROM and the rest assumed.
 */
export function describeDevice(device: Device): Data<'Description'> {
  const [label, summary = label] = namesOf(device);
  return data('Description', { label, summary });
}

function namesOf(device: Device): [string, string?] {
  const { key, _type } = device;
  if (isA(device, 'VirtualDisk')) return [`Hard disk ${key - 1999}`, kilobytes(device.capacityInKB)];
  if (isA(device, 'VirtualEthernetCard')) return [`Network adapter ${key - 3999}`, networkOf(device)];
  if (isA(device, 'VirtualSCSIController')) {
    const kind = scsiControllers.find(([type]) => isA(device, type as 'VirtualSCSIController'))?.[1];
    return [`SCSI controller ${device.busNumber}`, kind];
  }
  if (isA(device, 'VirtualAHCIController')) return [`SATA controller ${device.busNumber}`, 'AHCI'];
  if (isA(device, 'VirtualNVMEController')) return [`NVME controller ${device.busNumber}`];
  if (isA(device, 'VirtualUSBXHCIController')) return ['USB xHCI controller'];
  if (isA(device, 'VirtualUSBController')) return ['USB controller'];
  if (isA(device, 'VirtualTPM')) return ['Virtual TPM', 'Trusted Platform Module'];
  if (isA(device, 'VirtualCdrom')) return [`CD/DVD drive ${key - 2999}`, mediumOf(device)];
  if (isA(device, 'VirtualFloppy')) return [`Floppy drive ${key - 7999}`];
  if (isA(device, 'VirtualSerialPort')) return [`Serial port ${key - 8999}`];
  return [`${_type?.replace(/^Virtual/, '') ?? 'Device'} ${key}`];
}

function networkOf({ backing }: Data<'VirtualEthernetCard'>): string | undefined {
  if (backing && isA(backing, 'VirtualEthernetCardNetworkBackingInfo')) return backing.deviceName;
  if (backing && isA(backing, 'VirtualEthernetCardDistributedVirtualPortBackingInfo')) {
    return `DVSwitch: ${backing.port.switchUuid}`;
  }
  return undefined;
}

function mediumOf({ backing }: Data<'VirtualCdrom'>): string {
  return backing && isA(backing, 'VirtualCdromIsoBackingInfo') ? `ISO ${backing.fileName}` : 'Remote device';
}
