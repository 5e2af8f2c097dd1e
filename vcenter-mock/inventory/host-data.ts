import type { VersionProfile } from '../profiles.ts';
import type { Data, Ref } from '../vim/kernel/values.ts';

const memorySize = 64 * 1024 ** 3;
const cores = 16;
const hz = 2_400_000_000;

/** Hardware of a simulated host; `uuid` is its BIOS UUID. */
export function hostHardware(uuid: string): Data<'HostHardwareInfo'> {
  return {
    _type: 'HostHardwareInfo',
    systemInfo: { vendor: 'keyrig', model: 'Simulated host', uuid },
    cpuInfo: { numCpuPackages: 2, numCpuCores: cores, numCpuThreads: cores * 2, hz },
    cpuPkg: [0, 1].map((index) => ({
      index,
      vendor: 'intel',
      hz,
      busHz: 100_000_000,
      description: 'Simulated CPU @ 2.40GHz',
      threadId: Array.from({ length: cores }, (_, thread) => index * cores + thread),
    })),
    memorySize,
    smcPresent: false,
    biosInfo: { biosVersion: '1.0', releaseDate: new Date('2020-01-01T00:00:00Z'), vendor: 'keyrig' },
  };
}

/** AboutInfo of a host of the vCenter's release. The build is assumed to be the vCenter's. */
export function hostProduct(profile: VersionProfile): Data<'AboutInfo'> {
  return {
    name: 'VMware ESXi',
    fullName: `VMware ESXi ${profile.version} build-${profile.build}`,
    vendor: 'VMware, Inc.',
    version: profile.version,
    build: profile.build,
    localeVersion: 'INTL',
    localeBuild: '000',
    osType: 'vmnix-x86',
    productLineId: 'embeddedEsx',
    apiType: 'HostAgent',
    apiVersion: profile.apiVersion,
    licenseProductName: 'VMware ESX Server',
    licenseProductVersion: profile.licenseProductVersion,
  };
}

/** Runtime of a host that is up. A host that supports encryption starts `incapable`: not yet safe, no key (documented). */
export function hostRuntime(bootTime: Date, cryptoSupported: boolean): Data<'HostRuntimeInfo'> {
  return {
    _type: 'HostRuntimeInfo',
    connectionState: 'connected',
    powerState: 'poweredOn',
    standbyMode: 'none',
    inMaintenanceMode: false,
    inQuarantineMode: false,
    bootTime,
    hostMaxVirtualDiskCapacity: 68_169_720_922_112,
    cryptoState: cryptoSupported ? 'incapable' : undefined,
  };
}

/** The summary that a host's hardware and state amount to. */
export function hostSummary(
  host: Ref,
  name: string,
  hardware: Data<'HostHardwareInfo'>,
  runtime: Data<'HostRuntimeInfo'>,
  profile: VersionProfile,
): Data<'HostListSummary'> {
  return {
    _type: 'HostListSummary',
    host,
    hardware: {
      vendor: hardware.systemInfo.vendor,
      model: hardware.systemInfo.model,
      uuid: hardware.systemInfo.uuid,
      memorySize,
      cpuModel: hardware.cpuPkg[0]?.description ?? '',
      cpuMhz: hz / 1_000_000,
      numCpuPkgs: 2,
      numCpuCores: cores,
      numCpuThreads: cores * 2,
      numNics: 2,
      numHBAs: 1,
    },
    runtime,
    config: {
      name,
      port: 443,
      product: hostProduct(profile),
      vmotionEnabled: true,
      faultToleranceEnabled: false,
    },
    quickStats: { overallCpuUsage: 0, overallMemoryUsage: 0, uptime: 0 },
    overallStatus: 'green',
    rebootRequired: false,
    managementServerIp: '127.0.0.1',
  };
}

/** Sums of `count` hosts, for the summary of their cluster. */
export function computeSummary(count: number): Data<'ClusterComputeResourceSummary'> {
  const totalCpu = (count * cores * hz) / 1_000_000;
  return {
    _type: 'ClusterComputeResourceSummary',
    totalCpu,
    totalMemory: count * memorySize,
    numCpuCores: count * cores,
    numCpuThreads: count * cores * 2,
    effectiveCpu: totalCpu,
    effectiveMemory: (count * memorySize) / 1024 ** 2,
    numHosts: count,
    numEffectiveHosts: count,
    overallStatus: 'green',
    currentFailoverLevel: 0,
    numVmotions: 0,
  };
}
