import { z } from 'zod';
import type { Json } from '../../core/index.ts';

/** Any JSON value. */
export const json = z.json() as z.ZodType<Json>;

/** A name that people give to a step, a fault or a variable. */
export const identifier = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'expected a name: a letter, then letters, digits, "_" or "-"');
