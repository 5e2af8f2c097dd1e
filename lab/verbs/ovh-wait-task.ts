import { z } from 'zod';
import { followTask } from './follow-task.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const ovhWaitTask = defineVerb({
  name: 'ovh.waitTask',
  summary:
    'Polls a task every two seconds, as the control panel does, until it ends or shows the description. Result: { task, progress: every progress seen }.',
  with: z.strictObject({
    serviceName: z.string().describe('Name of the service.'),
    taskId: named.taskId,
    untilDescription: z.string().optional().describe('Stop waiting when the task shows this description.'),
    withinSeconds: z.number().positive().default(3_600).describe("Give up after this time of the lab's clock."),
  }),
  run: (context, { serviceName, taskId, ...until }) => followTask(context, { serviceName, taskId }, until),
});
