import { z } from 'zod';
import type { Json } from '../../core/index.ts';
import { json } from '../scenario/values.ts';

/** A whole number as a query writes it. */
export function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.number().int().min(min).max(max));
}

/** Nesting of JSON that is worth reading. */
export const maxDepth = 64;

/** Whether JSON nests more deeply than anybody means. */
export function isTooDeep(value: unknown, depth = maxDepth): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((member) => isTooDeep(member, depth - 1));
}

/** Regular expressions in a pattern that cannot be read. */
function badExpressions(pattern: unknown): string[] {
  if (typeof pattern !== 'object' || pattern === null) return [];
  return Object.entries(pattern).flatMap(([key, member]) => {
    if (key !== 'matches' || typeof member !== 'string') return badExpressions(member);
    try {
      new RegExp(member, 'u');
      return [];
    } catch {
      return [member];
    }
  });
}

/** A pattern of the one language for faults, queries and expectations; see core/match.ts. */
export const pattern = json
  .refine((value) => badExpressions(value).length === 0, 'a regular expression in it cannot be read')
  .describe('A pattern, as in match, expect and verify of scenarios.') as z.ZodType<Json>;

export const isoTime = z.iso.datetime();
