/** Data of a stream that cannot be worked on before its last part. */
import { KmipError, ResultReason } from '../../kmip/index.ts';

/** What is given out at the end must fit one message, so more than that need not be held (assumed). */
const maxHeldBytes = 1024 * 1024;

/** How much of what came in has not been given out again. */
export class HeldData {
  #bytes = 0;

  /** Throws Invalid Field when it becomes too much. */
  count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= maxHeldBytes) return;
    throw new KmipError(
      ResultReason.InvalidField,
      `With these Cryptographic Parameters the data cannot be longer than ${maxHeldBytes} bytes.`,
    );
  }
}

/** A stream that only gathers, and computes when all data is there. */
export function gathered(compute: (data: Buffer) => Buffer): { update(data: Uint8Array): Buffer; final(): Buffer } {
  const parts: Buffer[] = [];
  return {
    update(data) {
      parts.push(Buffer.from(data));
      return Buffer.alloc(0);
    },
    final: () => compute(Buffer.concat(parts)),
  };
}
