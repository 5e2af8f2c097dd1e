import { z } from 'zod';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const ovhMoveMaintenance = defineVerb({
  name: 'ovh.moveMaintenance',
  summary: 'Asks OVHcloud to begin a planned maintenance at another time. Result: { body: the task }, or { fault }.',
  with: z.strictObject({
    serviceName: z.string().optional().describe('The service of the vCenter when absent.'),
    taskId: named.taskId,
    inMinutes: z.number().describe("From now on the lab's clock."),
  }),
  async run({ lab, clients }, { serviceName = lab.serviceName, taskId, inMinutes }) {
    const executionDate = new Date(lab.runtime.clock.now() + inMinutes * 60_000).toISOString();
    const path = `/dedicatedCloud/${serviceName}/task/${taskId}/changeMaintenanceExecutionDate`;
    return { ...(await clients.ovh.call('POST', path, { executionDate })) };
  },
});
