import { z } from 'zod';
import type { Json, JsonObject } from '../../core/index.ts';
import { verbs } from '../verbs/index.ts';
import { worldSchema } from '../world/schema.ts';
import { durationIn } from './duration.ts';
import { faultSchema } from './fault-schema.ts';
import { identifier, json } from './values.ts';

const pattern = json.describe(
  'What must be true of the result: plain values, or the assertions equals, contains, matches, exists, oneOf, gt, gte, lt, lte, between, length, not, all, any.',
);

/** What every step and check can have to wait for what it expects. */
const patience = {
  retry: z
    .strictObject({
      times: z.number().int().min(1).max(10_000).optional().describe('How often at most; without end when absent.'),
      every: durationIn('ms').optional().describe('How long to wait before the next attempt; 1s when absent.'),
    })
    .optional()
    .describe('Try again until the expectation holds.'),
  within: durationIn('ms')
    .optional()
    .describe("Try again until the expectation holds, for this time of the lab's clock at most."),
};

const common = {
  id: identifier.optional().describe('A short name for reports.'),
  name: z.string().optional().describe('What the step does, in words; printed while it runs.'),
  expect: pattern.optional(),
  capture: z
    .record(identifier, z.string())
    .optional()
    .describe('Variables for later steps: name → path into the result, "." for all of it.'),
  ...patience,
};

/** A step after validation; `with` was checked against the verb's own schema. */
export interface Step {
  id?: string;
  name?: string;
  do: string;
  with?: JsonObject;
  expect?: Json;
  capture?: Record<string, string>;
  retry?: { times?: number; every?: number };
  /** ms */
  within?: number;
}

/** Asked of the declaration where that tells all: to try it out makes zod compile each verb's schema at every start. */
function canBeEmpty(input: z.ZodType): boolean {
  if (!(input instanceof z.ZodObject) || input.def.checks?.length) return input.safeParse({}).success;
  return Object.values(input.shape).every((member) => (member as z.ZodType)._zod.optin !== undefined);
}

/** A step: one branch for each verb, so that an editor completes what the verb takes. Made when a file has steps. */
const stepSchema = z.lazy(() =>
  z.discriminatedUnion(
    'do',
    verbs.map((verb) =>
      z
        .strictObject({
          ...common,
          do: z.literal(verb.name).describe(verb.summary),
          // What can be empty can be left out.
          with: (canBeEmpty(verb.with) ? verb.with.optional() : verb.with).describe(`What ${verb.name} is told.`),
        })
        .describe(verb.summary),
    ) as unknown as [z.ZodObject, ...z.ZodObject[]],
  ),
) as unknown as z.ZodType<Step>;

const journalCheck = z.strictObject({
  name: z.string().optional().describe('What must be true, in words; printed with the result.'),
  journal: z.record(z.string(), json).describe('Pattern for entries of the timeline.'),
  count: pattern.optional().describe('How many entries fit; at least one when absent.'),
  after: identifier.optional().describe('Only entries recorded after the step with this id had begun.'),
  before: identifier.optional().describe('Only entries recorded before the step with this id began.'),
  ...patience,
});

/** The variables of a file. */
export const varsSchema = z
  .record(identifier, json)
  .describe(
    'Names for values: a reference ($, then {name}) stands for them everywhere; --var name=value replaces one.',
  );

/** The axes of a file that is run once for each combination. */
export const matrixSchema = z
  .object({
    exclude: z
      .array(z.record(z.string(), json))
      .optional()
      .describe('Combinations to leave out: those that have all of these values.'),
  })
  .catchall(z.array(json).min(1))
  .describe(
    'Axes, name → values: one run, in a lab of its own, for each combination. A reference ($, then {name}) stands for the value.',
  );

/** The whole of a scenario file, version 1. */
export const scenarioSchema = z
  .strictObject({
    scenario: z.literal(1).describe('The version of the scenario language.'),
    name: z.string().min(1).describe('What reports call it.'),
    description: z.string().optional().describe('One line that tells the story.'),
    tags: z
      .array(z.string())
      .optional()
      .describe('Words to select by (--tag). With the tag "only" nothing else is run.'),
    seed: z
      .union([z.string(), z.number()])
      .optional()
      .describe('Everything random is drawn from it; printed with the result.'),
    clock: z
      .union([
        z.enum(['real', 'manual']),
        z.strictObject({ scaled: z.number().positive().describe('So many times as fast as real time.') }),
      ])
      .optional()
      .describe('manual (default): time passes only while a step waits. real, or scaled: so many times as fast.'),
    strict: z
      .boolean()
      .optional()
      .describe('Fail when a fault never fired, or a call came that keyrig does not serve; else these are notes.'),
    vars: varsSchema.optional(),
    matrix: matrixSchema.optional(),
    use: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe('Files, relative to this one, whose world, faults and vars this file builds on.'),
    world: worldSchema.optional().describe('What exists before the first step.'),
    faults: z.array(faultSchema).optional().describe('What goes wrong, attached before any socket listens.'),
    steps: z.array(stepSchema).optional().describe('What is done, one after the other; the first failure ends it.'),
    verify: z
      .array(z.union([journalCheck, stepSchema]))
      .optional()
      .describe('What must be true at the end.'),
    cleanup: z
      .array(stepSchema)
      .optional()
      .describe('Steps that run at the end whatever came before: after a failure and when time is up, too.'),
  })
  .describe('A keyrig scenario');

/** The part of a step that its input has no say in. */
export const patienceSchema = z.object(patience);

export type Scenario = z.infer<typeof scenarioSchema>;
export type JournalCheck = z.infer<typeof journalCheck>;
