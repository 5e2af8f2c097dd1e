import type { Journal, JournalEntry } from '../../core/index.ts';
import type { Timeline } from './timeline-shape.ts';

type Entry = Timeline['entries'][number];
type Body = Timeline['bodies'][number];

/** Entries of one timeline in a report; the last ones are kept, because what failed is at the end. */
const maxEntries = 20_000;

/**
 * The timeline of a lab as reports hold it: causes found, and the messages of the entries where they were kept. Messages that are
 * the same to the letter, seen from both ends of a connection for example, are there once.
 */
export function timelineOf(journal: Journal): Timeline {
  const all = journal.entries();
  const shown = all.slice(-maxEntries);
  const bodies: Body[] = [];
  const known = new Map<string, number>();
  const indexOf = (body: Body): number => {
    const key = `${body.form} ${body.text}`;
    let index = known.get(key);
    if (index === undefined) {
      index = bodies.push(body) - 1;
      known.set(key, index);
    }
    return index;
  };
  const messagesOf = ({ seq }: JournalEntry): Entry['messages'] => {
    const kept = journal.messages?.of(seq) ?? [];
    if (kept.length === 0) return undefined;
    return kept.map(({ direction, form, text, cut }) => ({ direction, body: indexOf({ form, text, cut }) }));
  };
  return {
    entries: shown.map((entry) => {
      const { seq, time, plane, level, event, text, data, link, opens } = entry;
      return {
        seq,
        time,
        plane,
        level,
        event,
        text,
        data,
        cause: journal.causeOf(entry)?.seq,
        socket: link ?? opens,
        messages: messagesOf(entry),
      };
    }),
    bodies,
    dropped: journal.dropped + all.length - shown.length,
    omitted: journal.messages?.omitted ?? 0,
  };
}
