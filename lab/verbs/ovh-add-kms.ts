import { z } from 'zod';
import { callAndFollow } from './follow-task.ts';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const ovhAddKms = defineVerb({
  name: 'ovh.addKms',
  summary: 'Registers a KMS at OVHcloud and follows the task. Result: { task, progress, kmsId }, or { fault }.',
  with: z.strictObject({
    serviceName: z.string().optional().describe('The service of the vCenter when absent.'),
    ip: z.string().describe('Address of the KMS.'),
    sslThumbprint: named.sslThumbprint,
    description: named.kmsDescription,
    untilDescription: z.string().optional().describe('Stop waiting when the task shows this description.'),
    withinSeconds: z.number().positive().default(3_600).describe("Give up waiting after this time of the lab's clock."),
  }),
  async run(context, { serviceName = context.lab.serviceName, ip, sslThumbprint, description, ...until }) {
    const path = '/vmEncryption/kms';
    const parameters = { ip, sslThumbprint, ...(description !== undefined && { description }) };
    const followed = await callAndFollow(context, serviceName, { method: 'POST', path, parameters }, until);
    if ('fault' in followed) return followed;
    // The task does not tell the id (spec 1.3); the newest entry has the highest.
    const list = await context.clients.ovh.call('GET', `/dedicatedCloud/${serviceName}${path}`);
    const ids = 'body' in list && Array.isArray(list.body) ? list.body.map(Number) : [];
    return { ...followed, kmsId: ids.length > 0 ? Math.max(...ids) : null };
  },
});
