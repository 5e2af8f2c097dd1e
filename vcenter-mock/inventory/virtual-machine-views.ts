import type { Data, Ref } from '../vim/kernel/values.ts';
import { disksOf } from './devices.ts';

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
