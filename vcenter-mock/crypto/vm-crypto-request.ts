import type { CryptoKeyId } from './key-id.ts';

/** vim25 CryptoSpec and its subtypes. */
export type CryptoSpec =
  | { kind: 'encrypt'; cryptoKeyId: CryptoKeyId }
  | { kind: 'decrypt' }
  | { kind: 'shallowRecrypt'; newKeyId: CryptoKeyId }
  | { kind: 'deepRecrypt'; newKeyId: CryptoKeyId }
  /** CryptoSpecNoOp and CryptoSpecRegister change nothing. documented */
  | { kind: 'noOp' };

/** vim25 VirtualMachineProfileSpec: the empty one carries no id. */
export interface ProfileSpec {
  profileId?: string;
}

/**
 * What a spec does to a disk: `edit` changes one the VM has, `create` adds one with a new file, `attach` one whose file exists.
 */
export type DiskOperation = 'edit' | 'create' | 'attach' | 'remove';

/** The part of a VirtualDeviceConfigSpec that touches encryption. */
export interface DiskCryptoRequest {
  /** Position in `deviceChange`, named by faults. */
  deviceIndex: number;
  /** Device key of the disk. */
  diskKey: number;
  /** Default `edit`. */
  operation?: DiskOperation;
  profiles?: readonly ProfileSpec[];
  crypto?: CryptoSpec;
  /** `backing.parent`, its parent and so on: the crypto specs of the files below the disk's own. */
  parents?: readonly (CryptoSpec | undefined)[];
}

/** The part of a VirtualMachineConfigSpec that touches encryption. */
export interface VmCryptoRequest {
  profiles?: readonly ProfileSpec[];
  crypto?: CryptoSpec;
  disks: readonly DiskCryptoRequest[];
  /** The spec adds a virtual TPM. */
  addsVtpm?: boolean;
}
