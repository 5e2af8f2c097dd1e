import { type Clock, createRealClock } from './clock.ts';
import { FaultEngine } from './faults/engine.ts';
import type { FaultRule } from './faults/rule.ts';
import { Journal } from './journal.ts';
import { createRandom, type Random } from './random.ts';

/** What a plane needs from outside, built once for a lab and handed down. */
export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  readonly faults: FaultEngine;
}

/** Builds a runtime: a real clock, a fresh seed, an empty journal and no faults unless told otherwise. */
export function createRuntime(
  options: {
    clock?: Clock;
    seed?: string;
    faults?: readonly FaultRule[];
    journalLimit?: number;
    /** `seq` of the last entry of a timeline that goes on here. */
    journalAfter?: number;
  } = {},
): Runtime {
  const clock = options.clock ?? createRealClock();
  const random = createRandom(options.seed);
  const journal = new Journal(clock, options.journalLimit, options.journalAfter);
  return { clock, random, journal, faults: new FaultEngine({ clock, random, journal }, options.faults) };
}
