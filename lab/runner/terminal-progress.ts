import type { AttemptReport, Report, ScenarioReport, StepReport } from '../report/shape.ts';
import { type MaybeTerminal, StatusLine } from '../report/status-line.ts';
import { TerminalText } from '../report/terminal.ts';
import type { StepHead } from '../scenario/heads.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import type { Progress } from './run-all.ts';

/**
 * Writes what happens while it happens. One scenario at a time shows each step as it ends; of several at once each is shown whole
 * when it has ended, so that their lines do not mix.
 */
export class TerminalProgress implements Progress {
  readonly #text: TerminalText;
  readonly #status: StatusLine;
  readonly #live: boolean;
  readonly #running = new Map<LoadedScenario, { attempt: number; step?: string }>();
  #ended = 0;

  constructor(out: MaybeTerminal, { total, live }: { total: number; live: boolean }) {
    this.#text = new TerminalText(out);
    this.#live = live;
    this.#status = new StatusLine(out, () => {
      const running = [...this.#running].map(([{ scenario }, { step }]) =>
        step === undefined ? scenario.name : `${scenario.name}: ${step}`,
      );
      return `${this.#ended}/${total}  ${running.join(' · ')}`;
    });
    this.#status.start();
  }

  begin(loaded: LoadedScenario, attempt: number): void {
    this.#running.set(loaded, { attempt });
    const { scenario, file } = loaded;
    if (this.#live) this.#status.write(this.#text.begin({ ...scenario, file }, attempt));
  }

  stepBegins(loaded: LoadedScenario, { title }: StepHead): void {
    const running = this.#running.get(loaded);
    if (running) running.step = title;
  }

  step(_loaded: LoadedScenario, step: StepReport): void {
    if (this.#live) this.#status.write(this.#text.step(step));
  }

  attemptEnds(loaded: LoadedScenario, attempt: AttemptReport): void {
    const flaky = attempt.status === 'passed' && (this.#running.get(loaded)?.attempt ?? 1) > 1;
    if (this.#live) this.#status.write(this.#text.attemptEnds(attempt, flaky));
  }

  end(loaded: LoadedScenario, report: ScenarioReport): void {
    this.#running.delete(loaded);
    this.#ended++;
    this.#status.write(this.#live ? [''] : this.#text.scenario({ ...report, file: loaded.file }));
  }

  finish(report: Report): void {
    this.#status.stop();
    this.#status.write(this.#text.summary(report));
  }

  stop(): void {
    this.#status.stop();
  }
}

/** Nothing is shown; only the report tells. */
export const silentProgress: Progress = {
  begin() {},
  stepBegins() {},
  step() {},
  attemptEnds() {},
  end() {},
};
