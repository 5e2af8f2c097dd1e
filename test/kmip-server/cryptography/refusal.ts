import { KmipError } from '../../../kmip/index.ts';

/** The Result Reason with which a call is refused; `done` when it is not. */
export function reasonOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof KmipError) return error.reasonName;
    throw error;
  }
  return 'done';
}

export const hex = (text: string): Buffer => Buffer.from(text.replace(/\s+/g, ''), 'hex');
