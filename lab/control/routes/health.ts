import { z } from 'zod';
import { KeyrigError } from '../../../core/index.ts';
import { clockState, labState, stateSchema } from '../lab-state.ts';
import { defineRoute } from '../route.ts';
import { isoTime } from '../values.ts';

export const health = defineRoute({
  method: 'GET',
  path: '/health',
  group: 'lab',
  summary: 'Tells that the process answers.',
  isOpen: true,
  isEarly: true,
  answer: z.strictObject({
    status: z.literal('ok'),
    seed: z.string().describe('Everything random is drawn from it.'),
    time: isoTime.describe("The lab's clock."),
  }),
  example: '"$URL/health"',
  run: ({ lab }) => ({ status: 'ok' as const, seed: lab.runtime.random.seed, time: clockState(lab).time }),
});

export const ready = defineRoute({
  method: 'GET',
  path: '/ready',
  group: 'lab',
  summary: 'Tells that the world is loaded and every port accepts.',
  about: 'The file holds the ready line with all credentials; only the user of the lab can read it. `keyrig env` does.',
  isOpen: true,
  isEarly: true,
  answer: z.strictObject({
    ready: z.literal(true),
    file: z.string().optional().describe('Path of the file with the ready line, on the machine of the lab.'),
  }),
  refusals: ['ERR_NOT_READY'],
  example: '"$URL/ready"',
  run({ isReady, readyFile }) {
    if (!isReady) throw new KeyrigError('ERR_NOT_READY', 'the lab is not ready yet');
    return { ready: true as const, ...(readyFile !== undefined && { file: readyFile }) };
  },
});

export const state = defineRoute({
  method: 'GET',
  path: '/state',
  group: 'lab',
  summary:
    'Tells what the lab is now: planes, addresses, virtual machines with their encryption, tasks. Never a secret.',
  answer: stateSchema,
  example: '"$URL/state"',
  run: ({ lab }) => labState(lab),
});
