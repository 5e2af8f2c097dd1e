import { asBuffer, decode } from './decode.ts';
import { TtlvError } from './errors.ts';
import { toText } from './text.ts';

/** Bytes at the start of an unreadable message that are shown: its head and the Protocol Version, never a key or a password. */
const shownBytes = 48;

/**
 * A message as readable text, for people who look at what was sent; secrets show only their length. What is no TTLV is told
 * with the reason and its first bytes.
 */
export function messageText(bytes: Uint8Array): string {
  try {
    return toText(decode(bytes));
  } catch (error) {
    if (!(error instanceof TtlvError)) throw error;
    const start = asBuffer(bytes)
      .subarray(0, shownBytes)
      .toString('hex')
      .toUpperCase()
      .replace(/.{16}(?=.)/g, '$& ');
    const rest = bytes.length > shownBytes ? ` … (${bytes.length - shownBytes} more)` : '';
    return [`${bytes.length} bytes that are no KMIP message: ${error.message}`, `${start}${rest}`].join('\n');
  }
}
