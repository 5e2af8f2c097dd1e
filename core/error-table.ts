/**
 * Every error code that keyrig can put on a screen, with what it means for the reader.
 * `docs/errors.md` is generated from this table; a test compares the two.
 */
export const errorTable = {
  ERR_ABORTED: 'The operation was cancelled because its owner stopped.',
  ERR_BUSY: 'The state of a lab cannot be saved or restored now: something runs; the message names it.',
  ERR_CONFLICT: 'The control API cannot do this in the state that the lab is in; the message says why.',
  ERR_FAULT_RULE: 'A fault rule is contradictory or names an unknown fault point.',
  ERR_FILE_NOT_FOUND: 'A file named on the command line does not exist or cannot be read.',
  ERR_FORBIDDEN: 'The control API does not give this away without a token.',
  ERR_INTERNAL: 'keyrig itself failed; this is a defect worth reporting.',
  ERR_KMIP_DIAL: 'No TCP connection to the KMS: refused, unreachable, or no answer in time.',
  ERR_KMIP_HANDSHAKE: 'The TLS handshake with the KMS failed, or its certificate is not the trusted one.',
  ERR_KMIP_REQUEST: 'The request could not be sent to the KMS.',
  ERR_KMIP_RESPONSE: 'The KMS did not answer, closed the connection, or sent a malformed answer.',
  ERR_KMIP_RESULT: 'The KMS answered Operation Failed; the result reason and message say why.',
  ERR_LIMIT: 'The control API does not keep or run more of this at once; the message names the limit.',
  ERR_NOTHING_FOUND:
    'No scenario file, no running lab, or nothing under this path or id of the control API, was found where keyrig looked.',
  ERR_NOT_READY: 'The lab is still starting; ask the control API for /ready first.',
  ERR_OPTION: 'An option or argument has a value that keyrig cannot use.',
  ERR_ORIGIN: 'The control API was called by a page of another site, or under a name that is not its own.',
  ERR_PKI_CERTIFICATE: 'A certificate or signing request cannot be read or does not fit its purpose.',
  ERR_PKI_KEY: 'A private key cannot be read: it is protected by a password or is not a key.',
  ERR_PORT_IN_USE: 'A port is taken by another program; the message names the port and the option to change it.',
  ERR_SCENARIO: 'A scenario file is not valid; the message gives file, line, column and what was expected.',
  ERR_STATE: 'A saved state cannot be restored: it is damaged, of another keyrig, or of another kind of lab.',
  ERR_STEP: 'A scenario step did not do what its expectation says.',
  ERR_STORE:
    'The key store cannot be opened, read or written; the message says why. What was acknowledged is still stored.',
  ERR_TOKEN: 'The control API asks for its token: Authorization: Bearer, with what the ready line says.',
  ERR_VMOTION: 'The transfer of a migration between two hosts broke off or was tampered with.',
} as const;

/** A stable error code: scripts may match on it. */
export type ErrorCode = keyof typeof errorTable;
