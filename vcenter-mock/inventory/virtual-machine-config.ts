import type { Data, Ref } from '../vim/kernel/values.ts';
import { shared } from './shared.ts';

type Device = Data<'VirtualDevice'>;

const allocations = new Map<number, Data<'ResourceAllocationInfo'>>();

/** Normal shares without reservation or limit; the same object for the same amount. */
function shares(amount: number): Data<'ResourceAllocationInfo'> {
  let allocation = allocations.get(amount);
  if (!allocation) {
    allocation = shared({
      reservation: 0,
      expandableReservation: false,
      limit: -1,
      shares: { shares: amount, level: 'normal' as const },
    });
    // Amounts come from clients, too.
    if (allocations.size < 1_000) allocations.set(amount, allocation);
  }
  return allocation;
}

/** The parts of a new configuration that do not depend on the VM; thousands of VMs share them. */
const sameForAll = shared({
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
  bootOptions: {
    enterBIOSSetup: false,
    bootDelay: 0,
    bootRetryEnabled: false,
    bootRetryDelay: 10_000,
    efiSecureBootEnabled: false,
  },
  latencySensitivity: { level: 'normal' },
  svgaPresent: { _type: 'OptionValue', key: 'svga.present', value: 'TRUE' },
} as const satisfies Partial<Data<'VirtualMachineConfigInfo'>> & { svgaPresent: Data<'OptionValue'> });

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
    tools: sameForAll.tools,
    flags: sameForAll.flags,
    defaultPowerOps: sameForAll.defaultPowerOps,
    hardware: {
      numCPU: parts.cpus,
      numCoresPerSocket: 1,
      memoryMB: parts.memoryMb,
      virtualICH7MPresent: false,
      virtualSMCPresent: false,
      device: parts.devices,
    },
    cpuAllocation: shares(1000 * parts.cpus),
    memoryAllocation: shares(10 * parts.memoryMb),
    latencySensitivity: sameForAll.latencySensitivity,
    memoryHotAddEnabled: false,
    cpuHotAddEnabled: false,
    cpuHotRemoveEnabled: false,
    extraConfig: [{ _type: 'OptionValue', key: 'nvram', value: `${parts.name}.nvram` }, sameForAll.svgaPresent],
    swapPlacement: 'inherit',
    bootOptions: sameForAll.bootOptions,
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
