import { z } from 'zod';
import { durationIn } from '../scenario/duration.ts';
import { defineVerb } from './verb.ts';

export const clockAdvance = defineVerb({
  name: 'clock.advance',
  summary: 'Lets time pass: everything that falls due happens before the next step.',
  with: z.strictObject({
    seconds: durationIn('s').describe('How much time passes: seconds, or a duration such as 5m.'),
  }),
  async run({ lab, pass }, { seconds }) {
    await pass(seconds * 1_000);
    return { now: new Date(lab.runtime.clock.now()).toISOString() };
  },
});
