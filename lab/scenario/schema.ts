import { z } from 'zod';
import { answerCorruptions, faultPoints, type Json, type JsonObject, wireCorruptions } from '../../core/index.ts';
import { verbs } from '../verbs/index.ts';
import { worldSchema } from '../world/schema.ts';

const json = z.json() as z.ZodType<Json>;

const pattern = json.describe(
  'What must be true of the result: plain values, or the assertions equals, contains, matches, exists, oneOf, gt, gte, lt, lte, between, length, not, all, any.',
);

const identifier = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*$/, 'a letter, then letters, digits, "_" or "-"');

const common = {
  id: identifier.optional().describe('A short name for reports.'),
  name: z.string().optional().describe('What the step does, in words; printed while it runs.'),
  expect: pattern.optional(),
  capture: z
    .record(identifier, z.string())
    .optional()
    .describe('Variables for later steps: name → path into the result, "." for all of it.'),
};

/** A step after validation; `with` was checked against the verb's own schema. */
export interface Step {
  id?: string;
  name?: string;
  do: string;
  with?: JsonObject;
  expect?: Json;
  capture?: Record<string, string>;
}

/** A step: one branch for each verb, so that an editor completes what the verb takes. */
const stepSchema = z.discriminatedUnion(
  'do',
  verbs.map((verb) =>
    z
      .strictObject({
        ...common,
        do: z.literal(verb.name).describe(verb.summary),
        // What can be empty can be left out.
        with: verb.with.safeParse({}).success ? verb.with.optional() : verb.with,
      })
      .describe(verb.summary),
  ) as unknown as [z.ZodObject, ...z.ZodObject[]],
) as unknown as z.ZodType<Step>;

const calls = z.number().int().min(1);

const faultSchema = z.strictObject({
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

const journalCheck = z.strictObject({
  name: z.string().optional(),
  journal: z.record(z.string(), json).describe('Pattern for entries of the timeline.'),
  count: pattern.optional().describe('How many entries fit; at least one when absent.'),
  after: identifier.optional().describe('Only entries recorded after the step with this id had begun.'),
  before: identifier.optional().describe('Only entries recorded before the step with this id began.'),
});

/** The whole of a scenario file, version 1. */
export const scenarioSchema = z
  .strictObject({
    scenario: z.literal(1).describe('The version of the scenario language.'),
    name: z.string().min(1),
    description: z.string().optional().describe('One line that tells the story.'),
    tags: z.array(z.string()).optional(),
    seed: z
      .union([z.string(), z.number()])
      .optional()
      .describe('Everything random is drawn from it; printed with the result.'),
    clock: z
      .union([z.enum(['real', 'manual']), z.strictObject({ scaled: z.number().positive() })])
      .optional()
      .describe('manual (default): time passes only while a step waits. real, or scaled: so many times as fast.'),
    world: worldSchema.optional().describe('What exists before the first step.'),
    faults: z.array(faultSchema).optional().describe('What goes wrong, attached before any socket listens.'),
    steps: z.array(stepSchema).optional(),
    verify: z
      .array(z.union([journalCheck, stepSchema]))
      .optional()
      .describe('What must be true at the end.'),
  })
  .describe('A keyrig scenario');

export type Scenario = z.infer<typeof scenarioSchema>;
export type JournalCheck = z.infer<typeof journalCheck>;
