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

/** The part of a VirtualDeviceConfigSpec that touches encryption. */
export interface DiskCryptoRequest {
  /** Position in `deviceChange`, named by faults. */
  deviceIndex: number;
  /** Device key of the disk. */
  diskKey: number;
  profiles?: readonly ProfileSpec[];
  crypto?: CryptoSpec;
}

/** The part of a VirtualMachineConfigSpec that touches encryption. */
export interface VmCryptoRequest {
  profiles?: readonly ProfileSpec[];
  crypto?: CryptoSpec;
  disks: readonly DiskCryptoRequest[];
}
