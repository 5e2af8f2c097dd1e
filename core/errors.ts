import type { ErrorCode } from './error-table.ts';

/** Facts about an error that a report may show; never key material, passwords or private keys. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | undefined>>;

/** The base of all errors that keyrig raises on purpose. `code` is stable; the text may change. */
export class KeyrigError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: ErrorDetails } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KeyrigError';
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** The message of anything that was thrown, without a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The messages of an error and of its causes, outermost first. Bounded: a cause chain may be a loop. */
export function causeChain(error: unknown, limit = 16): string[] {
  const chain: string[] = [];
  let current: unknown = error;
  while (current !== undefined && current !== null && chain.length < limit) {
    chain.push(messageOf(current));
    current = current instanceof Error ? current.cause : undefined;
  }
  return chain;
}

/** `code` of a Node.js system or TLS error (ECONNREFUSED, ERR_SSL_…), or undefined. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
