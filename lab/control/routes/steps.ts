import { z } from 'zod';
import { KeyrigError } from '../../../core/index.ts';
import { stepSchema } from '../../report/shape.ts';
import { durationIn } from '../../scenario/duration.ts';
import { identifier } from '../../scenario/values.ts';
import { defineRoute } from '../route.ts';

/** Verbs that reach beyond the lab: they need a token, or else every user of the machine could act as this one. */
const farVerbs: ReadonlySet<string> = new Set(['exec', 'http']);

const usualMs = 60_000;
const longestMs = 600_000;

const step = z.record(z.string(), z.unknown());
const section = (what: string) => z.array(step).max(200).optional().describe(what);

const outcome = stepSchema
  .omit({ line: true, column: true })
  .extend({ result: z.record(z.string(), z.unknown()).optional().describe('What its verb has returned.') })
  .meta({ id: 'StepOutcome' });

export const runSteps = defineRoute({
  method: 'POST',
  path: '/steps',
  group: 'steps',
  summary: 'Does steps in this lab, as a scenario would, and tells what became of each.',
  about:
    'Steps are written as in a scenario file: `do`, `with`, `expect`, `capture`, `retry`, `within`; docs/verbs.md lists the verbs. After one that fails the others are skipped, but not the cleanup. On a manual clock time passes while a step waits. Secrets are written as `[redacted]`. `exec` and `http` reach beyond the lab and need a control API with a token.',
  body: z.strictObject({
    vars: z
      .record(identifier, z.json())
      .optional()
      .describe('What references in the steps stand for, beside what the lab is.'),
    steps: section('What to do, in order.'),
    verify: section('What must be true then: steps, and patterns of the timeline (`journal`).'),
    cleanup: section('What to do whatever came before.'),
    timeout: durationIn('ms')
      .refine((ms) => ms >= 1 && ms <= longestMs, 'expected at most 10 minutes')
      .optional()
      .describe('Real time that all of it may take; 60s when absent, at most 10m.'),
  }),
  answer: z.strictObject({
    status: z.enum(['passed', 'failed']),
    steps: z.array(outcome),
  }),
  refusals: ['ERR_SCENARIO', 'ERR_CONFLICT', 'ERR_FORBIDDEN'],
  example: `"$URL/steps" --json '{"steps": [{"do": "vcenter.vm", "with": {"vm": "web-1"}, "expect": {"encrypted": false}}]}'`,
  async run(context, { body: { timeout = usualMs, ...sections } }) {
    const { lab, hasToken } = context;
    const asked = [sections.steps, sections.verify, sections.cleanup].flatMap((steps = []) => steps);
    const far = asked.find((one) => farVerbs.has(String(one.do)));
    if (far && !hasToken) {
      throw new KeyrigError('ERR_FORBIDDEN', `${String(far.do)} reaches beyond the lab: it needs --control-token`);
    }
    // Verbs and their clients are loaded when somebody has steps.
    const [{ parseScenario }, run, { stepReport }] = await Promise.all([
      import('../../scenario/load.ts'),
      import('../../scenario/run.ts'),
      import('../../runner/step-report.ts'),
    ]);
    // JSON is YAML: the steps are read and checked exactly as in a file.
    const loaded = parseScenario(JSON.stringify({ scenario: 1, name: 'steps', ...sections }), 'steps');
    if ('problems' in loaded) {
      throw new KeyrigError('ERR_SCENARIO', loaded.problems.map(({ message }) => message).join('; '));
    }
    if (context.isStepping) throw new KeyrigError('ERR_CONFLICT', 'steps are running already');
    context.isStepping = true;
    try {
      const results = await run.runSteps(loaded.scenario, lab, timeout);
      const steps = results.map((one) => {
        const { line: _line, column: _column, ...report } = stepReport(one, loaded.places);
        return { ...report, result: one.result as Record<string, unknown> | undefined };
      });
      return {
        status: steps.every(({ status }) => status === 'passed') ? ('passed' as const) : ('failed' as const),
        steps,
      };
    } finally {
      context.isStepping = false;
    }
  },
});
