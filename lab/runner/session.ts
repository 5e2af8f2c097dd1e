import { createRealClock, KeyrigError, stopwatch } from '../../core/index.ts';
import { type Reporter, writeReports } from '../report/reporters.ts';
import type { FileReport, Report } from '../report/shape.ts';
import { reportOf } from '../report/summary.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { TimelineChoice } from './parse.ts';
import { type Ran, type RunAllOptions, runAll } from './run-all.ts';
import { type Selection, select } from './select.ts';
import { silentProgress, TerminalProgress } from './terminal-progress.ts';

/** Up to so many scenarios an HTML report has the timelines of those that passed, too. */
const fewScenarios = 20;

/** How a set of scenarios is run and reported. */
export interface SessionOptions extends Omit<RunAllOptions, 'progress' | 'timeline'> {
  selection: Selection;
  reporters: readonly Reporter[];
  /** Whose report shall hold the timeline; when it is not said, it depends on the reporters. */
  timeline?: TimelineChoice;
  /** The version of keyrig, for the report. */
  version: string;
}

/**
 * Selects, runs and reports scenarios. Throws ERR_NOTHING_FOUND when the filters leave none (a shard may be empty), ERR_OPTION when
 * a report cannot be written.
 */
export async function runSession(scenarios: readonly LoadedScenario[], options: SessionOptions): Promise<Report> {
  const { selection, reporters, version } = options;
  const started = createRealClock().now();
  const elapsed = stopwatch();
  const { chosen, leftOut } = select(scenarios, selection);
  const workers = options.workers.slice(0, Math.max(1, chosen.length));
  // All of them load at the same time.
  if (chosen.length > 0) for (const worker of workers) worker.start();
  const onTerminal = reporters.some(({ name, file }) => name === 'terminal' && file === undefined);
  const terminal = onTerminal
    ? new TerminalProgress(process.stdout, { total: chosen.length, live: workers.length === 1 })
    : undefined;
  const timeline = timelinesOf(options, chosen.length);
  const progress = terminal ?? silentProgress;
  const ran = await runAll(chosen, leftOut, { ...options, workers, timeline, progress }).finally(() =>
    terminal?.stop(),
  );
  const report = reportOf({
    keyrig: version,
    started: new Date(started).toISOString(),
    milliseconds: elapsed(),
    shard: selection.shard,
    problems: [],
    files: byFile(ran),
  });
  terminal?.finish(report);
  writeReports(report, reporters);
  if (chosen.length === 0 && selection.shard === undefined) {
    throw new KeyrigError('ERR_NOTHING_FOUND', `the filters leave none of ${scenarios.length} scenarios`);
  }
  return report;
}

/** A page with the timelines of hundreds of scenarios that passed would be too large to open. */
function timelinesOf({ timeline, reporters }: SessionOptions, scenarios: number): 'all' | 'failed' | undefined {
  if (timeline !== undefined) return timeline === 'none' ? undefined : timeline;
  if (!reporters.some(({ name }) => name === 'html')) return undefined;
  return scenarios <= fewScenarios ? 'all' : 'failed';
}

/** The cells of one file together, in the order of their names. */
function byFile(ran: readonly Ran[]): FileReport[] {
  const files = Map.groupBy(ran, ({ file }) => file);
  const inOrder = (scenarios: readonly Ran[]) =>
    scenarios.map(({ report }) => report).sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...files].map(([file, scenarios]) => ({ file, scenarios: inOrder(scenarios) }));
}
