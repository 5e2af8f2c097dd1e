import { styleText } from 'node:util';
import { formatMs } from '../scenario/deadline.ts';
import { originLines } from './origin.ts';
import type { AttemptReport, Reasons, Report, ScenarioReport, StepReport } from './shape.ts';
import { problemOf, type ScenarioInFile, scenariosOf, summaryLine, whyOf } from './summary.ts';

/** Where lines go; colours are used only when the stream is a terminal that wants them. */
export type Output = NodeJS.WritableStream;

type Status = ScenarioReport['status'] | StepReport['status'];

const marks = { passed: '✓', failed: '✗', error: '✗', flaky: '~', skipped: '-' } as const;
const colours = { passed: 'green', failed: 'red', error: 'red', flaky: 'yellow', skipped: 'dim' } as const;

const sectionMarks = { steps: '', verify: 'v', cleanup: 'c' } as const;

/** A report as people read it: a line for each step, the causal chain under what failed, a sum at the end. */
export class TerminalText {
  readonly #out: Output;

  constructor(out: Output) {
    this.#out = out;
  }

  /** The lines before the steps of an attempt, counted from 1. */
  begin({ name, description, file }: Pick<ScenarioInFile, 'name' | 'description' | 'file'>, attempt: number): string[] {
    if (attempt > 1) return [this.#style('yellow', `  attempt ${attempt}`)];
    const about = description ? ` · ${description.trim()}` : '';
    return [`${this.#style('bold', name)}${about}`, this.#style('dim', `  ${file}`)];
  }

  step(step: StepReport): string[] {
    const label = `${sectionMarks[step.section]}${step.number}`.padStart(3);
    const time = step.status === 'skipped' ? 'skipped' : timeOf(step);
    return [
      `  ${this.#mark(step.status)} ${label} ${step.title} ${this.#style('dim', time)}`,
      ...(step.problem ? this.#problem(`${step.verb}: ${step.problem}`, 8) : []),
      ...this.#reasons(step, 8),
    ];
  }

  /** The lines after the steps of an attempt; `flaky` when it passed after others had not. */
  attemptEnds(
    { status, steps, milliseconds, seed, problem, start, notes = [] }: AttemptReport,
    flaky: boolean,
  ): string[] {
    const passed = steps.filter((step) => step.status === 'passed').length;
    const verdict = flaky ? 'flaky' : status;
    const drawn = seed === undefined ? '' : this.#style('dim', `  seed ${seed}`);
    return [
      `  ${this.#style(colours[verdict], verdict)} ${passed}/${steps.length} in ${formatMs(milliseconds)}${drawn}`,
      ...(problem ? this.#problem(problem, 2) : []),
      ...(start ? this.#reasons(start, 2) : []),
      ...notes.map((note) => this.#style('yellow', `  note: ${note}`)),
    ];
  }

  /** A whole scenario with all its attempts. */
  scenario(scenario: ScenarioInFile): string[] {
    const { status, attempts } = scenario;
    const lines = attempts.flatMap((attempt, index) => [
      ...this.begin(scenario, index + 1),
      ...attempt.steps.flatMap((step) => this.step(step)),
      ...this.attemptEnds(attempt, status === 'flaky' && index === attempts.length - 1),
    ]);
    return attempts.length > 0 ? [...lines, ''] : [];
  }

  /** What is worth a second look, and the sum. */
  summary(report: Report): string[] {
    const { milliseconds, shard, problems, files } = report;
    const lines = scenariosOf(files)
      .filter(({ status }) => status !== 'passed' && status !== 'skipped')
      .flatMap((scenario) => {
        const { status, name, file, replay } = scenario;
        const what = status === 'failed' ? '' : ` ${status === 'error' ? 'not run' : status}`;
        const problem = problemOf(scenario);
        const why = whyOf(scenario);
        return [
          `${this.#mark(status)} ${name} (${file})${what}`,
          ...(problem === undefined ? [] : this.#problem(problem, 4)),
          ...(why === undefined ? [] : [`    ${why}`]),
          this.#style('dim', `    ${replay}`),
        ];
      });
    const part = shard === undefined ? '' : ` (shard ${shard.index}/${shard.count})`;
    return [
      ...lines,
      ...this.#skipped(report),
      ...problems.map((problem) => this.#style('red', problem)),
      `${summaryLine(report)} in ${formatMs(milliseconds)}${part}`,
    ];
  }

  /** Those that were not run, by reason: too many for a line each, too important for none. */
  #skipped({ files }: Report): string[] {
    const counts = new Map<string, number>();
    for (const { status, reason = 'no reason is known' } of scenariosOf(files)) {
      if (status === 'skipped') counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    return [...counts].map(([reason, count]) => this.#style('dim', `- ${count} skipped: ${reason}`));
  }

  #reasons(reasons: Reasons, indent: number): string[] {
    const margin = ' '.repeat(indent);
    return [
      ...originLines(reasons).map(([name, text]) => `${margin}${this.#style('dim', name.padEnd(8))} ${text}`),
      ...reasons.chains.flat().map((line) => this.#style('dim', margin + line)),
    ];
  }

  #problem(text: string, indent: number): string[] {
    return text.split(/\r?\n/).map((line) => this.#style('red', ' '.repeat(indent) + line));
  }

  #mark(status: Status): string {
    return this.#style(colours[status], marks[status]);
  }

  #style(format: 'bold' | 'dim' | 'green' | 'red' | 'yellow', text: string): string {
    return styleText(format, text, { stream: this.#out });
  }
}

function timeOf(step: StepReport): string {
  const clock = step.clockMilliseconds >= 1_000 ? `, ${Math.round(step.clockMilliseconds / 1_000)} s on the clock` : '';
  const tries = step.attempts !== undefined && step.attempts > 1 ? `, ${step.attempts} attempts` : '';
  return `${formatMs(step.milliseconds)}${clock}${tries}`;
}
