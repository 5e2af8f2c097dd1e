import type { FaultEngine, Journal, JournalEntry } from '../../core/index.ts';

/**
 * True for an entry that tells of something no plane serves: a KMIP operation, a SOAP method, member or path, a route of the
 * OVHcloud API. The planes answer such calls as the real systems do, so a client alone cannot tell.
 */
export function isUnserved({ event, data }: JournalEntry, cause: JournalEntry | undefined): boolean {
  if (event === 'vcenter.unknown' || event === 'ovh.unknown') return true;
  // A fault can answer the same on purpose.
  return event === 'kmip.refused' && data?.reason === 'OperationNotSupported' && cause?.event !== 'fault.fired';
}

/** How many different calls are named before it becomes a list that nobody reads. */
const maxCalls = 10;

/**
 * What a run leaves open: faults that never fired, and calls that nobody served, one line for each. `strict` makes a run fail for
 * them; otherwise they are notes.
 */
export function looseEnds({ journal, faults }: { journal: Journal; faults: FaultEngine }): string[] {
  const idle = faults
    .report()
    .filter(({ fired }) => fired === 0)
    .map(({ id, at, matched }) => `the fault "${id}" at ${at} never fired; ${matched} calls fitted its match`);
  const calls = new Map<string, number>();
  for (const entry of journal.entries({ level: 'warn' })) {
    if (isUnserved(entry, journal.causeOf(entry))) calls.set(entry.text, (calls.get(entry.text) ?? 0) + 1);
  }
  const unserved = [...calls].map(([text, times]) => `not served: ${text}${times > 1 ? ` (${times} times)` : ''}`);
  const more = unserved.length - maxCalls;
  return [...idle, ...unserved.slice(0, maxCalls), ...(more > 0 ? [`not served: ${more} other calls`] : [])];
}
