import { type ErrorCode, KeyrigError, messageOf, systemCode, tlsAlerts } from '../../core/index.ts';
import { enumName } from '../registry/index.ts';

/** How far a connection or an exchange had come when it failed. */
export type KmipClientPhase = 'dial' | 'handshake' | 'request' | 'response';

/** What happened. */
export type KmipClientFailure =
  /** Nobody listens on the port. */
  | 'refused'
  /** No route, or the name does not resolve. */
  | 'unreachable'
  /** No answer in time. */
  | 'timeout'
  /** The peer reset the connection. */
  | 'reset'
  /** The peer closed the connection in good order, but too early. */
  | 'closed'
  /** The peer ended TLS with an alert; see `alert`. */
  | 'alert'
  /** The server's certificate is not one we trust. */
  | 'untrusted'
  /** Any other TLS failure, for example no cipher suite in common or a peer that does not speak TLS. */
  | 'tls'
  /** The answer is not KMIP, is too large, or its bytes are broken; the cause is a TtlvError or KmipError. */
  | 'malformed'
  /** The owner of the connection gave up (signal, or close while a request was under way). */
  | 'aborted'
  | 'other';

const PHASE_CODES: Readonly<Record<KmipClientPhase, ErrorCode>> = {
  dial: 'ERR_KMIP_DIAL',
  handshake: 'ERR_KMIP_HANDSHAKE',
  request: 'ERR_KMIP_REQUEST',
  response: 'ERR_KMIP_RESPONSE',
};

/** No usable answer from the server. The message names host and port, never what was sent or received. */
export class KmipClientError extends KeyrigError {
  readonly phase: KmipClientPhase;
  readonly failure: KmipClientFailure;
  /** The TLS alert's name as RFC 5246 and RFC 8446 spell it, for example `unknown_ca`. */
  readonly alert: string | undefined;
  /** `code` of the Node.js or OpenSSL error below, for example `ECONNREFUSED`. */
  readonly systemCode: string | undefined;

  constructor(phase: KmipClientPhase, failure: KmipClientFailure, message: string, cause?: unknown) {
    const alert = alertOf(cause);
    const code = systemCode(cause);
    super(PHASE_CODES[phase], message, { cause, details: { phase, failure, alert, systemCode: code } });
    this.name = 'KmipClientError';
    this.phase = phase;
    this.failure = failure;
    this.alert = alert;
    this.systemCode = code;
  }
}

/** The server answered Operation Failed (or Pending, or Undone). */
export class KmipResultError extends KeyrigError {
  readonly resultStatus: number;
  readonly resultReason: number | undefined;
  readonly resultMessage: string | undefined;

  constructor(operationName: string, result: { resultStatus: number; resultReason?: number; resultMessage?: string }) {
    const { resultStatus, resultReason, resultMessage } = result;
    const status = enumName('ResultStatus', resultStatus) ?? `Result Status ${resultStatus}`;
    const reason =
      resultReason === undefined ? undefined : (enumName('ResultReason', resultReason) ?? `${resultReason}`);
    const parts = [status, reason, resultMessage].filter((part) => part !== undefined);
    super('ERR_KMIP_RESULT', `${operationName}: ${parts.join(', ')}`, { details: { status, reason, resultMessage } });
    this.name = 'KmipResultError';
    this.resultStatus = resultStatus;
    this.resultReason = resultReason;
    this.resultMessage = resultMessage;
  }
}

/** OpenSSL tells the number of an alert in its text, and spells most of them `…_ALERT_UNKNOWN_CA`; its names are those of the RFCs. */
function alertOf(cause: unknown): string | undefined {
  const number = Number(/SSL alert number (\d+)/.exec(messageOf(cause))?.[1]);
  const named = Object.entries(tlsAlerts).find(([, code]) => code === number);
  if (named) return named[0];
  return /_ALERT_(?:NUMBER_)?([A-Z0-9_]+)$/.exec(systemCode(cause) ?? '')?.[1]?.toLowerCase();
}

const FAILURES: Readonly<Record<string, KmipClientFailure>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  ERR_TLS_CERT_ALTNAME_INVALID: 'untrusted',
};

/** Sorts a socket's or OpenSSL's error. */
export function failureOf(cause: unknown): KmipClientFailure {
  const code = systemCode(cause) ?? '';
  // Node.js gives a connection that ended in order during the handshake the code of a reset, but no system call that failed.
  if (code === 'ECONNRESET' && cause instanceof Error && !('syscall' in cause)) return 'closed';
  const listed = FAILURES[code];
  if (listed !== undefined) return listed;
  if (alertOf(cause) !== undefined) return 'alert';
  // OpenSSL's verification results, as Node.js names them: UNSPECIFIED is one without a name, such as a key that is too weak.
  if (code === 'UNSPECIFIED') return 'untrusted';
  if (
    /CERT|SELF_SIGNED|LEAF_SIGNATURE|CRL|CHAIN|HOSTNAME_MISMATCH|INVALID_PURPOSE|KEY_TOO_SMALL|MD_TOO_WEAK/.test(code)
  )
    return 'untrusted';
  return code.startsWith('ERR_SSL_') || code === 'EPROTO' ? 'tls' : 'other';
}

/** `unknown_ca` and the like, or the message of what was thrown. */
export function describe(cause: unknown): string {
  const alert = alertOf(cause);
  return alert === undefined ? messageOf(cause) : `TLS alert ${alert}`;
}
