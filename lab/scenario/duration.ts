import { z } from 'zod';

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A unit of time, as people write it behind a number. */
export type TimeUnit = keyof typeof units;

const grammar = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** How a duration is written, for messages. */
export const durationForm = 'a duration such as 500ms, 30s, 5m, 2h or 1d';

/** A duration in ms: `500ms`, `30s`, `5m`, `2h`, `1d`; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit] = grammar.exec(text) ?? [];
  return unit === undefined ? undefined : Number(number) * units[unit as TimeUnit];
}

/**
 * A duration in a scenario file: text with a unit, or a plain number of `unit`. Validation gives a number of `unit`, which is
 * itself valid, so that a value can be read twice.
 */
export function durationIn(unit: TimeUnit): z.ZodType<number> {
  return z.union([
    z.number().min(0),
    z
      .string()
      .regex(grammar, `expected ${durationForm}`)
      .transform((text) => (parseDuration(text) ?? 0) / units[unit]),
  ]);
}
