import { z } from 'zod';
import { answerCorruptions, faultPoints, wireCorruptions } from '../../core/index.ts';
import { identifier, json } from './values.ts';

const calls = z.number().int().min(1);

/** A fault as scenario files and the control API write it; see `FaultRule` in core. */
export const faultSchema = z.strictObject({
  id: identifier.describe('The name under which the timeline speaks of this fault.'),
  at: z
    .enum(Object.keys(faultPoints) as [keyof typeof faultPoints, ...(keyof typeof faultPoints)[]])
    .describe('Where the fault strikes.'),
  match: z.record(z.string(), json).optional().describe('Which calls it concerns; the same patterns as in expect.'),
  when: z
    .strictObject({
      calls: z
        .union([calls, z.array(calls), z.strictObject({ from: calls.optional(), to: calls.optional() })])
        .optional()
        .describe('Which of the matching calls, counted from 1.'),
      every: calls.optional().describe('Every n-th matching call.'),
      probability: z.number().min(0).max(1).optional().describe('With this probability, drawn from the seed.'),
      after: z.number().min(0).optional().describe("Not before this many ms of the lab's clock."),
      until: z.number().min(0).optional().describe("Not after this many ms of the lab's clock."),
      per: z
        .union([z.string(), z.array(z.string())])
        .optional()
        .describe('Count apart for each value at this path.'),
    })
    .optional(),
  then: z
    .strictObject({
      kmip: z
        .strictObject({ reason: z.string(), message: z.string().optional() })
        .optional()
        .describe('The KMIP item fails with this result reason and message.'),
      reset: z.union([z.literal(true), z.strictObject({ afterBytes: z.number().int().min(0) })]).optional(),
      close: z.union([z.literal(true), z.strictObject({ afterBytes: z.number().int().min(0) })]).optional(),
      hang: z.literal(true).optional(),
      corrupt: z
        .enum([...answerCorruptions, ...wireCorruptions])
        .optional()
        .describe(
          'kmip.response: the answer has a wrong length, item type, tag, version or batch item id. vcenter.vmotion: a bit is flipped, a packet comes twice, two packets change places.',
        ),
      vim: z.strictObject({ type: z.string(), message: z.string() }).optional(),
      ovh: z
        .strictObject({
          status: z.number().int().optional(),
          errorCode: z.string().optional(),
          message: z.string().optional(),
          taskState: z.enum(['error', 'canceled', 'fixing']).optional(),
        })
        .optional(),
      delay: z.number().min(0).optional().describe("Wait this many ms of the lab's clock first."),
    })
    .describe('What happens: exactly one action, optionally with a delay.'),
});
