import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { KeyPool, KeyrigError, packageFile } from '../../../core/index.ts';
import { attemptSchema } from '../../report/shape.ts';
import { durationIn } from '../../scenario/duration.ts';
import { defineRoute } from '../route.ts';

const usualMs = 60_000;
const longestMs = 600_000;

let known: ReturnType<typeof readShipped> | undefined;

/** The scenarios that come with keyrig. They are read when somebody first asks: most labs never do. */
const shipped = () => {
  known ??= readShipped();
  return known;
};

async function readShipped() {
  const { findScenarioFiles, loadAll } = await import('../../scenario/find.ts');
  return loadAll(findScenarioFiles([fileURLToPath(packageFile('scenarios'))])).scenarios;
}

export const listScenarios = defineRoute({
  method: 'GET',
  path: '/scenarios',
  group: 'scenarios',
  summary: 'The scenarios that come with keyrig; one with a matrix is there once for each cell.',
  answer: z.array(z.strictObject({ name: z.string(), description: z.string().optional(), tags: z.array(z.string()) })),
  example: '"$URL/scenarios"',
  async run() {
    const all = await shipped();
    return all.map(({ scenario: { name, description, tags = [] } }) => ({ name, description, tags }));
  },
});

export const runShipped = defineRoute({
  method: 'POST',
  path: '/scenarios/{name}/run',
  group: 'scenarios',
  summary: 'Runs one of them in a lab of its own, beside this one, and tells what became of it as `keyrig run` would.',
  params: z.strictObject({ name: z.string().max(200).describe('As `GET /scenarios` gives it.') }),
  body: z.strictObject({
    seed: z.string().max(200).optional().describe('In place of the one in the file.'),
    timeout: durationIn('ms')
      .refine((ms) => ms >= 1 && ms <= longestMs, 'expected at most 10 minutes')
      .optional()
      .describe('Real time that it may take; 60s when absent, at most 10m.'),
  }),
  answer: attemptSchema,
  refusals: ['ERR_NOTHING_FOUND', 'ERR_CONFLICT'],
  example: `"$URL/scenarios/kms-down/run" --json '{}'`,
  async run(context, { params, body: { seed, timeout = usualMs } }) {
    if (context.isRunning) throw new KeyrigError('ERR_CONFLICT', 'a scenario is running already');
    context.isRunning = true;
    try {
      const found = (await shipped()).find(({ scenario }) => scenario.name === params.name);
      if (!found) throw new KeyrigError('ERR_NOTHING_FOUND', `no scenario is called "${params.name}"`);
      const [{ runScenario }, { attemptReport }] = await Promise.all([
        import('../../scenario/run.ts'),
        import('../../runner/step-report.ts'),
      ]);
      const options = { keys: new KeyPool(), seed, timeoutMs: timeout };
      return attemptReport(await runScenario(found.scenario, found.file, options), found.places);
    } finally {
      context.isRunning = false;
    }
  },
});
