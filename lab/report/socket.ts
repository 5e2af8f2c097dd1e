import type { Journal, JournalEntry } from '../../core/index.ts';
import type { StepOrigin } from './shape.ts';

type Socket = NonNullable<StepOrigin['socket']>;

/** The connection on which an entry happened: its own, or that of what led to it. */
export function socketOf(journal: Journal, entry: JournalEntry): Socket | undefined {
  if (isNeverOpened(journal, entry)) return neverOpened(entry);
  let about: string | undefined;
  for (let at: JournalEntry | undefined = entry; at; at = journal.causeOf(at)) {
    if (at.event === 'kmip.handshake') about = at.text;
    const key = at.link ?? at.opens;
    if (key !== undefined) return connection(journal, at, key, about);
  }
  return undefined;
}

function connection(journal: Journal, entry: JournalEntry, key: string, about: string | undefined): Socket {
  const [, client = '', server = ''] = key.split(' ');
  const dialled = entry.opens === undefined ? journal.causeOf(entry) : entry;
  const to = entry.plane === 'ovh' && entry.event !== 'ovh.thumbprint.probe' ? 'OVHcloud API' : undefined;
  if (entry.event.startsWith('kmip.') || dialled?.opens !== undefined) {
    const from = dialled?.plane === 'ovh' ? 'OVHcloud' : dialled ? 'vCenter' : 'client';
    return { from, client, to: 'KMS', server, about: about ?? handshakeOn(journal, dialled ?? entry, key) };
  }
  return { from: 'client', client, to: to ?? 'vCenter', server };
}

/** What the server says of the handshake on a connection. */
function handshakeOn(journal: Journal, near: JournalEntry, key: string): string | undefined {
  const accepted = journal
    .entries({ event: 'kmip.connection.accepted', link: key })
    .sort((a, b) => Math.abs(a.seq - near.seq) - Math.abs(b.seq - near.seq))[0];
  const handshake = accepted && journal.entries({ event: 'kmip.handshake', cause: accepted.seq })[0];
  return handshake?.text;
}

/** Whether an entry tells of a connection of vCenter that did not come about. */
export function isNeverOpened(journal: Journal, entry: JournalEntry): boolean {
  if (entry.event === 'gateway.dial.dropped') return true;
  if (entry.event !== 'vcenter.kmip.failed' || entry.data?.address === undefined) return false;
  return !journal.causeOf(entry)?.event.startsWith('vcenter.kmip.');
}

function neverOpened({ data }: JournalEntry): Socket {
  return { from: 'vCenter', to: 'KMS', server: `${data?.address}:${data?.port}`, about: 'no connection came about' };
}
