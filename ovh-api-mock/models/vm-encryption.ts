import type { z } from 'zod';
import { enumeration, ipv4, long, model, string } from './types.ts';

// Models and enumerations of spec 1.3 and 1.4 (schema).

export const optionState = enumeration('dedicatedCloud.option.StateEnum', [
  'disabled',
  'disabling',
  'enabled',
  'enabling',
  'error',
  'migrating',
  'unknown',
]);
export type OptionState = z.output<typeof optionState>;

export const kmsState = enumeration('dedicatedCloud.optionAccessNetwork.StateEnum', [
  'creating',
  'deleting',
  'delivered',
  'error',
  'toCreate',
  'toDelete',
  'toUpdate',
  'unknown',
  'updating',
]);
export type KmsState = z.output<typeof kmsState>;

export const vmEncryption = model('dedicatedCloud.VMEncryption', { state: optionState });

export const vmEncryptionAccessNetwork = model('dedicatedCloud.VMEncryptionAccessNetwork', {
  kmsId: long,
  ip: ipv4,
  kmsTcpPort: long,
  sslThumbprint: string,
  description: string,
  state: kmsState,
});
export type VmEncryptionAccessNetwork = z.output<typeof vmEncryptionAccessNetwork>;
