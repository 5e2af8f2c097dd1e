import type { TlsAlert } from '../tls-alerts.ts';

/** How an answer of a KMS is broken. */
export const answerCorruptions = ['length', 'padding', 'type', 'tag', 'version', 'batch-id', 'random'] as const;
export type AnswerCorruption = (typeof answerCorruptions)[number];

/** What somebody on the wire does to the packets of a migration. */
export const wireCorruptions = ['bit', 'replay', 'reorder'] as const;
export type WireCorruption = (typeof wireCorruptions)[number];

/** What is wrong with the certificate that a fault makes a KMS show. */
export const certificateFaults = [
  'expired',
  'not-yet-valid',
  'wrong-name',
  'untrusted',
  'revoked',
  'self-signed',
  'no-eku',
  'wrong-eku',
  'weak-key',
] as const;
export type CertificateFault = (typeof certificateFaults)[number];

/** The Result Statuses that a fault can give. KMIP 1.1 §9.1.3.2.28 */
export const faultStatuses = ['OperationFailed', 'OperationPending', 'OperationUndone'] as const;
export type FaultStatus = (typeof faultStatuses)[number];

/** Cuts a connection after so many bytes; `true`: at once. */
export type Cut = true | { afterBytes: number };

/** A KMIP result. */
export interface KmipResult {
  /** Default OperationFailed. OperationPending makes the operation a pending one that can be polled. */
  status?: FaultStatus;
  /** Result Reason, as the registry names it (`PermissionDenied`); none is sent when it is absent. */
  reason?: string;
  /** Result Message; when it is absent the name of the reason, null: none is sent. */
  message?: string | null;
}

/** What a fault does. Exactly one action, or modifiers alone. */
export interface FaultThen {
  kmip?: KmipResult;
  vim?: { type: string; message: string };
  ovh?: { status?: number; errorCode?: string; message?: string; taskState?: 'error' | 'canceled' | 'fixing' };
  http?: { status: number; body?: string; contentType?: string };
  reset?: Cut;
  close?: Cut;
  hang?: true;
  /** After so many bytes (default: half) nothing more of the answer comes; the connection stays open or closes (FIN). */
  truncate?: true | { afterBytes?: number; connection?: 'open' | 'closed' };
  corrupt?: AnswerCorruption | WireCorruption;
  tlsAlert?: TlsAlert;
  certificate?: CertificateFault;
  unlisten?: true;
  /** Wait this long (ms of the lab's clock) first. */
  delay?: number;
  /** Wait up to this long (ms), drawn from the seed, in addition. */
  jitter?: number;
  /** Send so many bytes of the answer at a time, every so many ms. */
  drip?: { bytes: number; every: number };
}

/** The actions: what each does, in one line. */
export const faultActions = {
  kmip: 'The KMIP item gets this Result Status, Reason and Message.',
  vim: 'The SOAP method or the task fails with this fault.',
  ovh: 'The call answers this error body; the task ends in this state, or is being fixed for a while.',
  http: 'The HTTP request is answered with this status and body.',
  reset: 'The connection ends with a TCP reset, at once or after so many bytes.',
  close: 'The connection ends in order (FIN), at once or after so many bytes.',
  hang: 'Nothing is ever answered; the connection stays open.',
  truncate: 'The answer breaks off; the connection stays open, or closes.',
  corrupt: 'What is sent is malformed.',
  tlsAlert: 'The handshake is refused with this fatal TLS alert.',
  certificate: 'The KMS shows another certificate, for this connection only.',
  unlisten: 'The port closes for as long as the fault is in force: dials are refused. Open connections stay.',
} as const satisfies Partial<Record<keyof FaultThen, string>>;
export type FaultAction = keyof typeof faultActions;
export const faultActionNames = Object.keys(faultActions) as FaultAction[];

/** The modifiers: they go with an action, or stand alone before or around the true answer. */
export const faultModifiers = {
  delay: "Wait this long first, on the lab's clock.",
  jitter: 'Wait up to this long in addition, drawn from the seed.',
  drip: "Send the answer in pieces of so many bytes, one in each interval on the lab's clock.",
} as const satisfies Partial<Record<keyof FaultThen, string>>;
export type FaultModifier = keyof typeof faultModifiers;
export const faultModifierNames = Object.keys(faultModifiers) as FaultModifier[];
