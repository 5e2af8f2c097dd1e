import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type ClockTimer, createRealClock, packageFile, stopwatch } from '../../core/index.ts';
import type { AttemptReport, StepReport } from '../report/shape.ts';
import { formatMs } from '../scenario/deadline.ts';
import { headsOf, type StepHead } from '../scenario/heads.ts';
import type { Job, WorkerMessage } from './messages.ts';
import { lostStep } from './step-report.ts';

/** What is told while a scenario runs. */
export interface Listener {
  onBegin(step: StepHead): void;
  onStep(step: StepReport): void;
  onJournal(lines: string): void;
}

/** How long a scenario that has run out of time may take to stop its lab before its process is killed (ms). */
const graceMs = 5_000;

/**
 * A process that runs scenarios. A process and not a thread: one that is stuck can be killed, and one that crashes takes nothing but
 * its own scenario with it.
 */
export class WorkerProcess {
  #child: ChildProcess | undefined;

  /** Starts the process, so that it loads while its first job is looked for. */
  start(): void {
    if (this.#child && this.#child.exitCode === null && this.#child.signalCode === null) return;
    const fromSources = import.meta.url.endsWith('.ts');
    const script = packageFile(fromSources ? 'lab/runner/worker.ts' : 'dist/lab/runner/worker.js');
    // Standard output belongs to the reports.
    this.#child = fork(script, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    // Between two runs nobody else listens; the next run finds out.
    this.#child.on('error', () => {});
  }

  /** Runs one scenario; never rejects: a process that ends is a result of its own. */
  async run(job: Job, listener: Listener): Promise<AttemptReport> {
    this.start();
    const child = this.#child!;
    const elapsed = stopwatch();
    const steps: StepReport[] = [];
    let current: StepHead | undefined;
    let seed = job.seed;
    const { promise, resolve } = Promise.withResolvers<AttemptReport>();
    const lost = (status: 'failed' | 'error', problem: string) => {
      if (this.#child === child) this.#child = undefined;
      const attempt = lostAttempt(job, { seed, steps, current, status, problem, milliseconds: elapsed() });
      for (const step of attempt.steps.slice(steps.length)) listener.onStep(step);
      resolve(attempt);
    };
    const onMessage = (message: WorkerMessage) => {
      if (message.type === 'seed') {
        // The process has loaded: the scenario's own time begins here.
        seed = message.seed;
        killWhenStuck();
      } else if (message.type === 'began') {
        current = message.step;
        listener.onBegin(message.step);
      } else if (message.type === 'step') {
        steps.push(message.step);
        current = undefined;
        listener.onStep(message.step);
      } else if (message.type === 'journal') listener.onJournal(message.lines);
      else resolve(message.attempt);
    };
    const onExit = (code: number | null, signal: string | null) =>
      lost('error', `the process it ran in ended with ${signal ?? `code ${code}`}`);
    const onError = (error: Error) => lost('error', `the process it should run in failed: ${error.message}`);
    child.on('message', onMessage).on('exit', onExit).on('error', onError);
    const limit = job.timeoutMs;
    let killer: ClockTimer | undefined;
    const killWhenStuck = () => {
      if (limit === undefined) return;
      killer = createRealClock().setTimeout(() => {
        lost('failed', `its time was up (${formatMs(limit)}) and it could not be stopped`);
        child.kill('SIGKILL');
      }, limit + graceMs);
    };
    child.send(job);
    const attempt = await promise;
    killer?.clear();
    child.off('message', onMessage).off('exit', onExit).off('error', onError);
    // What was abandoned may still be at work in there.
    if (limit !== undefined && attempt.milliseconds >= limit) await this.stop();
    return attempt;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

interface Lost extends Pick<AttemptReport, 'steps' | 'milliseconds' | 'seed'> {
  current?: StepHead;
  status: 'failed' | 'error';
  problem: string;
}

/** What is known of a run whose process ended before it could tell. */
function lostAttempt({ scenario, places }: Job, { current, problem, steps, ...lost }: Lost): AttemptReport {
  const rest = headsOf(scenario)
    .slice(steps.length)
    .map((head, index) => lostStep(head, places, index === 0 && current ? problem : undefined));
  return { ...lost, problem: current ? undefined : problem, steps: [...steps, ...rest] };
}
