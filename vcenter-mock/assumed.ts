import type { EventAlarmRow } from './alarms/default-alarms.ts';
import type { Provenance } from './provenance.ts';

/**
 * Texts and values of the vim25 engine that no public source confirms. `assumed` unless the table below says otherwise; everything
 * here may be overridden by the option `assumed`. What is confirmed stands where it is used.
 */
export const assumed = {
  /**
   * Alarms around encryption. Their existence is documented or reported by users; system names, and what leads to which
   * status, are not public. The first name and the last are reported by users, the others expected (vcenter.md 12.4).
   */
  cryptoAlarms: [
    {
      name: 'Virtual Machine Locked Alarm',
      systemName: 'alarm.VmLockedAlarm',
      description: 'Default alarm to monitor virtual machines that are locked because keys are missing',
      objectType: 'VirtualMachine',
      red: [
        'com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnHost',
        'com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnKMS',
        'com.vmware.vc.vm.Crypto.VMLocked.KMSClusterError',
        'com.vmware.vc.vm.Crypto.VMLocked.TAKeyMissingOnHost',
        'com.vmware.vc.vm.Crypto.VMLocked.TAKMSClusterUnavaliable',
      ],
      green: ['com.vmware.vc.vm.Crypto.VMUnlocked'],
    },
    {
      name: 'Host Requires Encryption Mode Enabled Alarm',
      systemName: 'alarm.HostRequiresEncryptionModeAlarm',
      description: 'Default alarm to monitor hosts that need their encryption mode to be enabled',
      objectType: 'HostSystem',
      red: [
        'com.vmware.vc.host.Crypto.ReqEnable.KeyMissingOnKMS',
        'com.vmware.vc.host.Crypto.ReqEnable.KMSClusterError',
      ],
      green: ['com.vmware.vc.host.Crypto.Enabled'],
    },
    {
      name: 'KMS Server Certificate Status',
      systemName: 'alarm.KmsServerCertificateAlarm',
      description: 'Default alarm to monitor the certificates of key management servers',
      objectType: 'Folder',
      yellow: ['com.vmware.vc.vecs.KMSServerCertExpirationEvent'],
    },
    {
      name: 'KMS Client Certificate Status',
      systemName: 'alarm.KmsClientCertificateAlarm',
      description: 'Default alarm to monitor the certificates that are shown to key management servers',
      objectType: 'Folder',
      yellow: ['com.vmware.vc.vecs.KMSClientCertExpirationEvent'],
    },
    {
      name: 'Key Management Server Health Status Alarm',
      systemName: 'alarm.KmsHealthAlarm',
      description: 'Default alarm to monitor whether key management servers can be reached',
      objectType: 'Folder',
      red: ['com.vmware.vc.kms.crypto.Unreachable'],
      green: ['com.vmware.vc.kms.crypto.Vendor'],
    },
    {
      name: 'TPM Encryption Recovery Key Backup Alarm',
      systemName: 'alarm.TpmRecoveryKeyBackupAlarm',
      description: 'Default alarm to remind of the recovery keys of hosts with a TPM',
      objectType: 'HostSystem',
      yellow: ['com.vmware.vc.HostTpmConfigEncryptionEvent'],
      since: '7.0.2.0',
    },
  ] as readonly EventAlarmRow[],
  /** faultstring of NotAuthenticated */
  notAuthenticated: 'The session is not authenticated.',
  /** faultstring of NoPermission */
  noPermission: 'Permission to perform this operation was denied.',
  userNotFound: (principal: string) => `The user or group '${principal}' could not be found.`,
  roleInUse: (name: string) => `The role '${name}' is in use.`,
  minimumAdminPermission: 'There must be at least one permission that gives full access to everything.',
  /** faultstring of ManagedObjectNotFound */
  objectNotFound: 'The object has already been deleted or has not been completely created',
  /** The text before the state in parentheses */
  invalidPowerState: 'The attempted operation cannot be performed in the current state',
  invalidState: 'The operation is not allowed in the current state.',
  hostNotConnected: 'The operation is not allowed in the current connection state of the host.',
  methodNotFound: (receiver: string, method: string) => `${receiver} does not implement: ${method}`,
  /** Answer to a body that is not SOAP; what is wrong with it follows. */
  invalidRequest: 'Invalid request',
  notFound: 'The object or item referred to could not be found.',
  invalidName: (name: string) => `The name '${name}' is not valid.`,
  invalidPrivilege: (privilege: string) => `The privilege '${privilege}' is not defined.`,
  toolsUnavailable: 'Cannot complete operation because VMware Tools is not running in this virtual machine.',
  unsupportedOnEncryptedVm: 'The operation is not supported on encrypted VM',
  invalidFolder: 'The folder cannot be moved below itself.',
  alreadyUpgraded: 'The virtual machine hardware is already up to date.',
  concurrentAccess: 'The operation cannot complete because another operation is in progress on the object.',
  cpuHotPlugNotSupported: 'CPU hot plug is not supported for this virtual machine.',
  memoryHotPlugNotSupported: 'Memory hot plug is not supported for this virtual machine.',
  fileNotFound: (path: string) => `File ${path} was not found`,
  fileLocked: (path: string) => `Unable to access file ${path} since it is locked`,
  fileAlreadyExists: (path: string) =>
    `Cannot complete the operation because the file or folder ${path} already exists`,
  alreadyExists: (what: string) => `The specified key, name, or identifier '${what}' already exists.`,
  invalidDatastorePath: (path: string) => `Invalid datastore path '${path}'.`,
  invalidDatastore: (name: string) => `Invalid datastore '${name}'.`,
  inaccessibleDatastore: (name: string) => `Datastore '${name}' is not accessible from the host.`,
  cannotAccessConfig: (reason: string) => `Unable to access the virtual machine configuration: ${reason}`,
  cannotAccessDisk: (device: string, reason: string) =>
    `Virtual disk '${device}' is not accessible on the host: ${reason}`,
  invalidDeviceSpec: (index: number) => `Invalid configuration for device '${index}'.`,
  pbmNotFound: (object: string) => `The entity ${object} was not found.`,
  pbmSystemPolicy: (name: string) => `The storage policy ${name} is a default of the system and cannot be deleted.`,
  pbmNotEditable: (name: string) => `The storage policy ${name} is a default of the system and cannot be changed.`,
  pbmInUse: (name: string) => `The storage policy ${name} is in use.`,
  pbmLegacyHubs: 'Default storage policies are not supported on these datastores.',
  pbmEncryptionVendor: 'VMware VM Encryption',
  pbmEncryptionCapability: 'Default encryption properties',
  pbmEncryptionComponent: 'Storage policy component for VM and virtual disk encryption',
  pbmCleartextFilters: 'Allow I/O filters before encryption',
  pbmIncompatible: 'Datastore does not satisfy required properties.',
  /** faultstring of NotSupported and of declared methods that are not simulated */
  notSupported: 'The operation is not supported on the object.',
  notImplemented: 'The method is not implemented.',
  invalidProperty: 'Invalid property',
  invalidCollectorVersion: 'The version is not a valid property collector version.',
  taskInProgress: 'Another task is already in progress.',
  requestCanceled: 'The task was canceled by a user.',
  duplicateName: (name: string) => `The name '${name}' already exists.`,
  /** Idle minutes after which a session ends. documented default of the vSphere Web Services API */
  sessionIdleMinutes: 30,
  /** Seconds for which a clone ticket opens a session. */
  cloneTicketSeconds: 300,
  outOfBounds: 'A value is out of bounds.',
  invalidLicense: 'License is not valid for this product',
  invalidLocale: 'The requested locale is not supported.',
  /** Entries that taskManager.recentTask keeps at most. */
  recentTasks: 200,
  /** The same for an entity's recentTask. */
  recentTasksOfEntity: 10,
  /** Tasks that the vCenter keeps at most: the oldest that have ended go first. */
  taskLimit: 5000,
  /** Events that the vCenter keeps at most. */
  eventLimit: 10_000,
  /** Answers that a property collector keeps for clients that ask for them again. */
  collectorVersions: 10,
  /** Nesting of XML elements that is accepted. */
  xmlDepth: 100,
  /** XML elements, attributes and references (`&lt;`) of a request that are accepted. To name each of 10,000 VMs takes 30,000. */
  xmlNodes: 100_000,
  /** Bytes of a request body that are accepted. */
  bodyLimit: 4 * 1024 * 1024,
  /** ms a client may take to send a request. */
  requestTimeout: 60_000,
  /** ms for which a connection without a request is kept. */
  keepAliveTimeout: 72_000,
  /** ms a client may take for the TLS handshake. */
  handshakeTimeout: 10_000,
};

export type Assumed = typeof assumed;

/** What of the table has a better source than an assumption. */
export const provenance: Partial<Record<keyof Assumed, Provenance>> = {
  notAuthenticated: 'reported by users',
  noPermission: 'reported by users',
  objectNotFound: 'reported by users',
  invalidPowerState: 'reported by users',
  invalidState: 'reported by users',
  hostNotConnected: 'reported by users',
  notFound: 'reported by users',
  toolsUnavailable: 'reported by users',
  unsupportedOnEncryptedVm: 'observed',
  fileNotFound: 'reported by users',
  fileLocked: 'reported by users',
  invalidDeviceSpec: 'reported by users',
  notSupported: 'reported by users',
  sessionIdleMinutes: 'documented',
};
