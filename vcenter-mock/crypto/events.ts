/** Releases that share the wording of the crypto events. observed (event lists of 6.7u3 to 8.0u3) */
export type EventWording = '6.7' | '7.0' | '7.0u2';

/** A crypto event as it is handed to the event manager, which makes an EventEx of it. */
export interface CryptoEvent {
  eventTypeId: CryptoEventId;
  severity: 'info' | 'warning' | 'error';
  /** The description of the release; arguments and full formats of these events are not public. */
  message: string;
  hostId?: string;
  vmId?: string;
  arguments?: { key: string; value: string }[];
  /** An ExtendedEvent instead of an EventEx. observed for some ids */
  isExtended?: true;
}

/** Where events go; `cause` is the journal entry that led to the event. */
export type PostEvent = (event: CryptoEvent, cause?: number) => void;

type Row = {
  severity: CryptoEvent['severity'];
  isExtended?: true;
  text: string;
  '7.0'?: string | null;
  '6.7'?: string | null;
};

/**
 * Ids and texts: `text` is that of 7.0u2 and later, `7.0` and `6.7` name older wordings, `null` means that the release does
 * not have the event. observed; severities are assumed
 */
const rows = {
  'com.vmware.vc.crypto.Operation': { severity: 'info', text: 'Crypto operation audit event' },
  'com.vmware.vc.crypto.HostKeyUpdatedEvent': { severity: 'info', text: 'Updating host encryption key', '6.7': null },
  'com.vmware.vc.kms.crypto.KeyGenerateFail': {
    severity: 'error',
    text: 'Key creation failed on key provider.',
    '7.0': 'Key creation failed on KMS cluster.',
    '6.7': null,
  },
  'com.vmware.vc.kms.crypto.Unreachable': {
    severity: 'error',
    text: 'Key Management Server is unreachable',
    '6.7': null,
  },
  'com.vmware.vc.kms.crypto.Vendor': {
    severity: 'info',
    text: 'Retrieved Key Management Server vendor information.',
    '6.7': null,
  },
  'com.vmware.vc.kms.crypto.SendKeyError.KeyMissingOnKMS': {
    severity: 'error',
    text: 'Failed to send keys because keys are missing on key provider.',
    '7.0': 'Failed to send keys because keys are missing on KMS.',
    '6.7': null,
  },
  'com.vmware.vc.kms.crypto.SendKeyError.KMSClusterError': {
    severity: 'error',
    text: 'Failed to send keys because of key provider error.',
    '7.0': 'Failed to send keys because of KMS cluster error.',
    '6.7': null,
  },
  'com.vmware.vc.host.Crypto.SendKeyError.HostError': {
    severity: 'error',
    text: 'Failed to send keys to host because of host error.',
    '6.7': null,
  },
  'com.vmware.vc.kms.crypto.NotBackedUp': {
    severity: 'warning',
    text: 'Key provider(s) are not backed up.',
    '7.0': null,
    '6.7': null,
  },
  'com.vmware.vc.kms.crypto.AllBackedUp': {
    severity: 'info',
    isExtended: true,
    text: 'Key providers are backed up.',
    '7.0': null,
    '6.7': null,
  },
  'com.vmware.vc.kms.crypto.NotBackedUpAfterUpdate': {
    severity: 'warning',
    text: 'Key provider backup is suggested after it is updated.',
    '7.0': null,
    '6.7': null,
  },
  // The lists have it from 7.0u1 on; 7.0 itself is not told apart from it here.
  'com.vmware.vc.host.Crypto.HostCryptoDisabled': {
    severity: 'error',
    text: 'The operation is not supported on hosts which have encryption disabled.',
    '6.7': null,
  },
  'com.vmware.vc.host.Crypto.HostKey.NewKey.KeyMissingOnKMS': {
    severity: 'warning',
    text: 'Host key is being renewed because key was missing on the key provider.',
    '7.0': 'Host key is being renewed because key was missing on the KMS cluster.',
    '6.7': 'Host key is renewed because key is missing on KMS cluster.',
  },
  'com.vmware.vc.host.Crypto.HostKey.NewKey.KMSClusterError': {
    severity: 'warning',
    text: 'Host key is being renewed because an error occurred on the key provider.',
    '7.0': 'Host key is being renewed because an error occurred on the KMS cluster.',
    '6.7': 'Host key is renewed because of a KMS cluster error.',
  },
  'com.vmware.vc.vecs.KMSClientCertExpirationEvent': {
    severity: 'warning',
    text: 'KMS Client Certificate will expire soon.',
  },
  'com.vmware.vc.vecs.KMSServerCertExpirationEvent': {
    severity: 'warning',
    text: 'KMS Server Certificate will expire soon.',
  },
  'com.vmware.vc.host.Crypto.Enabled': {
    severity: 'info',
    text: 'Encryption mode is enabled on host.',
    '6.7': 'Host is on encryption mode.',
  },
  'com.vmware.vc.host.Crypto.ReqEnable.KeyMissingOnKMS': {
    severity: 'error',
    text: 'Host requires encryption mode enabled and the key is not available on the key provider.',
    '7.0': 'Host requires encryption mode enabled and the key is not available on the KMS cluster.',
  },
  'com.vmware.vc.host.Crypto.ReqEnable.KMSClusterError': {
    severity: 'error',
    text: 'Host requires encryption mode enabled and the key provider is not available.',
    '7.0': 'Host requires encryption mode enabled and the KMS cluster is not available.',
  },
  'com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnHost': {
    severity: 'error',
    text: 'Virtual machine is locked because keys were missing on the host.',
    '6.7': 'Virtual machine is locked because keys are missing on host.',
  },
  'com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnKMS': {
    severity: 'error',
    text: 'Virtual machine is locked because keys were missing on the key provider.',
    '7.0': 'Virtual machine is locked because keys were missing on the KMS cluster.',
    '6.7': 'Virtual machine is locked because keys are missing on KMS cluster.',
  },
  'com.vmware.vc.vm.Crypto.VMLocked.KMSClusterError': {
    severity: 'error',
    text: 'Virtual machine is locked because an error occurred on the key provider.',
    '7.0': 'Virtual machine is locked because an error occurred on the KMS cluster.',
    '6.7': 'Virtual machine is locked because of a KMS cluster error.',
  },
  'com.vmware.vc.vm.Crypto.VMUnlocked': { severity: 'info', text: 'Virtual machine is unlocked.' },
  'com.vmware.vc.vm.VmHotMigratingWithEncryptionEvent': {
    severity: 'info',
    text: 'Hot migrating virtual machine with encryption',
    '6.7': null,
  },
  // All lists carry this one without a text.
  'com.vmware.vc.vm.VmMigratingWithEncryptionEvent': { severity: 'info', text: '' },
  // From here on: what the lists have and nothing here leads to. Some of 7.0u1 on and of 7.0u3 on, which are not told apart here.
  'com.vmware.vc.crypto.IntegrityCheckFailed': { severity: 'error', text: '', '7.0': null, '6.7': null },
  'com.vmware.vc.crypto.IntegrityCheckPassed': { severity: 'info', text: '', '7.0': null, '6.7': null },
  'com.vmware.vc.kms.crypto.TrustAuthority.ClusterNotAvailable': {
    severity: 'error',
    text: 'The Trusted Key Provider is not available.',
    '6.7': null,
  },
  'com.vmware.vc.kms.crypto.TrustAuthority.ClusterUnhealthy': {
    severity: 'error',
    text: 'The Trusted Key Provider is unhealthy.',
    '6.7': null,
  },
  'com.vmware.vc.kms.crypto.TrustAuthority.KmsUnhealthy': {
    severity: 'error',
    text: 'The Trusted Key Provider is unhealthy.',
    '6.7': null,
  },
  'com.vmware.vc.vm.Crypto.VMLocked.TAKeyMissingOnHost': {
    severity: 'error',
    text: 'Virtual machine is locked because Trust Authority managed key(s) are missing on the required host.',
    '6.7': null,
  },
  'com.vmware.vc.vm.Crypto.VMLocked.TAKMSClusterUnavaliable': {
    severity: 'error',
    text: 'Virtual machine is locked because the required Trusted Key Provider(s) is unavailable.',
    '6.7': null,
  },
  'com.vmware.vc.vm.crypto.DiskchainUsingMixedKeys': {
    severity: 'warning',
    text: 'The disk device is encrypted with mixed keys.',
    '6.7': null,
  },
  'com.vmware.vc.vm.crypto.NoDiskSpace': {
    severity: 'error',
    text: 'Cryptographic operation failed due to insufficient disk space on datastore',
    '6.7': null,
  },
  'com.vmware.vc.vm.crypto.RekeyFail': { severity: 'error', text: '', '6.7': null },
  'com.vmware.vc.vecs.CertExpirationEvent': { severity: 'warning', text: 'Certificate will expire soon.' },
  'com.vmware.vc.TrustAuthority.KMSClientCertExpirationEvent': {
    severity: 'warning',
    text: 'The client certificate of Trusted Key Provider will expire soon.',
    '6.7': null,
  },
  'com.vmware.vc.TrustAuthority.KMSServerCertExpirationEvent': {
    severity: 'warning',
    text: 'The server certificate of Trusted Key Provider will expire soon.',
    '6.7': null,
  },
  'com.vmware.vc.vm.VmSyncingWithEncryptionEvent': {
    severity: 'info',
    text: 'Fault Tolerance virtual machine syncing to secondary with encryption',
    '6.7': null,
  },
  'com.vmware.vc.HostTpmConfigEncryptionEvent': {
    severity: 'info',
    isExtended: true,
    text: 'Host configuration is TPM encrypted.',
    '7.0': null,
    '6.7': null,
  },
  'com.vmware.vc.vtpm.FailedProcessingVTpmCertsEvent': {
    severity: 'error',
    text: 'Unable to {operation} a Certificate for Virtual TPM device on Virtual Machine {vmName}. {fault.msg}',
  },
} as const satisfies Record<string, Row>;

