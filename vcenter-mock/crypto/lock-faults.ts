import { fault, type VimFault } from '../vim/kernel/fault.ts';
import type { EngineTexts } from './assumed.ts';
import { type FaultMessage, genericVmConfigFault } from './faults.ts';
import { type CryptoKeyId, keyName } from './key-id.ts';

/**
 * The fault of a VM whose own key is missing: EncryptionKeyRequired, a subtype of InvalidState, with the keys of a host's
 * messages (observed); the text is the one that users report of InvalidState (PyKMIP #660).
 */
export function vmKeyMissing(texts: EngineTexts, key: CryptoKeyId): VimFault {
  const message = `${texts.invalidState} Key ${keyName(key)} not found`;
  const faultMessage: FaultMessage[] = [{ key: 'msg.hostd.vmState.locked', message }];
  if (key.providerId) faultMessage.push({ key: 'msg.hostd.vmState.lockedProviderId', message: key.providerId.id });
  faultMessage.push({ key: 'msg.hostd.vmState.lockedKeyId', message: key.keyId });
  return fault('EncryptionKeyRequired', message, { requiredKey: [key], faultMessage });
}

/** The fault of a VM that starts without the key of a disk. Type and key are observed, the text is documented (6.5 to 8.0). */
export function diskKeyMissing(fileName: string): VimFault {
  const path = fileName.replace(/^\[([^\]]*)\] /, '/vmfs/volumes/$1/');
  return genericVmConfigFault(
    `The disk [${path}] is encrypted and a required key was not found.`,
    'msg.disk.encrypted',
  );
}
