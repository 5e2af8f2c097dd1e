import type { RandomStream } from '../../core/index.ts';
import { type Data, data, type Ref } from '../vim/kernel/values.ts';

type Device = Data<'VirtualDevice'>;

const gib = 1024 ** 3;

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
      summary: `${capacityInKB.toLocaleString('en-US')} KB`,
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
    shares: { shares: 1000, level: 'normal' },
    nativeUnmanagedLinkedClone: false,
  });
}

/** The controllers and devices every VM has. observed keys */
export function baseDevices(network: Ref | undefined, networkName: string, macAddress: string): Device[] {
  const devices: Device[] = [
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
  ];
  if (network) {
    devices.push(
      data('VirtualVmxnet3', {
        key: 4000,
        deviceInfo: data('Description', { label: 'Network adapter 1', summary: networkName }),
        backing: data('VirtualEthernetCardNetworkBackingInfo', {
          deviceName: networkName,
          useAutoDetect: false,
          network,
        }),
        connectable: { startConnected: true, allowGuestControl: true, connected: false, status: 'untried' },
        controllerKey: 100,
        unitNumber: 7,
        addressType: 'assigned',
        macAddress,
        wakeOnLanEnabled: true,
      }),
    );
  }
  return devices;
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

const shares = (level: 'normal', amount: number) => ({
  reservation: 0,
  expandableReservation: false,
  limit: -1,
  shares: { shares: amount, level },
});

/** The configuration of a new VM. */
export function newConfig(parts: {
  name: string;
  version: string;
  uuid: string;
  instanceUuid: string;
  guestId: string;
  datastore: string;
  cpus: number;
  memoryMb: number;
  devices: Device[];
  now: Date;
  annotation?: string;
}): Data<'VirtualMachineConfigInfo'> {
  const folder = `[${parts.datastore}] ${parts.name}/`;
  return {
    _type: 'VirtualMachineConfigInfo',
    changeVersion: parts.now.toISOString(),
    modified: parts.now,
    name: parts.name,
    guestFullName: guestNames[parts.guestId] ?? parts.guestId,
    version: parts.version,
    uuid: parts.uuid,
    createDate: parts.now,
    instanceUuid: parts.instanceUuid,
    npivTemporaryDisabled: true,
    locationId: parts.instanceUuid,
    template: false,
    guestId: parts.guestId,
    alternateGuestName: '',
    annotation: parts.annotation ?? '',
    files: {
      vmPathName: `${folder}${parts.name}.vmx`,
      snapshotDirectory: folder,
      suspendDirectory: folder,
      logDirectory: folder,
    },
    tools: {
      toolsVersion: 0,
      toolsInstallType: 'guestToolsTypeUnknown',
      afterPowerOn: true,
      afterResume: true,
      beforeGuestStandby: true,
      beforeGuestShutdown: true,
      toolsUpgradePolicy: 'manual',
      syncTimeWithHostAllowed: true,
      syncTimeWithHost: false,
    },
    flags: {
      disableAcceleration: false,
      enableLogging: true,
      useToe: false,
      runWithDebugInfo: false,
      monitorType: 'release',
      htSharing: 'any',
      snapshotDisabled: false,
      snapshotLocked: false,
      diskUuidEnabled: false,
      snapshotPowerOffBehavior: 'powerOff',
      recordReplayEnabled: false,
      faultToleranceType: 'unset',
      cbrcCacheEnabled: false,
      vvtdEnabled: false,
      vbsEnabled: false,
    },
    defaultPowerOps: {
      powerOffType: 'soft',
      suspendType: 'hard',
      resetType: 'soft',
      defaultPowerOffType: 'soft',
      defaultSuspendType: 'hard',
      defaultResetType: 'soft',
      standbyAction: 'checkpoint',
    },
    hardware: {
      numCPU: parts.cpus,
      numCoresPerSocket: 1,
      memoryMB: parts.memoryMb,
      virtualICH7MPresent: false,
      virtualSMCPresent: false,
      device: parts.devices,
    },
    cpuAllocation: shares('normal', 1000 * parts.cpus),
    memoryAllocation: shares('normal', 10 * parts.memoryMb),
    latencySensitivity: { level: 'normal' },
    memoryHotAddEnabled: false,
    cpuHotAddEnabled: false,
    cpuHotRemoveEnabled: false,
    extraConfig: [
      { _type: 'OptionValue', key: 'nvram', value: `${parts.name}.nvram` },
      { _type: 'OptionValue', key: 'svga.present', value: 'TRUE' },
    ],
    swapPlacement: 'inherit',
    bootOptions: {
      enterBIOSSetup: false,
      bootDelay: 0,
      bootRetryEnabled: false,
      bootRetryDelay: 10_000,
      efiSecureBootEnabled: false,
    },
    vAssertsEnabled: false,
    changeTrackingEnabled: false,
    firmware: 'bios',
    maxMksConnections: -1,
    guestAutoLockEnabled: true,
    memoryReservationLockedToMax: false,
    nestedHVEnabled: false,
    vPMCEnabled: false,
    // documented: the default of a VM that is not encrypted
    migrateEncryption: 'opportunistic',
    ftEncryptionMode: 'ftEncryptionOpportunistic',
    sevEnabled: false,
    pmemFailoverEnabled: false,
  };
}

const guestNames: Record<string, string> = {
  otherGuest: 'Other (32-bit)',
  otherGuest64: 'Other (64-bit)',
  debian10_64Guest: 'Debian GNU/Linux 10 (64-bit)',
  debian11_64Guest: 'Debian GNU/Linux 11 (64-bit)',
  ubuntu64Guest: 'Ubuntu Linux (64-bit)',
  windows2019srv_64Guest: 'Microsoft Windows Server 2019 (64-bit)',
};

/** Runtime of a VM on a host. Required enumerations are never empty: clients cannot decode that. */
export function newRuntime(
  host: Ref,
  powerState: 'poweredOn' | 'poweredOff',
  memoryMb: number,
  bootTime: Date,
): Data<'VirtualMachineRuntimeInfo'> {
  return {
    _type: 'VirtualMachineRuntimeInfo',
    host,
    connectionState: 'connected',
    powerState,
    vmFailoverInProgress: false,
    faultToleranceState: 'notConfigured',
    toolsInstallerMounted: false,
    bootTime: powerState === 'poweredOn' ? bootTime : undefined,
    maxCpuUsage: 2400,
    maxMemoryUsage: memoryMb,
    numMksConnections: 0,
    recordReplayState: 'inactive',
    cleanPowerOff: powerState === 'poweredOn' ? undefined : true,
    onlineStandby: false,
    consolidationNeeded: false,
    paused: false,
    snapshotInBackground: false,
    quiescedForkParent: false,
    instantCloneFrozen: false,
    suspendedToMemory: false,
  };
}

/** GuestInfo of a VM without running tools; `ipAddress` only while it runs. */
export function guestInfo(
  config: Data<'VirtualMachineConfigInfo'>,
  powerState: string,
  ipAddress: string | undefined,
): Data<'GuestInfo'> {
  const running = powerState === 'poweredOn';
  const address = running ? ipAddress : undefined;
  return {
    _type: 'GuestInfo',
    toolsStatus: address ? 'toolsOk' : running ? 'toolsNotInstalled' : 'toolsNotRunning',
    toolsVersionStatus: address ? 'guestToolsCurrent' : 'guestToolsNotInstalled',
    toolsVersionStatus2: address ? 'guestToolsCurrent' : 'guestToolsNotInstalled',
    toolsRunningStatus: address ? 'guestToolsRunning' : 'guestToolsNotRunning',
    guestId: address && config.guestId,
    guestFullName: address && config.guestFullName,
    hostName: address && config.name,
    ipAddress: address,
    guestState: running ? (address ? 'running' : 'unknown') : 'notRunning',
    guestOperationsReady: Boolean(address),
    interactiveGuestOperationsReady: false,
    guestStateChangeSupported: Boolean(address),
    hwVersion: config.version,
  };
}

/** The disks of a configuration, in device order. */
export function disksOf(config: Data<'VirtualMachineConfigInfo'>): Data<'VirtualDisk'>[] {
  return (config.hardware.device ?? []).filter(
    (device): device is Data<'VirtualDisk'> => device._type === 'VirtualDisk',
  );
}

/** The summary that a VM's configuration and state amount to. */
export function summaryOf(
  vm: Ref,
  config: Data<'VirtualMachineConfigInfo'>,
  runtime: Data<'VirtualMachineRuntimeInfo'>,
  guest: Data<'GuestInfo'>,
): Data<'VirtualMachineSummary'> {
  const devices = config.hardware.device ?? [];
  const disks = disksOf(config);
  const bytes = disks.reduce((sum, disk) => sum + (disk.capacityInBytes ?? 0), 0);
  return {
    _type: 'VirtualMachineSummary',
    vm,
    runtime,
    guest: {
      guestId: guest.guestId,
      guestFullName: guest.guestFullName,
      toolsStatus: guest.toolsStatus,
      toolsVersionStatus: guest.toolsVersionStatus,
      toolsVersionStatus2: guest.toolsVersionStatus2,
      toolsRunningStatus: guest.toolsRunningStatus,
      hostName: guest.hostName,
      ipAddress: guest.ipAddress,
      hwVersion: guest.hwVersion,
    },
    config: {
      name: config.name,
      template: config.template,
      vmPathName: config.files.vmPathName ?? '',
      memorySizeMB: config.hardware.memoryMB,
      cpuReservation: 0,
      memoryReservation: 0,
      numCpu: config.hardware.numCPU,
      numEthernetCards: devices.filter((device) => device._type?.startsWith('VirtualVmxnet')).length,
      numVirtualDisks: disks.length,
      uuid: config.uuid,
      instanceUuid: config.instanceUuid,
      guestId: config.guestId,
      guestFullName: config.guestFullName,
      annotation: config.annotation,
      installBootRequired: false,
      tpmPresent: devices.some((device) => device._type === 'VirtualTPM'),
      hwVersion: config.version,
    },
    storage: { committed: 0, uncommitted: bytes, unshared: 0, timestamp: config.modified },
    quickStats: {
      overallCpuUsage: 0,
      overallCpuDemand: 0,
      guestMemoryUsage: 0,
      hostMemoryUsage: 0,
      guestHeartbeatStatus: 'gray',
      distributedCpuEntitlement: 0,
      distributedMemoryEntitlement: 0,
      staticCpuEntitlement: 0,
      staticMemoryEntitlement: 0,
      privateMemory: 0,
      sharedMemory: 0,
      swappedMemory: 0,
      balloonedMemory: 0,
      consumedOverheadMemory: 0,
      ftLogBandwidth: -1,
      ftSecondaryLatency: -1,
      ftLatencyStatus: 'gray',
      compressedMemory: 0,
      uptimeSeconds: 0,
      ssdSwappedMemory: 0,
    },
    overallStatus: 'green',
  };
}

/** Bytes of so many gibibytes. */
export function gibibytes(count: number): number {
  return Math.round(count * gib);
}

/** The files of a VM, as layoutEx lists them. Sizes are not simulated. */
export function layoutOf(config: Data<'VirtualMachineConfigInfo'>): Data<'VirtualMachineFileLayoutEx'> {
  const base = (config.files.vmPathName ?? '').replace(/\.vmx$/, '');
  const files = [
    { name: `${base}.vmx`, type: 'config' },
    { name: `${base}.nvram`, type: 'nvram' },
  ];
  const disk = disksOf(config).map((device, index) => {
    const backing = device.backing as Data<'VirtualDiskFlatVer2BackingInfo'> | undefined;
    files.push({ name: backing?.fileName ?? '', type: 'diskDescriptor' });
    return { key: device.key, chain: [{ fileKey: [index + 2] }] };
  });
  return {
    _type: 'VirtualMachineFileLayoutEx',
    file: files.map((file, key) => ({ key, ...file, size: 0, uniqueSize: 0, accessible: true })),
    disk,
    snapshot: [],
    timestamp: config.modified,
  };
}
