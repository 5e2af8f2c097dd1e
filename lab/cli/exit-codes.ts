import { type ErrorCode, KeyrigError } from '../../core/index.ts';

/** Exit codes of the command line; scripts depend on them. */
export const exitCodes = {
  passed: 0,
  /** An assertion failed. */
  failed: 1,
  /** A bad file or a bad command line. */
  usage: 2,
  /** keyrig itself failed, or the machine refused it something (a port, a file). */
  internal: 3,
  /** Nothing was found to do. */
  nothing: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const usageErrors = new Set<ErrorCode>(['ERR_OPTION', 'ERR_SCENARIO', 'ERR_FILE_NOT_FOUND', 'ERR_FAULT_RULE']);

/** The exit code that an error stands for. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof KeyrigError)) return exitCodes.internal;
  if (error.code === 'ERR_NOTHING_FOUND') return exitCodes.nothing;
  if (error.code === 'ERR_STEP' || error.code.startsWith('ERR_KMIP_')) return exitCodes.failed;
  return usageErrors.has(error.code) ? exitCodes.usage : exitCodes.internal;
}
