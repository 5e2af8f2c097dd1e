/** What the simulated inventory holds. Everything has a default, so `{}` is a small working world. */
export interface InventoryOptions {
  datacenter?: string;
  cluster?: string;
  hosts?: readonly HostOptions[];
  datastores?: readonly DatastoreOptions[];
  networks?: readonly string[];
  vms?: readonly VmOptions[];
}

export interface HostOptions {
  name: string;
  /** HostCapability.cryptoSupported; default true. */
  cryptoSupported?: boolean;
  /** HostCapability.encryptedVMotionSupported; default true. */
  encryptedVMotionSupported?: boolean;
}

export interface DatastoreOptions {
  name: string;
  /** Default 1024. */
  capacityGb?: number;
}

export interface VmOptions {
  name: string;
  /** 13 for vmx-13; default 13. */
  hardwareVersion?: number;
  /** Name of a host; default: the first one, in turn. */
  host?: string;
  powerState?: 'poweredOn' | 'poweredOff';
  /** Default: one disk of 16 GB. */
  disks?: readonly { capacityGb: number }[];
  /** Names of a chain of snapshots, oldest first, or their number. */
  snapshots?: readonly string[] | number;
  /** Default 1. */
  cpus?: number;
  /** Default 1024. */
  memoryMb?: number;
  /** guestId, default `otherGuest64`. */
  guestId?: string;
  /** Guest IP address shown while powered on. */
  ipAddress?: string;
  /** Adds a virtual TPM. */
  vtpm?: boolean;
}

export const defaultInventory = {
  datacenter: 'Datacenter',
  cluster: 'Cluster',
  hosts: [{ name: 'esx-01.lab.test' }, { name: 'esx-02.lab.test' }],
  datastores: [{ name: 'datastore1' }],
  networks: ['VM Network'],
  vms: [] as readonly VmOptions[],
} as const satisfies InventoryOptions;
