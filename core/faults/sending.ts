import type { Clock } from '../clock.ts';
import type { FaultThen } from './actions.ts';

/** What happens when the part that is sent has gone out. */
export type Ending = 'goes-on' | 'reset' | 'close' | 'silence';

/** How much of an answer a fault lets through, and what follows: a whole answer goes on, silence leaves the client waiting. */
export function sentPart(then: FaultThen, length: number): { bytes: number; ending: Ending } {
  const { reset, close, truncate } = then;
  const cut = reset ?? close;
  if (cut) return { bytes: cut === true ? 0 : Math.min(cut.afterBytes, length), ending: reset ? 'reset' : 'close' };
  if (!truncate) return { bytes: length, ending: 'goes-on' };
  const { afterBytes = Math.floor(length / 2), connection = 'open' } = truncate === true ? {} : truncate;
  return { bytes: Math.min(afterBytes, length), ending: connection === 'closed' ? 'close' : 'silence' };
}

/** The pieces of what is sent, each after its pause when a fault lets it drip. Rejects with ERR_ABORTED when the signal fires. */
export async function* inPieces(
  bytes: Buffer,
  drip: FaultThen['drip'],
  clock: Clock,
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  const size = drip?.bytes ?? bytes.length;
  for (let start = 0; start < bytes.length; start += size) {
    if (drip && start > 0) await clock.sleep(drip.every, signal);
    yield bytes.subarray(start, start + size);
  }
}
