import { type Assumed, assumed as engineAssumed } from '../assumed.ts';
import type { Provenance } from '../provenance.ts';

/** Texts of the vim25 engine that faults of encryption use as well; they stand in its table. */
export type EngineTexts = Pick<Assumed, 'alreadyExists' | 'hostNotConnected' | 'invalidPowerState' | 'invalidState'>;

/**
 * Texts and values of vCenter's encryption that no public source confirms (`assumed`), or that only one of them reports.
 * Everything here may be overridden by the option `assumed`; what is confirmed stands where it is used.
 */
export const cryptoAssumed = {
  /** Localized message of the RuntimeFault after a broken key exchange. documented by OVHcloud's guide, not by VMware. */
  cannotGenerateKey: 'Cannot generate key',
  /** assumed (the wording of vcsim). */
  noDefaultProvider: 'No default provider',
  /** A client asks for a key of a provider that makes keys for vCenter alone. The wording of vcsim. */
  noNativeKeys: 'Cannot generate keys with native key provider',
  /** Minutes in which the backup of a native key provider may be fetched. */
  backupTokenMinutes: 10,
  invalidCluster: 'Invalid cluster ID',
  invalidServer: 'Invalid server name',
  alreadyRegistered: 'Already registered',
  /** `connectionStatus` of a server whose probes pass; the guide asks for this word. */
  statusNormal: 'Normal',
  /** `connectionStatus` of a server whose probes fail; the reason follows. */
  statusNotConnected: 'Not connected',
  /** `connectionStatus` of a server of which nothing is known. */
  statusUnknown: 'Unknown',
  /** Error numbers behind "error <n>:"; only 7 (a value is missing) is documented, in Broadcom KB 396701. */
  errorNumbers: { valueMissing: 7, communicate: 3, needAuth: 6, timeoutConnect: 4, kmsResult: 1 },
  /** Codes behind "Failed to generate key on KMS <ip>: "; only QLC_ERR_VALUE_MISSING is documented (KB 396701). */
  errorCodes: {
    valueMissing: 'QLC_ERR_VALUE_MISSING',
    communicate: 'QLC_ERR_COMMUNICATE',
    needAuth: 'QLC_ERR_NEED_AUTH',
    timeoutConnect: 'QLC_ERR_TIMEOUT_CONNECT',
  },
  /** `key` of the fault messages below "Cannot generate key". */
  messageKeys: {
    provider: 'com.vmware.vim.vpxd.encryption.keyGenerateFail.provider',
    server: 'com.vmware.vim.vpxd.encryption.keyGenerateFail.server',
    reason: 'com.vmware.vim.vpxd.encryption.keyGenerateFail.reason',
  },
  /**
   * ms until dial and handshake, or an answer, are given up, when the server's `timeout` is unset. No default is published.
   */
  timeoutMs: 30_000,
  /** Port of a proxy that is given without one: the registered port of HTTP proxies' usual default. */
  proxyPort: 3128,
  /** Days before expiry at which a KMS or client certificate turns a status yellow. documented for vSAN's health check. */
  certificateWarningDays: 30,
  /** The guide's prerequisite. */
  minimumHardwareVersion: 13,
  /** Whether encrypting the VM files needs an encryption policy or a vTPM; reported by users for vCenter 8. */
  policyRequiredForVmFiles: false,
  /** Whether a crypto spec of the VM also encrypts disks that the spec does not name. API text: yes; reported by users: no. */
  disksInheritCrypto: false,
  /** Whether the first provider becomes the default by itself; documented for the UI, which calls MarkDefault. */
  firstProviderBecomesDefault: false,
  /** How GenerateKey reports a KMS failure: in its result (documented) or as a RuntimeFault. Both are known. */
  generateKeyFailure: 'result' as 'result' | 'fault',
  /** ms that the transfer of a migration may take. */
  vmotionTimeoutMs: 60_000,
  /**
   * Texts of the refusals, by the `key` of their fault message. The keys are observed (vcenter.md 9.2); of the texts those that a line
   * says so, the others are assumed.
   */
  faultTexts: {
    /** observed in a public copy of tests of a host's encryption */
    'msg.vigor.enc.keyNotFound': 'The specified key was not found.',
    /** observed there */
    'msg.keysafe.locator': 'Key locator error',
    'msg.vtpm.add.notEncrypted': 'A virtual TPM can be added to an encrypted virtual machine only.',
    'msg.vigor.enc.required.vtpm': 'A virtual machine with a virtual TPM must be encrypted.',
    'msg.disk.policyChangeFailure': 'The storage policy of the virtual disk cannot be changed.',
    'msg.hostd.deviceSpec.enc.encrypted': 'The virtual disk is already encrypted.',
    'msg.hostd.deviceSpec.enc.notEncrypted': 'The virtual disk is not encrypted.',
    /** observed (vcenter.md 9.2) */
    'msg.hostd.deviceSpec.enc.badPolicy': 'Invalid storage policy for encryption operation',
    /** Key and text assumed: the tests tell the fault's type only. */
    'msg.hostd.deviceSpec.enc.badOperation': 'The encryption operation does not fit the device operation.',
    'msg.hostd.deviceSpec.enc.notDisk': 'The device is not a virtual disk.',
    'msg.hostd.deviceSpec.enc.sharedBacking': 'A virtual disk that is shared cannot be encrypted.',
    'msg.hostd.deviceSpec.enc.notFile': 'A raw device mapping cannot be encrypted.',
    'msg.hostd.deviceSpec.enc.diskChain': 'The encryption operation is not allowed on a chain of disks.',
    'msg.hostd.deviceSpec.add.noencrypt': 'A virtual disk that exists cannot be encrypted while it is added.',
    'msg.hostd.configSpec.enc.snapshots':
      'The encryption operation is not allowed on a virtual machine with these snapshots.',
    'msg.hostd.configSpec.enc.notEncrypted': 'The virtual machine is not encrypted.',
    'msg.hostd.configSpec.enc.encrypted': 'The virtual machine is already encrypted.',
    'msg.hostd.configSpec.enc.mismatch': 'An encrypted virtual disk needs an encrypted virtual machine.',
    'msg.hostd.configSpec.enc.mixedKeys': 'All files of a virtual disk must be encrypted with the same key.',
    'com.vmware.vim.vpxd.encryption.encryptForbiddenWithoutEncryptedProfile':
      'A virtual machine is encrypted only with an encryption storage policy or a virtual TPM.',
    /** Key and text are observed in the provider's health (REST); that a task fails with them is assumed. */
    'com.vmware.vim.vpxd.encryption.keyProviderNotBackedUp': 'Key provider {provider} requires backup.',
    /** The key is reported by users. */
    'vim.vpxd.encryption.NativeKeyProviderNotSupported.NotInCluster':
      'Host "{host}" is in no cluster: it cannot use native key provider {provider}.',
    /** The key is assumed too. */
    'vim.vpxd.encryption.NativeKeyProviderNotSupported.TpmRequired':
      'Host "{host}" has no TPM 2.0, which native key provider {provider} requires.',
  },
  /** Size of the part of a VM's memory that a simulated migration carries. */
  vmotionPages: 32,
};

