import { z } from 'zod';
import { taskActions } from '../../ovh-api-mock/index.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const ovhSteerTask = defineVerb({
  name: 'ovh.steerTask',
  summary:
    'Somebody at OVHcloud takes a hand in a task: lets it advance by one stage, complete, fail, be cancelled, or be fixed by support until it is told to advance. Result: { taskId, name, state, progress, description }.',
  with: z.strictObject({
    taskId: named.taskId,
    action: z.enum(taskActions).describe('What is done to the task.'),
    description: z.string().optional().describe('What the task shows in state error, canceled or fixing.'),
  }),
  async run({ lab }, { taskId, action, description: given }) {
    const { name, state, progress, description } = await lab.steerTask(taskId, action, given);
    return { taskId, name, state, progress, description };
  },
});
