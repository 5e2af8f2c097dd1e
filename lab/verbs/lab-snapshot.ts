import { z } from 'zod';
import { defineVerb } from './verb.ts';

/** What a snapshot is called when nothing is said. */
export const usualSnapshot = 'snapshot';

export const labSnapshot = defineVerb({
  name: 'lab.snapshot',
  summary:
    'Keeps the whole lab as it is now under a name: its state, its clock, what is due, and the counters of its faults.',
  with: z.strictObject({
    name: z.string().min(1).default(usualSnapshot).describe('One of the same name is replaced.'),
  }),
  async run({ lab }, { name }) {
    await lab.keep(name);
    return { name, time: new Date(lab.runtime.clock.now()).toISOString() };
  },
});
