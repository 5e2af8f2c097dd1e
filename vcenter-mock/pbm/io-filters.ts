import { encryptionFilter } from '../crypto/vm-encryption.ts';
import type { Data } from '../vim/kernel/values.ts';
import type { Policy } from './storage-policies.ts';

/** The IO filters that a policy brings. That an encrypting one has type ENCRYPTION is observed; that vibId names it as disks do is assumed. */
export function ioFiltersOf({ encrypts }: Policy): Data<'PbmIofilterInfo'>[] {
  return encrypts ? [{ vibId: encryptionFilter, filterType: 'ENCRYPTION' }] : [];
}
