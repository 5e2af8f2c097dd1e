import type { AttemptReport, StepReport } from '../report/shape.ts';
import type { StepHead } from '../scenario/heads.ts';
import type { LoadedScenario } from '../scenario/load.ts';

/** What a worker is asked to run. */
export interface Job extends LoadedScenario {
  /** Takes the place of the file's seed. */
  seed?: string;
  /** Real time it may take (ms). */
  timeoutMs?: number;
  /** Whether the timeline is wanted, one JSON object a line. */
  journal: boolean;
  /** Whose report shall hold the timeline with its messages. */
  timeline?: 'all' | 'failed';
}

/** What a worker tells while it runs a job; `ended` is the last word. */
export type WorkerMessage =
  | { type: 'seed'; seed: string }
  | { type: 'began'; step: StepHead }
  | { type: 'step'; step: StepReport }
  /** The timeline, one JSON object a line. */
  | { type: 'journal'; lines: string }
  | { type: 'ended'; attempt: AttemptReport };
