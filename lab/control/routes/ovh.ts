import { z } from 'zod';
import { KeyrigError } from '../../../core/index.ts';
import { taskActions } from '../../../ovh-api-mock/index.ts';
import { ovhTasks, taskSchema, taskState } from '../lab-state.ts';
import { refusing } from '../refusals.ts';
import { defineRoute } from '../route.ts';
import { wholeNumber } from '../values.ts';

export const inbox = defineRoute({
  method: 'GET',
  path: '/ovh/inbox',
  group: 'ovh',
  summary: "Reads the phones and mailboxes of OVHcloud's customers in the lab, codes included.",
  answer: z.array(
    z.strictObject({
      time: z.number().describe("ms since the epoch, on the lab's clock."),
      kind: z.enum(['sms', 'mail']),
      to: z.string(),
      text: z.string(),
      code: z.string().optional().describe('The token or password that the message brings.'),
    }),
  ),
  example: '"$URL/ovh/inbox"',
  run: ({ lab }) => lab.messages.map((message) => ({ ...message })),
});

export const tasks = defineRoute({
  method: 'GET',
  path: '/ovh/tasks',
  group: 'ovh',
  summary: 'Lists the tasks of all services of the OVHcloud API.',
  answer: z.array(taskSchema),
  example: '"$URL/ovh/tasks"',
  run: ({ lab }) => ovhTasks(lab),
});

export const steerTask = defineRoute({
  method: 'POST',
  path: '/ovh/tasks/{taskId}',
  group: 'ovh',
  summary: 'Somebody at OVHcloud takes a hand in a task.',
  params: z.strictObject({ taskId: wholeNumber(0, Number.MAX_SAFE_INTEGER) }),
  body: z.strictObject({
    action: z.enum(taskActions),
    description: z.string().max(1_000).optional().describe('What the task says from then on.'),
  }),
  answer: taskSchema,
  refusals: ['ERR_NOTHING_FOUND', 'ERR_CONFLICT'],
  async run({ lab }, { params: { taskId }, body: { action, description } }) {
    if (!lab.ovhTasks.some((task) => task.taskId === taskId)) {
      throw new KeyrigError('ERR_NOTHING_FOUND', `there is no task ${taskId}`);
    }
    return taskState(await refusing({ ERR_OPTION: 'ERR_CONFLICT' }, () => lab.steerTask(taskId, action, description)));
  },
});
