import type { CryptoKeyId, KeyProviderId, ProviderKeyId } from './key-id.ts';

export type PowerState = 'poweredOff' | 'poweredOn' | 'suspended';
/** vim25 HostCryptoState. */
export type HostCryptoState = 'incapable' | 'prepared' | 'safe' | 'pendingIncapable';
/** vim25 VirtualMachineConfigSpecEncryptedVMotionModes. */
export type EncryptedVMotionMode = 'disabled' | 'opportunistic' | 'required';

/** A snapshot and those taken after it. */
export interface SnapshotNode {
  children: readonly SnapshotNode[];
}

export interface CryptoDisk {
  /** Device key, 2000 for the first disk. */
  key: number;
  /** Datastore path of the descriptor, `[datastore1] vm/vm.vmdk`. */
  fileName: string;
  keyId?: CryptoKeyId;
  /** The files that it is a difference to, nearest first. */
  parents?: readonly { fileName: string; keyId?: CryptoKeyId }[];
  /** A linked clone's: the lowest files of its chain belong to another VM. */
  linked?: boolean;
  /** A raw device mapping. */
  isRawMapping?: boolean;
  /** Other VMs may write to it: multi-writer, or on a controller with a shared bus. */
  isShared?: boolean;
}

/** What encryption needs to know of a virtual machine. */
export interface CryptoVm {
  /** Managed object id, for example `vm-101`. */
  id: string;
  name: string;
  /** BIOS UUID; becomes the key's attribute x-Identifier. */
  uuid: string;
  /** Managed object id of its host. */
  hostId: string;
  powerState: PowerState;
  /** 13 for vmx-13. */
  hardwareVersion: number;
  hasVtpm: boolean;
  snapshots: readonly SnapshotNode[];
  /** Keys of the files that its snapshots keep, those of disks that it has no more among them. */
  snapshotKeys?: readonly CryptoKeyId[];
  keyId?: CryptoKeyId;
  disks: readonly CryptoDisk[];
  migrateEncryption: EncryptedVMotionMode;
  cryptoState?: 'locked' | 'unlocked';
}

/** What encryption needs to know of a host. */
export interface CryptoHost {
  id: string;
  /** Name in the inventory; becomes the host key's attribute x-Name. */
  name: string;
  /** Hardware UUID; becomes the host key's attribute x-Identifier. */
  uuid: string;
  /** Managed object id of the compute resource it belongs to. */
  clusterId?: string;
  /** Managed object ids whose default key provider applies to it, nearest first: cluster, host folders. */
  defaultScopes: readonly string[];
  cryptoSupported: boolean;
  encryptedVMotionSupported: boolean;
  /** It has a TPM 2.0. */
  hasTpm: boolean;
  cryptoState: HostCryptoState;
  cryptoKeyId?: CryptoKeyId;
  /** False while vCenter has no connection to it: no key can be sent. */
  isConnected?: boolean;
  /** Its cluster wants every host in encryption mode (forceEnable); what the cluster says about their key. */
  forced?: CryptoModePolicy;
}

/** vim25 ClusterComputeResourceCryptoModePolicy: at most one of the two. */
export interface CryptoModePolicy {
  keyId?: CryptoKeyId;
  providerId?: KeyProviderId;
}

/** A change of a VM's encryption; members that are absent stay as they are, `null` unsets. */
export interface VmCryptoChange {
  keyId?: ProviderKeyId | null;
  migrateEncryption?: EncryptedVMotionMode;
  cryptoState?: 'locked' | 'unlocked' | null;
  /** A recryption of the VM files: its snapshots take the new key over. */
  withSnapshots?: boolean;
  /** The VM files are written anew: so is the nvram file, under a new name. observed (vcenter.md 8.1) */
  newNvram?: boolean;
  /** `encryption.bundle`. */
  extraConfig?: { key: string; value: string }[];
  disks?: {
    key: number;
    keyId: ProviderKeyId | null;
    iofilter: string[];
    fileName: string;
    /** The files below it whose key changes as well. */
    chain?: readonly string[];
  }[];
}

/** The inventory as encryption sees it. All writes go through it, so that property collectors learn of them. */
export interface CryptoInventory {
  vms(): readonly CryptoVm[];
  /** The VM with that managed object id. */
  vm(id: string): CryptoVm | undefined;
  hosts(): readonly CryptoHost[];
  /** The host with that managed object id. */
  host(id: string): CryptoHost | undefined;
  updateVm(id: string, change: VmCryptoChange): void;
  updateHost(id: string, change: { cryptoState: HostCryptoState; cryptoKeyId: CryptoKeyId | null }): void;
}
