import { z } from 'zod';
import { KeyrigError } from '../../../core/index.ts';
import { durationIn } from '../../scenario/duration.ts';
import { clockState, stateSchema } from '../lab-state.ts';
import { refusing } from '../refusals.ts';
import { defineRoute } from '../route.ts';

const clock = stateSchema.shape.clock;

const hour = 3_600_000;
const longest = 31 * 24 * hour;

export const readClock = defineRoute({
  method: 'GET',
  path: '/clock',
  group: 'clock',
  summary: "Reads the lab's clock, which all planes share.",
  isEarly: true,
  answer: clock,
  example: '"$URL/clock"',
  run: ({ lab }) => clockState(lab),
});

export const advanceClock = defineRoute({
  method: 'POST',
  path: '/clock/advance',
  group: 'clock',
  summary: 'Lets time pass on a manual clock, and answers when all that fell due on the way is over.',
  about:
    'A lab has a manual clock when it is started with `--clock manual`. Real and scaled clocks move by themselves.',
  body: z.strictObject({
    by: durationIn('ms')
      .refine((ms) => ms <= longest, 'expected at most 31 days')
      .describe('How long: `90s`, `30m`, `2h`, or a number of ms; at most 31 days at once.'),
  }),
  answer: clock,
  refusals: ['ERR_CONFLICT'],
  example: `"$URL/clock/advance" --json '{"by": "5m"}'`,
  async run({ lab, stopping }, { body: { by } }) {
    const { mode } = lab.runtime.clock;
    if (mode !== 'manual') {
      throw new KeyrigError('ERR_CONFLICT', `the clock is ${mode}: only a manual one is advanced (--clock manual)`);
    }
    await refusing({ ERR_OPTION: 'ERR_CONFLICT' }, async () => {
      // In parts, so that a lab which stops is not kept.
      for (let left = by; left > 0 && !stopping.aborted; left -= hour) await lab.advance(Math.min(left, hour));
    });
    return clockState(lab);
  },
});
