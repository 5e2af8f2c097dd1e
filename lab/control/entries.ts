import { z } from 'zod';
import type { JournalEntry, Json, JsonObject, Level, Plane } from '../../core/index.ts';
import { wholeNumber } from './values.ts';

const planes = ['ovh', 'vcenter', 'kmip', 'gateway', 'lab'] as const satisfies readonly Plane[];
const levels = ['debug', 'info', 'warn', 'error'] as const satisfies readonly Level[];

/** An entry of the timeline. */
export const entrySchema = z
  .strictObject({
    seq: z.number().int().min(1).describe('1, 2, 3 … in order of recording.'),
    time: z.number().describe("ms since the epoch, on the lab's clock."),
    plane: z.enum(planes),
    event: z.string().describe('The stable dotted name of what happened.'),
    level: z.enum(levels),
    text: z.string(),
    data: z.record(z.string(), z.unknown()).optional(),
    cause: z
      .number()
      .int()
      .optional()
      .describe('The seq of the entry that led to this one, when the same plane knows it.'),
    opens: z.string().optional().describe('This entry stands for one end of the connection with this key.'),
    link: z.string().optional().describe('The key of the connection whose other end led to this entry.'),
  })
  .meta({ id: 'JournalEntry' });

/** The simple filters of the timeline. */
export const filters = {
  plane: z.enum(planes).optional().describe('Only what this plane says.'),
  event: z
    .string()
    .regex(/^[A-Za-z][\w.-]*\*?$/, 'expected the name of an event, or its beginning and "*"')
    .max(100)
    .optional()
    .describe('Only entries with this event; `kmip.*` stands for all that begin so.'),
  level: z.enum(levels).optional().describe('Only entries of this level or a graver one.'),
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional().describe('Only entries behind this seq.'),
};

/** The pattern that the simple filters stand for; undefined when all entries fit. */
export function patternOf({ plane, event, level }: { plane?: Plane; event?: string; level?: Level }): Json | undefined {
  const wanted: Record<string, JsonObject[string]> = {};
  if (plane !== undefined) wanted.plane = plane;
  if (event !== undefined) {
    const begin = event.slice(0, -1).replaceAll('.', '\\.');
    wanted.event = event.endsWith('*') ? { matches: `^${begin}` } : event;
  }
  if (level !== undefined && level !== 'debug') wanted.level = { oneOf: levels.slice(levels.indexOf(level)) };
  return Object.keys(wanted).length === 0 ? undefined : wanted;
}

/** An entry as JSON shows it. */
export function shown(entry: JournalEntry): z.infer<typeof entrySchema> {
  return { ...entry };
}
