import { z } from 'zod';
import { usualSnapshot } from './lab-snapshot.ts';
import { defineVerb } from './verb.ts';

export const labRestore = defineVerb({
  name: 'lab.restore',
  summary: 'Makes the lab what it was when lab.snapshot kept it, as often as one likes. The timeline goes on.',
  with: z.strictObject({ name: z.string().min(1).default(usualSnapshot).describe('What lab.snapshot called it.') }),
  async run({ lab }, { name }) {
    await lab.restoreKept(name);
    return { name, time: new Date(lab.runtime.clock.now()).toISOString() };
  },
});
