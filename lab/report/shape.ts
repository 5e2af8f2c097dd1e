import { z } from 'zod';
import { timelineSchema } from './timeline-shape.ts';

/** The version of the JSON report; it grows when a reader of the old shape would misread the new one. */
export const reportVersion = 1;

const milliseconds = z.number().describe('Real time it took.');
const count = z.number().int().min(0);

const socketSchema = z.strictObject({
  from: z.string().describe('Who opened it.'),
  client: z.string().optional().describe('Its address and port; absent where no connection came about.'),
  to: z.string(),
  server: z.string().describe('Address and port.'),
  about: z.string().optional().describe('What the handshake agreed on, or why there is no connection.'),
});

const originSchema = z
  .strictObject({
    why: z.string().describe('What went wrong first.'),
    message: z.string().optional().describe('The message it happened in.'),
    socket: socketSchema.optional(),
    entry: z.number().int().optional().describe('seq of the entry of the timeline that says so.'),
  })
  .describe('Which message on which socket made the step fail.');

const reasons = {
  origin: originSchema.optional(),
  hints: z.array(z.string()).optional().describe('What else there is to know about a step that failed.'),
  chains: z
    .array(z.array(z.string()))
    .describe('For each task that failed meanwhile: the lines of the tree from the task to its cause on any plane.'),
  chainEntries: z
    .array(z.array(z.number().int()))
    .optional()
    .describe('For each line of chains: seq of its entry of the timeline.'),
};

export const stepSchema = z
  .strictObject({
    section: z.enum(['steps', 'verify', 'cleanup']),
    number: z.number().int().describe('Counted from 1 within its section.'),
    id: z.string().optional(),
    verb: z.string().describe('What it does; "journal" for a check of the timeline.'),
    title: z.string(),
    line: z.number().int().describe('Where it stands in the file, counted from 1.'),
    column: z.number().int(),
    status: z.enum(['passed', 'failed', 'skipped']),
    milliseconds,
    clockMilliseconds: z.number().describe("Time that passed on the lab's clock."),
    problem: z.string().optional().describe('Why it failed.'),
    attempts: z.number().int().optional().describe('How often it was tried, where "retry" or "within" allow that.'),
    ...reasons,
  })
  .describe('A step, or a line of verify.');

const faultSchema = z.strictObject({
  id: z.string(),
  at: z.string().describe('The fault point.'),
  matched: count.describe('How many calls its match fitted.'),
  fired: count.describe('How often it fired; 0: it changed nothing.'),
});

export const attemptSchema = z
  .strictObject({
    status: z
      .enum(['passed', 'failed', 'error'])
      .describe('error: keyrig itself could not run it, or the process it ran in ended.'),
    seed: z.string().optional().describe('Absent when the process ended before it had told.'),
    milliseconds,
    problem: z.string().optional().describe('Why it ended outside of any step.'),
    start: z.strictObject(reasons).optional().describe('What the timeline tells of a lab that did not start.'),
    steps: z.array(stepSchema),
    notes: z
      .array(z.string())
      .optional()
      .describe('What failed nothing but is worth knowing: faults that never fired, calls that nobody served.'),
    faults: z.array(faultSchema).optional().describe('What could go wrong, and how often it did.'),
    timeline: timelineSchema.optional().describe('Only where it was asked for: --timeline, or the HTML report.'),
  })
  .describe('One run of a scenario in a lab of its own.');

const scenarioSchema = z.strictObject({
  name: z.string(),
  description: z.string().optional(),
  cell: z
    .record(z.string(), z.string())
    .optional()
    .describe('The values of its axes as text, when the file has a matrix.'),
  tags: z.array(z.string()),
  status: z
    .enum(['passed', 'failed', 'flaky', 'skipped', 'error'])
    .describe('flaky: it passed, but not at the first attempt.'),
  reason: z.string().optional().describe('Why it was skipped.'),
  replay: z.string().describe('The command line that runs it again with the seed of its last attempt.'),
  attempts: z.array(attemptSchema).describe('In the order they were made; the last one decides. Empty when skipped.'),
});

const summarySchema = z.strictObject({
  scenarios: count,
  passed: count,
  failed: count,
  flaky: count,
  skipped: count,
  error: count,
});

/** What `keyrig run` knows when it ends: the source of every other form, and what `keyrig merge` reads. */
export const reportSchema = z
  .strictObject({
    keyrigReport: z.literal(reportVersion).describe('The version of this shape.'),
    keyrig: z.string().describe('The version of keyrig that ran.'),
    started: z.iso.datetime(),
    milliseconds,
    shard: z
      .strictObject({ index: z.number().int().min(1), count: z.number().int().min(1) })
      .optional()
      .describe('The part of all scenarios that this report is about; absent when it is about all of them.'),
    summary: summarySchema,
    exitCode: z.number().int().describe('0 all passed, 1 a scenario failed, 3 one could not be run.'),
    problems: z
      .array(z.string())
      .describe('What is wrong with the report as a whole, such as a shard that is missing.'),
    files: z.array(
      z.strictObject({ file: z.string(), scenarios: z.array(scenarioSchema) }).describe('Sorted by path.'),
    ),
  })
  .describe('A report of keyrig run');

export type Report = z.infer<typeof reportSchema>;
export type FileReport = Report['files'][number];
export type ScenarioReport = z.infer<typeof scenarioSchema>;
export type AttemptReport = z.infer<typeof attemptSchema>;
export type StepOrigin = z.infer<typeof originSchema>;
export type Reasons = Pick<z.infer<typeof stepSchema>, keyof typeof reasons>;
export type StepReport = z.infer<typeof stepSchema>;
export type Summary = z.infer<typeof summarySchema>;

/** The JSON Schema (2020-12) of JSON reports. */
export function reportJsonSchema(): object {
  return { title: 'keyrig report, version 1', ...z.toJSONSchema(reportSchema, { reused: 'ref' }) };
}
