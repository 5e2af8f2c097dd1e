import type { FileReport, Report, ScenarioReport, Summary } from './shape.ts';

/** A scenario with the file it came from. */
export type ScenarioInFile = ScenarioReport & { file: string };

/** All scenarios of a report, in its order. */
export function scenariosOf(files: readonly FileReport[]): ScenarioInFile[] {
  return files.flatMap(({ file, scenarios }) => scenarios.map((scenario) => ({ ...scenario, file })));
}

export function summaryOf(files: readonly FileReport[]): Summary {
  const all = scenariosOf(files);
  const count = (status: ScenarioReport['status']) => all.filter((scenario) => scenario.status === status).length;
  return {
    scenarios: all.length,
    passed: count('passed'),
    failed: count('failed'),
    flaky: count('flaky'),
    skipped: count('skipped'),
    error: count('error'),
  };
}

/** The exit code of a run: what could not be run weighs more than what failed. */
export function exitCodeFor(summary: Summary, problems: readonly string[]): 0 | 1 | 3 {
  if (summary.error > 0 || problems.length > 0) return 3;
  return summary.failed > 0 ? 1 : 0;
}

/** `5 scenarios: 3 passed, 1 failed, 1 flaky, 0 skipped`, with what could not be run when there is such. */
export function summaryLine({ summary }: Report): string {
  const { scenarios, passed, failed, flaky, skipped, error } = summary;
  const parts = [`${passed} passed`, `${failed} failed`, `${flaky} flaky`, `${skipped} skipped`];
  const noun = scenarios === 1 ? 'scenario' : 'scenarios';
  return `${scenarios} ${noun}: ${[...parts, ...(error > 0 ? [`${error} not run`] : [])].join(', ')}`;
}

/** Why a scenario did not pass, in its last attempt. */
export function problemOf(scenario: ScenarioReport): string | undefined {
  const attempt = scenario.attempts.at(-1);
  return attempt?.problem ?? attempt?.steps.find((step) => step.problem !== undefined)?.problem;
}

/** What went wrong first in the last attempt, where the timeline tells. */
export function whyOf({ attempts }: ScenarioReport): string | undefined {
  const last = attempts.at(-1);
  return (last?.start ?? last?.steps.find((step) => step.status === 'failed'))?.origin?.why;
}

/** Puts a report together; what can be counted is counted here. */
export function reportOf(
  parts: Pick<Report, 'keyrig' | 'started' | 'milliseconds' | 'shard' | 'problems' | 'files'>,
): Report {
  const files = [...parts.files].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
  const summary = summaryOf(files);
  return { keyrigReport: 1, ...parts, summary, exitCode: exitCodeFor(summary, parts.problems), files };
}