export type CryptoEventId = keyof typeof rows;

/** The wording of the release that `about.version` names. */
export function eventWordingOf(version: string): EventWording {
  return version.startsWith('6.') ? '6.7' : /^7\.0\.[01]$/.test(version) ? '7.0' : '7.0u2';
}

/**
 * Entries for EventManager.description, those that the release has in its wording: the id stands before a bar in the full
 * format, as clients look for it (observed).
 */
export function cryptoEventDescriptions(wording: EventWording) {
  return Object.entries<Row>(rows).flatMap(([id, row]) => {
    const text = textIn(wording, row);
    const key = row.isExtended ? 'ExtendedEvent' : 'EventEx';
    return text === null ? [] : [{ key, category: row.severity, description: text, fullFormat: `${id}|${text}` }];
  });
}

/** Builds an event in a release's wording; undefined when the release does not have it. */
export function cryptoEvent(
  wording: EventWording,
  eventTypeId: CryptoEventId,
  subject: Pick<CryptoEvent, 'hostId' | 'vmId' | 'arguments'> = {},
): CryptoEvent | undefined {
  const row: Row = rows[eventTypeId];
  const message = textIn(wording, row);
  return message === null
    ? undefined
    : { eventTypeId, severity: row.severity, isExtended: row.isExtended, message, ...subject };
}

function textIn(wording: EventWording, row: Row): string | null {
  return wording === '7.0u2' ? row.text : wording === '7.0' ? textOf70(row) : olderText(row);
}

function textOf70(row: Row): string | null {
  return row['7.0'] === undefined ? row.text : row['7.0'];
}

function olderText(row: Row): string | null {
  return row['6.7'] === undefined ? textOf70(row) : row['6.7'];
}
