import type { JsonObject } from '../../core/index.ts';
import type { CryptoAssumed } from './assumed.ts';

/** Why an exchange with a KMS failed. */
export type KmsFailureKind =
  /** Nobody listens. */
  | 'refused'
  /** No route, unknown host. */
  | 'unreachable'
  /** The TCP connection did not come about in time: a closed gateway, a silent host. */
  | 'connect-timeout'
  /** The proxy did not let the connection through. */
  | 'proxy'
  /** The KMS accepted and then did not answer in time. */
  | 'timeout'
  /** The connection was reset. */
  | 'reset'
  /** The KMS closed the connection before its answer was complete. */
  | 'closed'
  /** The KMS refused the handshake with a TLS alert. */
  | 'alert'
  /** The handshake failed in another way. */
  | 'handshake'
  /** vCenter never trusted a certificate of this provider. */
  | 'certificate-untrusted'
  /** The KMS shows another certificate than the one that was trusted. */
  | 'certificate-changed'
  /** The trusted certificate is outside its validity on the lab's clock. */
  | 'certificate-expired'
  /** The answer is not KMIP, or not an answer to the request. */
  | 'malformed'
  /** The KMS answered Operation Failed. */
  | 'result'
  /** The key is there but may not be used: Deactivated, Compromised, Destroyed. */
  | 'key-state'
  /** A value that vCenter needs is not configured, such as the password of a user. */
  | 'value-missing'
  /** vCenter itself stopped. */
  | 'stopped';

/** Kinds that mean that the KMS cannot be reached at all, so that "Unreachable" is posted. */
const unreachable: ReadonlySet<KmsFailureKind> = new Set([
  'refused',
  'unreachable',
  'connect-timeout',
  'proxy',
  'timeout',
  'reset',
  'closed',
]);

export interface KmsFailureDetails {
  cause?: unknown;
  /** Name of the TLS alert, `unknown_ca` for example. */
  alert?: string;
  /** What failed: a KMIP operation, or nothing during dial and handshake. */
  operation?: string;
  /** KMIP Result Reason in words and Result Message verbatim. */
  resultReason?: string;
  resultMessage?: string;
}

/** A failed exchange with a KMS, as structured facts and as one line. */
export class KmsFailure extends Error {
  readonly kind: KmsFailureKind;
  readonly alert: string | undefined;
  readonly operation: string | undefined;
  readonly resultReason: string | undefined;
  readonly resultMessage: string | undefined;

  constructor(kind: KmsFailureKind, message: string, details: KmsFailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'KmsFailure';
    this.kind = kind;
    this.alert = details.alert;
    this.operation = details.operation;
    this.resultReason = details.resultReason;
    this.resultMessage = details.resultMessage;
  }

  /** For the journal. */
  get facts(): JsonObject {
    return {
      kind: this.kind,
      reason: this.message,
      operation: this.operation,
      alert: this.alert,
      resultReason: this.resultReason,
      resultMessage: this.resultMessage,
    };
  }

  get isUnreachable(): boolean {
    return unreachable.has(this.kind);
  }

  /** The KMS refused who asks, not what was asked. */
  get isAuthentication(): boolean {
    return this.kind === 'value-missing' || this.resultReason === 'Authentication Not Successful';
  }

  /** The KMS knows who asks and does not let them. KMIP 1.1 §9.1.3.2.29 */
  get isDenied(): boolean {
    return this.isAuthentication || this.resultReason === 'Permission Denied';
  }

  /** The KMS answered, and does not have the key, does not give it out, or it may not be used. */
  get isKeyMissing(): boolean {
    return this.kind === 'key-state' || (this.kind === 'result' && !this.isAuthentication);
  }
}

/** The entry of the assumed tables that a failure falls under. */
function family(failure: KmsFailure): keyof CryptoAssumed['errorNumbers'] {
  if (failure.kind === 'value-missing') return 'valueMissing';
  if (failure.isAuthentication) return 'needAuth';
  if (failure.kind === 'result') return 'kmsResult';
  return failure.kind === 'connect-timeout' ? 'timeoutConnect' : 'communicate';
}

/** The number of "error <n>:". */
export function errorNumber(failure: KmsFailure, assumed: CryptoAssumed): number {
  return assumed.errorNumbers[family(failure)];
}

/** What stands behind "Failed to generate key on KMS <ip>: ": a code of the client library, or the KMIP Result Reason. */
export function errorCode(failure: KmsFailure, assumed: CryptoAssumed): string {
  const kind = family(failure);
  return kind === 'kmsResult' ? (failure.resultReason ?? 'Operation Failed') : assumed.errorCodes[kind];
}
