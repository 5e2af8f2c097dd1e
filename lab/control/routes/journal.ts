import { z } from 'zod';
import type { Json } from '../../../core/index.ts';
import { KeyrigError } from '../../../core/index.ts';
import { entrySchema, filters, patternOf, shown } from '../entries.ts';
import { JournalStream } from '../journal-stream.ts';
import { type ControlContext, defineRoute } from '../route.ts';
import { pattern, wholeNumber } from '../values.ts';

const maxEntries = 10_000;
const usualEntries = 1_000;

const answer = z.strictObject({
  entries: z.array(entrySchema).describe('The oldest first.'),
  more: z.boolean().describe('Whether others fit behind the last of these.'),
  dropped: z.number().int().describe('Entries that the timeline has forgotten; it keeps 100,000 and more.'),
});

function find({ journal }: ControlContext, wanted: Json | undefined, after = 0, limit = usualEntries) {
  const found = journal.entries(wanted, after);
  return { entries: found.slice(0, limit).map(shown), more: found.length > limit, dropped: journal.dropped };
}

export const readJournal = defineRoute({
  method: 'GET',
  path: '/journal',
  group: 'journal',
  summary: 'Reads the timeline of all planes.',
  isEarly: true,
  query: z.strictObject({
    ...filters,
    limit: wholeNumber(1, maxEntries).optional().describe(`At most so many entries; ${usualEntries} when absent.`),
  }),
  answer,
  example: '"$URL/journal?plane=kmip&level=info&limit=3"',
  run: (context, { query: { after, limit, ...simple } }) => find(context, patternOf(simple), after, limit),
});

export const queryJournal = defineRoute({
  method: 'POST',
  path: '/journal/query',
  group: 'journal',
  summary: 'Finds the entries that fit a pattern.',
  isEarly: true,
  body: z.strictObject({
    match: pattern,
    after: z.number().int().min(0).optional().describe('Only entries behind this seq.'),
    limit: z
      .number()
      .int()
      .min(1)
      .max(maxEntries)
      .optional()
      .describe(`At most so many entries; ${usualEntries} when absent.`),
  }),
  answer,
  example: `"$URL/journal/query" --json '{"match": {"event": "kmip.listening", "data.port": {"gt": 0}}}'`,
  run: (context, { body: { match, after, limit } }) => find(context, match, after, limit),
});

const maxStreams = 32;

export const streamJournal = defineRoute({
  method: 'GET',
  path: '/journal/stream',
  group: 'journal',
  summary: 'Follows the timeline as server-sent events.',
  about:
    'Each entry is an event `entry` with its seq as the id: a client that comes back with `Last-Event-ID` misses nothing that the timeline still has. When it has forgotten some, an event `gap` says which: `{ from, to }`. A slow reader is not waited for; nothing is kept for it but its place.',
  isEarly: true,
  query: z.strictObject(filters),
  answer: { contentType: 'text/event-stream; charset=utf-8', about: 'Events until the client or the lab ends.' },
  refusals: ['ERR_LIMIT'],
  example: '"$URL/journal/stream?event=vcenter.*" --max-time 1 || true',
  run({ journal, streams }, { query: { after, ...simple }, lastEventId }) {
    if (streams.size >= maxStreams) {
      throw new KeyrigError('ERR_LIMIT', `${maxStreams} clients follow the timeline already`);
    }
    if (lastEventId !== undefined && !/^\d{1,15}$/.test(lastEventId)) {
      throw new KeyrigError('ERR_OPTION', 'Last-Event-ID is not the seq of an entry');
    }
    const begin = lastEventId === undefined ? (after ?? 0) : Number(lastEventId);
    const stream = new JournalStream(journal, { pattern: patternOf(simple), after: begin });
    streams.add(stream);
    stream.once('close', () => streams.delete(stream));
    return stream;
  },
});
