import { type JsonObject, KeyPool } from '../../core/index.ts';
import { scenarioText } from '../../lab/catalogue/compose.ts';
import { parseScenario } from '../../lab/scenario/load.ts';
import { runScenario, type ScenarioResult } from '../../lab/scenario/run.ts';

const keys = new KeyPool();

/** Runs a composed scenario from its text, as `keyrig run` would. */
export async function runComposed(scenario: JsonObject): Promise<ScenarioResult> {
  const file = `${String(scenario.name)}.scenario.yaml`;
  const loaded = parseScenario(scenarioText(scenario), file);
  if ('problems' in loaded)
    throw new Error(loaded.problems.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return runScenario(loaded.scenario, file, { keys });
}

/** What did not go as the scenario says; empty when all did. */
export function problemsOf({ problem, steps }: ScenarioResult): string[] {
  const failed = steps.filter(({ status }) => status === 'failed');
  return [...(problem === undefined ? [] : [problem]), ...failed.map((step) => `${step.title}: ${step.problem}`)];
}
