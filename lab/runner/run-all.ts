import type { AttemptReport, ScenarioReport, StepReport } from '../report/shape.ts';
import type { StepHead } from '../scenario/heads.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { cellTexts } from '../scenario/matrix.ts';
import { replayOf, type Said } from './replay.ts';
import type { LeftOut } from './select.ts';
import type { WorkerProcess } from './worker-process.ts';

/** How scenarios are run. */
export interface RunAllOptions {
  workers: readonly WorkerProcess[];
  /** Takes the place of the seed in each file. */
  seed?: string;
  /** What took the place of the files' `vars`; see LoadOptions. */
  vars?: ReadonlyMap<string, string>;
  /** Real time each attempt may take (ms); no limit when absent. */
  timeoutMs?: number;
  /** How often a scenario that did not pass is tried again. */
  retries: number;
  /** After so many scenarios that did not pass, no other is begun. */
  bail?: number;
  /** Ends the run: what is running is lost, no other is begun. */
  signal?: AbortSignal;
  progress: Progress;
  /** Whose report shall hold the timeline with its messages. */
  timeline?: 'all' | 'failed';
  /** Given the timeline of each attempt, one JSON object a line, when it is wanted. */
  onJournal?: (lines: string) => void;
}

/** Told what happens, scenario by scenario; several may run at once. */
export interface Progress {
  begin(loaded: LoadedScenario, attempt: number): void;
  stepBegins(loaded: LoadedScenario, step: StepHead): void;
  step(loaded: LoadedScenario, step: StepReport): void;
  /** An attempt has ended; `last` when it decides. */
  attemptEnds(loaded: LoadedScenario, attempt: AttemptReport, last: boolean): void;
  end(loaded: LoadedScenario, report: ScenarioReport): void;
}

/** What became of a scenario and the file it is in. */
export interface Ran {
  file: string;
  report: ScenarioReport;
}

/** Runs the chosen scenarios, each worker taking the next one that nobody has begun, and reports them with the ones left out. */
export async function runAll(
  chosen: readonly LoadedScenario[],
  leftOut: readonly LeftOut[],
  options: RunAllOptions,
): Promise<Ran[]> {
  const waiting = [...chosen];
  const ran: Ran[] = [];
  let unhappy = 0;
  const { bail, signal } = options;
  const isOver = () => signal?.aborted === true || (bail !== undefined && unhappy >= bail);
  const work = async (worker: WorkerProcess) => {
    for (let loaded = isOver() ? undefined : waiting.shift(); loaded; loaded = isOver() ? undefined : waiting.shift()) {
      const report = await runOne(worker, loaded, options);
      if (report.status === 'failed' || report.status === 'error') unhappy++;
      ran.push({ file: loaded.file, report });
      options.progress.end(loaded, report);
    }
  };
  const interrupt = () => void Promise.all(options.workers.map((worker) => worker.stop()));
  signal?.addEventListener('abort', interrupt, { once: true });
  await Promise.all(options.workers.map(work));
  signal?.removeEventListener('abort', interrupt);
  const reason = `${signal?.aborted ? 'a signal' : '--bail'} ended the run before it`;
  const notRun = [...waiting.map((loaded) => ({ loaded, reason })), ...leftOut];
  return [...ran, ...notRun.map((item) => ({ file: item.loaded.file, report: skipped(item, options) }))];
}

async function runOne(
  worker: WorkerProcess,
  loaded: LoadedScenario,
  { seed, vars, timeoutMs, retries, signal, progress, timeline, onJournal }: RunAllOptions,
): Promise<ScenarioReport> {
  const attempts: AttemptReport[] = [];
  for (;;) {
    progress.begin(loaded, attempts.length + 1);
    const attempt = await worker.run(
      { ...loaded, seed, timeoutMs, journal: onJournal !== undefined, timeline },
      {
        onBegin: (step) => progress.stepBegins(loaded, step),
        onStep: (step) => progress.step(loaded, step),
        onJournal: (lines) => onJournal?.(lines),
      },
    );
    attempts.push(attempt);
    const last = attempt.status === 'passed' || attempts.length > retries || signal?.aborted === true;
    progress.attemptEnds(loaded, attempt, last);
    if (!last) continue;
    const status = attempt.status === 'passed' && attempts.length > 1 ? 'flaky' : attempt.status;
    return { ...headOf(loaded), status, replay: replayOf(loaded, { seed: attempt.seed, vars }), attempts };
  }
}

function skipped({ loaded, reason }: LeftOut, said: Said): ScenarioReport {
  return { ...headOf(loaded), status: 'skipped', reason, replay: replayOf(loaded, said), attempts: [] };
}

function headOf({ scenario: { name, description, tags = [] }, cell }: LoadedScenario) {
  return { name, description: description?.trim(), cell: cell && cellTexts(cell), tags };
}
