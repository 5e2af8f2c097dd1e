import { VimFault } from '../vim/kernel/fault.ts';
import type { Data } from '../vim/kernel/values.ts';
import type { CryptoKeyId } from './key-id.ts';

/** The result for one key of several: its fault, if any, is part of it. documented (AddKeys, RemoveKeys) */
export function keyResult(keyId: CryptoKeyId | undefined, action: () => void): Data<'CryptoKeyResult'> {
  const named = keyId ?? { keyId: '' };
  try {
    action();
    return { keyId: named, success: true };
  } catch (error) {
    if (!(error instanceof VimFault)) throw error;
    return { keyId: named, success: false, reason: reasonOf(error), fault: error.localized };
  }
}

/** observed on hosts: the property for InvalidArgument, the fault's name within the text for AlreadyExists */
function reasonOf({ fault, message }: VimFault): string {
  if ('invalidProperty' in fault) return String(fault.invalidProperty);
  return `${fault._type}: ${message}`;
}
