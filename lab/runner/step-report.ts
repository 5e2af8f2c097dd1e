import { renderChain } from '../report/chain.ts';
import type { StepReport } from '../report/shape.ts';
import type { Places } from '../scenario/load.ts';
import type { StepHead, StepResult } from '../scenario/run.ts';

/** A step's result as reports hold it. */
export function stepReport({ failures, ...result }: StepResult, places: Places): StepReport {
  return { ...result, ...placeOf(result, places), chains: failures.map(renderChain) };
}

/** A step that has no result of its own: the process ended before it did. */
export function lostStep(head: StepHead, places: Places, problem?: string): StepReport {
  const status = problem === undefined ? 'skipped' : 'failed';
  return { ...head, ...placeOf(head, places), status, problem, milliseconds: 0, clockMilliseconds: 0, chains: [] };
}

function placeOf({ section, number }: StepHead, places: Places) {
  return places[section][number - 1] ?? { line: 1, column: 1 };
}
