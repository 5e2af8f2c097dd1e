import { enumName, type ResultReason } from '../registry/index.ts';
import type { ProtocolVersion } from './version.ts';

/**
 * A refusal with its Result Reason (KMIP 1.1 §6.9, §9.1.3.2.29); `message` is fit for the Result Message.
 * `protocolVersion` is the request's, where it was read before the refusal.
 */
export class KmipError extends Error {
  readonly reason: ResultReason;
  readonly protocolVersion: ProtocolVersion | undefined;

  constructor(
    reason: ResultReason,
    message: string,
    options: { cause?: unknown; protocolVersion?: ProtocolVersion } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KmipError';
    this.reason = reason;
    this.protocolVersion = options.protocolVersion;
  }

  /** `Item Not Found` and so on. */
  get reasonName(): string {
    return enumName('ResultReason', this.reason) ?? `0x${this.reason.toString(16)}`;
  }
}
