import { renderChain } from '../report/chain.ts';
import type { Explanation } from '../report/explain.ts';
import type { AttemptReport, Reasons, StepReport } from '../report/shape.ts';
import type { StepHead } from '../scenario/heads.ts';
import type { Places } from '../scenario/load.ts';
import type { ScenarioResult, StepResult } from '../scenario/run.ts';

/** A step's result as reports hold it. */
export function stepReport({ failures, origin, hints, ...result }: StepResult, places: Places): StepReport {
  return { ...result, ...placeOf(result, places), ...reasonsOf({ failures, origin, hints }) };
}

/** A scenario's result as reports hold it. */
export function attemptReport(result: ScenarioResult, places: Places): AttemptReport {
  const { status, seed, milliseconds, problem, notes, faults, timeline } = result;
  const steps = result.steps.map((step) => stepReport(step, places));
  const start = result.start && reasonsOf(result.start);
  const attempt = { status, seed, milliseconds, problem, start, steps, notes, timeline };
  return faults.length > 0 ? { ...attempt, faults } : attempt;
}

/** What the timeline tells of a failure, as reports hold it. */
export function reasonsOf({ failures, origin, hints }: Explanation): Reasons {
  const chains = failures.map(renderChain);
  return {
    origin,
    hints: hints.length > 0 ? hints : undefined,
    chains: chains.map((lines) => lines.map(({ text }) => text)),
    chainEntries: chains.length > 0 ? chains.map((lines) => lines.map(({ entry }) => entry)) : undefined,
  };
}

/** A step that has no result of its own: the process ended before it did. */
export function lostStep(head: StepHead, places: Places, problem?: string): StepReport {
  const status = problem === undefined ? 'skipped' : 'failed';
  return { ...head, ...placeOf(head, places), status, problem, milliseconds: 0, clockMilliseconds: 0, chains: [] };
}

function placeOf({ section, number }: StepHead, places: Places) {
  return places[section][number - 1] ?? { line: 1, column: 1 };
}
