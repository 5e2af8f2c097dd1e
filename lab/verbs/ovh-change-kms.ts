import { z } from 'zod';
import { callAndFollow } from './follow-task.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const ovhChangeKms = defineVerb({
  name: 'ovh.changeKms',
  summary:
    'Changes thumbprint and description of a KMS at OVHcloud and follows the task. Result: { task, progress }, or { fault }.',
  with: z.strictObject({
    serviceName: z.string().optional().describe('The service of the vCenter when absent.'),
    kmsId: named.kmsId,
    sslThumbprint: named.sslThumbprint,
    description: named.kmsDescription,
    untilDescription: z.string().optional().describe('Stop waiting when the task shows this description.'),
    withinSeconds: z.number().positive().default(3_600).describe("Give up waiting after this time of the lab's clock."),
  }),
  run(context, { serviceName = context.lab.serviceName, kmsId, sslThumbprint, description, ...until }) {
    const path = `/vmEncryption/kms/${kmsId}/changeProperties`;
    const parameters = { sslThumbprint, ...(description !== undefined && { description }) };
    return callAndFollow(context, serviceName, { method: 'POST', path, parameters }, until);
  },
});
