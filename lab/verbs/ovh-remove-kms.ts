import { z } from 'zod';
import { callAndFollow } from './follow-task.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const ovhRemoveKms = defineVerb({
  name: 'ovh.removeKms',
  summary: 'Removes a KMS at OVHcloud and follows the task. Result: { task, progress }, or { fault }.',
  with: z.strictObject({
    serviceName: z.string().optional().describe('The service of the vCenter when absent.'),
    kmsId: named.kmsId,
    untilDescription: z.string().optional().describe('Stop waiting when the task shows this description.'),
    withinSeconds: z.number().positive().default(3_600).describe("Give up waiting after this time of the lab's clock."),
  }),
  run(context, { serviceName = context.lab.serviceName, kmsId, ...until }) {
    return callAndFollow(context, serviceName, { method: 'DELETE', path: `/vmEncryption/kms/${kmsId}` }, until);
  },
});