type Table = typeof cryptoAssumed;
export type CryptoAssumed = Table & EngineTexts;

/** A deep partial of the table: what a user may override. */
export type CryptoAssumedOverrides = {
  [Key in keyof Table]?: Table[Key] extends Record<string, unknown> ? Partial<Table[Key]> : Table[Key];
};

/** The table with the given entries replaced, and the engine's texts. */
export function withOverrides(
  overrides: CryptoAssumedOverrides = {},
  texts: EngineTexts = engineAssumed,
): CryptoAssumed {
  const { alreadyExists, hostNotConnected, invalidPowerState, invalidState } = texts;
  return {
    ...cryptoAssumed,
    alreadyExists,
    hostNotConnected,
    invalidPowerState,
    invalidState,
    ...overrides,
    errorNumbers: { ...cryptoAssumed.errorNumbers, ...overrides.errorNumbers },
    errorCodes: { ...cryptoAssumed.errorCodes, ...overrides.errorCodes },
    messageKeys: { ...cryptoAssumed.messageKeys, ...overrides.messageKeys },
    faultTexts: { ...cryptoAssumed.faultTexts, ...overrides.faultTexts },
  };
}

/** What of the table has a better source than an assumption. */
export const cryptoProvenance: Partial<Record<keyof Table, Provenance>> = {
  cannotGenerateKey: 'documented',
  certificateWarningDays: 'documented',
  policyRequiredForVmFiles: 'reported by users',
  disksInheritCrypto: 'reported by users',
  firstProviderBecomesDefault: 'documented',
};
