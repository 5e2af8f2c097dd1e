/**
 * Texts and values of vCenter's encryption that no public source confirms (`assumed`), or that only one of them reports.
 * Everything here may be overridden by the option `assumed`; what is confirmed stands where it is used.
 */
export const cryptoAssumed = {
  /** Localized message of the RuntimeFault after a broken key exchange. documented by OVHcloud's guide, not by VMware. */
  cannotGenerateKey: 'Cannot generate key',
  /** assumed (the wording of vcsim). */
  noDefaultProvider: 'No default provider',
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
  /** Size of the part of a VM's memory that a simulated migration carries. */
  vmotionPages: 32,
};

export type CryptoAssumed = typeof cryptoAssumed;

/** A deep partial of the table: what a user may override. */
export type CryptoAssumedOverrides = {
  [Key in keyof CryptoAssumed]?: CryptoAssumed[Key] extends Record<string, unknown>
    ? Partial<CryptoAssumed[Key]>
    : CryptoAssumed[Key];
};

/** The table with the given entries replaced. */
export function withOverrides(overrides: CryptoAssumedOverrides = {}): CryptoAssumed {
  return {
    ...cryptoAssumed,
    ...overrides,
    errorNumbers: { ...cryptoAssumed.errorNumbers, ...overrides.errorNumbers },
    errorCodes: { ...cryptoAssumed.errorCodes, ...overrides.errorCodes },
    messageKeys: { ...cryptoAssumed.messageKeys, ...overrides.messageKeys },
  };
}
