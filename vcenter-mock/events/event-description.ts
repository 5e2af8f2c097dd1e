/**
 * Ids and texts of the EventEx types around encryption, as a 7.0u2 or later vCenter lists them. observed (vcenter.md 12.1);
 * the categories are assumed.
 */
const rows: readonly [string, string, string][] = [
  ['com.vmware.vc.crypto.Operation', 'info', 'Crypto operation audit event'],
  ['com.vmware.vc.crypto.HostKeyUpdatedEvent', 'info', 'Updating host encryption key'],
  ['com.vmware.vc.kms.crypto.KeyGenerateFail', 'error', 'Key creation failed on key provider.'],
  ['com.vmware.vc.kms.crypto.Unreachable', 'error', 'Key Management Server is unreachable'],
  ['com.vmware.vc.kms.crypto.Vendor', 'info', 'Retrieved Key Management Server vendor information.'],
  [
    'com.vmware.vc.kms.crypto.SendKeyError.KeyMissingOnKMS',
    'error',
    'Failed to send keys because keys are missing on key provider.',
  ],
  [
    'com.vmware.vc.kms.crypto.SendKeyError.KMSClusterError',
    'error',
    'Failed to send keys because of key provider error.',
  ],
  ['com.vmware.vc.host.Crypto.Enabled', 'info', 'Encryption mode is enabled on host.'],
  [
    'com.vmware.vc.host.Crypto.ReqEnable.KeyMissingOnKMS',
    'error',
    'Host requires encryption mode enabled and the key is not available on the key provider.',
  ],
  [
    'com.vmware.vc.host.Crypto.ReqEnable.KMSClusterError',
    'error',
    'Host requires encryption mode enabled and the key provider is not available.',
  ],
  [
    'com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnHost',
    'error',
    'Virtual machine is locked because keys were missing on the host.',
  ],
  [
    'com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnKMS',
    'error',
    'Virtual machine is locked because keys were missing on the key provider.',
  ],
  [
    'com.vmware.vc.vm.Crypto.VMLocked.KMSClusterError',
    'error',
    'Virtual machine is locked because an error occurred on the key provider.',
  ],
  ['com.vmware.vc.vm.Crypto.VMUnlocked', 'info', 'Virtual machine is unlocked.'],
  ['com.vmware.vc.vm.VmMigratingWithEncryptionEvent', 'info', ''],
  ['com.vmware.vc.vm.VmHotMigratingWithEncryptionEvent', 'info', 'Hot migrating virtual machine with encryption'],
];

/** Entries for EventManager.description: the id stands before a bar in the full format, as clients look for it (observed). */
export function cryptoEventDescriptions(): {
  key: string;
  category: string;
  description: string;
  fullFormat: string;
}[] {
  return rows.map(([id, category, description]) => ({
    key: 'EventEx',
    category,
    description,
    fullFormat: `${id}|${description}`,
  }));
}
