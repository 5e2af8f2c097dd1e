import type { RandomStream } from '../../core/index.ts';
import { type Data, data, type Ref } from '../vim/kernel/values.ts';
import { shared } from './shared.ts';

type Device = Data<'VirtualDevice'>;

const normalDiskShares = shared<Data<'SharesInfo'>>({ shares: 1000, level: 'normal' });

/** `[datastore1] vm/vm.vmdk` for disk 0, `vm_1.vmdk` for disk 1. observed naming */
export function diskFileName(datastore: string, folder: string, name: string, index: number): string {
  return `[${datastore}] ${folder}/${name}${index === 0 ? '' : `_${index}`}.vmdk`;
}

/** A thin disk on the first SCSI controller. Device keys 2000, 2001 … as vSphere gives them (observed). */
export function virtualDisk(parts: {
  index: number;
  capacityBytes: number;
  fileName: string;
  datastore: Ref;
  uuid: string;
}): Data<'VirtualDisk'> & { _type: 'VirtualDisk' } {
  const capacityInKB = Math.floor(parts.capacityBytes / 1024);
  return data('VirtualDisk', {
    key: 2000 + parts.index,
    deviceInfo: data('Description', {
      label: `Hard disk ${parts.index + 1}`,
      summary: kilobytes(capacityInKB),
    }),
    backing: data('VirtualDiskFlatVer2BackingInfo', {
      fileName: parts.fileName,
      datastore: parts.datastore,
      backingObjectId: '',
      diskMode: 'persistent',
      split: false,
      writeThrough: false,
      thinProvisioned: true,
      uuid: parts.uuid,
      contentId: parts.uuid.replaceAll('-', ''),
      digestEnabled: false,
      sharing: 'sharingNone',
    }),
    controllerKey: 1000,
    // Unit 7 is the controller itself.
    unitNumber: parts.index < 7 ? parts.index : parts.index + 1,
    capacityInKB,
    capacityInBytes: parts.capacityBytes,
    shares: normalDiskShares,
    nativeUnmanagedLinkedClone: false,
  });
}

/** A capacity as the summary of a disk has it: "8,388,608 KB". observed */
export function kilobytes(capacity: number): string {
  return `${String(capacity).replace(/\B(?=(\d{3})+$)/g, ',')} KB`;
}

/** The controllers and devices that are the same in every new VM. observed keys */
const controllers: readonly Device[] = shared([
  data('VirtualIDEController', { key: 200, deviceInfo: label('IDE 0'), busNumber: 0 }),
  data('VirtualIDEController', { key: 201, deviceInfo: label('IDE 1'), busNumber: 1 }),
  data('VirtualPS2Controller', { key: 300, deviceInfo: label('PS2 controller 0'), busNumber: 0, device: [600, 700] }),
  data('VirtualPCIController', {
    key: 100,
    deviceInfo: label('PCI controller 0'),
    busNumber: 0,
    device: [500, 1000, 4000],
  }),
  data('VirtualSIOController', { key: 400, deviceInfo: label('SIO controller 0'), busNumber: 0 }),
  data('VirtualKeyboard', { key: 600, deviceInfo: label('Keyboard'), controllerKey: 300, unitNumber: 0 }),
  data('VirtualPointingDevice', {
    key: 700,
    deviceInfo: label('Pointing device'),
    backing: data('VirtualPointingDeviceDeviceBackingInfo', {
      deviceName: '',
      useAutoDetect: false,
      hostPointingDevice: 'autodetect',
    }),
    controllerKey: 300,
    unitNumber: 1,
  }),
  data('VirtualMachineVideoCard', {
    key: 500,
    deviceInfo: label('Video card'),
    controllerKey: 100,
    unitNumber: 0,
    videoRamSizeInKB: 4096,
    numDisplays: 1,
    useAutoDetect: false,
    enable3DSupport: false,
    use3dRenderer: 'automatic',
  }),
  data('ParaVirtualSCSIController', {
    key: 1000,
    deviceInfo: data('Description', { label: 'SCSI controller 0', summary: 'VMware paravirtual SCSI' }),
    controllerKey: 100,
    unitNumber: 3,
    busNumber: 0,
    device: [],
    hotAddRemove: true,
    sharedBus: 'noSharing',
    scsiCtlrUnitNumber: 7,
  }),
]);

const connectable = shared({ startConnected: true, allowGuestControl: true, connected: false, status: 'untried' });

/** The parts of a network adapter that all VMs on a network share. */
const adapterParts = new WeakMap<Ref, { deviceInfo: Data<'Description'>; backing: Data<'VirtualDeviceBackingInfo'> }>();

/** The controllers and devices every VM has. observed keys */
export function baseDevices(network: Ref | undefined, networkName: string, macAddress: string): Device[] {
  if (!network) return [...controllers];
  let parts = adapterParts.get(network);
  if (!parts || parts.deviceInfo.summary !== networkName) {
    parts = shared({
      deviceInfo: data('Description', { label: 'Network adapter 1', summary: networkName }),
      backing: data('VirtualEthernetCardNetworkBackingInfo', {
        deviceName: networkName,
        useAutoDetect: false,
        network,
      }),
    });
    adapterParts.set(network, parts);
  }
  const adapter = data('VirtualVmxnet3', {
    key: 4000,
    ...parts,
    connectable,
    controllerKey: 100,
    unitNumber: 7,
    addressType: 'assigned',
    macAddress,
    wakeOnLanEnabled: true,
  });
  return [...controllers, adapter];
}

function label(text: string) {
  return data('Description', { label: text, summary: text });
}

/** A virtual TPM. observed key */
export function virtualTpm() {
  return data('VirtualTPM', {
    key: 11000,
    deviceInfo: data('Description', { label: 'Virtual TPM', summary: 'Trusted Platform Module' }),
  });
}

/** A MAC address in VMware's range for vCenter. documented: 00:50:56:80 to 00:50:56:bf */
export function macAddress(random: RandomStream): string {
  const tail = [0x80 + random.integer(0x40), random.integer(256), random.integer(256)];
  return `00:50:56:${tail.map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
}

/** The disks of a configuration, in device order. */
export function disksOf(config: Data<'VirtualMachineConfigInfo'>): Data<'VirtualDisk'>[] {
  return (config.hardware.device ?? []).filter(
    (device): device is Data<'VirtualDisk'> => device._type === 'VirtualDisk',
  );
}

const gib = 1024 ** 3;

/** Bytes of so many gibibytes. */
export function gibibytes(count: number): number {
  return Math.round(count * gib);
}
