import { z } from 'zod';
import { isJsonObject, type Json } from '../../core/index.ts';
import { defineVerb } from './verb.ts';

/** The control panel polls every two seconds (documented in its source). */
const pollMilliseconds = 2_000;
const finalStates = new Set(['done', 'error', 'canceled']);

export const ovhWaitTask = defineVerb({
  name: 'ovh.waitTask',
  summary:
    'Polls a task every two seconds, as the control panel does, until it ends or shows the description. Result: { task, progress: every progress seen }.',
  with: z.strictObject({
    serviceName: z.string(),
    taskId: z.number().int(),
    untilDescription: z.string().optional().describe('Stop waiting when the task shows this description.'),
    withinSeconds: z.number().positive().default(3_600).describe("Give up after this time of the lab's clock."),
  }),
  async run({ lab, clients, pass }, { serviceName, taskId, untilDescription, withinSeconds }) {
    const deadline = lab.runtime.clock.now() + withinSeconds * 1_000;
    const progress: Json[] = [];
    for (;;) {
      const answer = await clients.ovh.call('GET', `/dedicatedCloud/${serviceName}/task/${taskId}`);
      if ('fault' in answer) return { ...answer };
      const task = isJsonObject(answer.body) ? answer.body : {};
      if (progress.at(-1) !== task.progress) progress.push(task.progress ?? null);
      const described = untilDescription !== undefined && task.description === untilDescription;
      if (finalStates.has(String(task.state)) || described || lab.runtime.clock.now() >= deadline)
        return { task, progress };
      await pass(pollMilliseconds);
    }
  },
});
