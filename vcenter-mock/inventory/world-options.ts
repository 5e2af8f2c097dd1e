/**
 * What the simulated inventory holds. Everything has a default, so `{}` is a small working world: one datacenter with one cluster.
 * `datacenters` describes any number of datacenters instead; the other members are then not allowed.
 */
export interface InventoryOptions {
  datacenter?: string;
  cluster?: string;
  hosts?: readonly HostOptions[];
  datastores?: readonly DatastoreOptions[];
  networks?: readonly string[];
  vms?: readonly VmOptions[];
  datacenters?: readonly DatacenterOptions[];
}

/** A datacenter. What is left out of it is not there, except that there is always one datastore and one network. */
export interface DatacenterOptions {
  name: string;
  /** Path of the folders above it, `Europe/France`; default: the root folder. Folders are made as they are named. */
  folder?: string;
  clusters?: readonly ClusterOptions[];
  /** Hosts outside clusters. */
  hosts?: readonly StandaloneHostOptions[];
  /** VM folders, by path; those that VMs name need not be listed. */
  vmFolders?: readonly string[];
  datastores?: readonly DatastoreOptions[];
  networks?: readonly string[];
  vms?: readonly VmOptions[];
}

export interface ClusterOptions {
  name: string;
  /** Path of host folders. */
  folder?: string;
  hosts?: readonly HostOptions[];
  /** Pools below the cluster's own, by path (`prod/web`); those that VMs name need not be listed. */
  resourcePools?: readonly string[];
}

export interface StandaloneHostOptions extends HostOptions {
  /** Path of host folders. */
  folder?: string;
  resourcePools?: readonly string[];
}

export interface HostOptions {
  name: string;
  /** HostCapability.cryptoSupported; default true. */
  cryptoSupported?: boolean;
  /** HostCapability.encryptedVMotionSupported; default true. */
  encryptedVMotionSupported?: boolean;
  /** A TPM 2.0 (HostCapability.tpmSupported and tpmVersion); default true. */
  tpm?: boolean;
}

export interface DatastoreOptions {
  name: string;
  /** Default 1024. */
  capacityGb?: number;
}

export interface VmOptions {
  /** With a `count`, `#` in it becomes the number: `web-#` with 100 gives web-001 to web-100. Unique in its folder. */
  name: string;
  /** So many VMs of this kind; default 1. */
  count?: number;
  /** 13 for vmx-13; default 13. */
  hardwareVersion?: number;
  /** Name of a host; default: those of the cluster, or of the datacenter, in turn. */
  host?: string;
  /** Name of a cluster of the datacenter. */
  cluster?: string;
  /** Path of VM folders, `prod/web`; default: the datacenter's own. */
  folder?: string;
  /** Path of resource pools below the one of the cluster or host; default: that one. */
  resourcePool?: string;
  /** Name of a datastore; default: the first one. */
  datastore?: string;
  /** Name of a network; default: the first one. */
  network?: string;
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

/** The smallest world that works. */
export const defaultInventory = {
  datacenter: 'Datacenter',
  cluster: 'Cluster',
  hosts: [{ name: 'esx-01.lab.test' }, { name: 'esx-02.lab.test' }],
  datastores: [{ name: 'datastore1' }],
  networks: ['VM Network'],
  vms: [] as readonly VmOptions[],
} as const satisfies InventoryOptions;
