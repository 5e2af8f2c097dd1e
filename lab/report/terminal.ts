import { styleText } from 'node:util';
import type { ScenarioResult, StepResult } from '../scenario/run.ts';
import { renderChain } from './chain.ts';

/** Where lines go; colours are used only when the stream is a terminal that wants them. */
export type Output = NodeJS.WritableStream;

/** Writes what a scenario does, one readable line for each step, while it runs. */
export class TerminalReport {
  readonly #out: Output;

  constructor(out: Output) {
    this.#out = out;
  }

  begin(scenario: { name: string; description?: string; file: string }): void {
    const about = scenario.description ? ` · ${scenario.description.trim()}` : '';
    this.#write(`${this.#style('bold', scenario.name)}${about}`);
    this.#write(this.#style('dim', `  ${scenario.file}`));
  }

  step(step: StepResult): void {
    const mark = {
      passed: this.#style('green', '✓'),
      failed: this.#style('red', '✗'),
      skipped: this.#style('dim', '-'),
    };
    const label = `${step.section === 'verify' ? 'v' : ''}${step.number}`.padStart(3);
    const time = step.status === 'skipped' ? 'skipped' : timeOf(step);
    this.#write(`  ${mark[step.status]} ${label} ${step.title} ${this.#style('dim', time)}`);
    if (step.problem) this.#write(this.#style('red', `        ${step.verb}: ${step.problem}`));
    for (const failure of step.failures) {
      for (const text of renderChain(failure)) this.#write(this.#style('dim', `        ${text}`));
    }
  }

  end(result: ScenarioResult): void {
    const passed = result.steps.filter((step) => step.status === 'passed').length;
    const verdict = result.status === 'passed' ? this.#style('green', 'passed') : this.#style('red', result.status);
    const seed = this.#style('dim', `seed ${result.seed}`);
    this.#write(`  ${verdict} ${passed}/${result.steps.length} in ${milliseconds(result.milliseconds)}  ${seed}`);
    if (result.problem) this.#write(this.#style('red', `  ${result.problem}`));
    this.#write('');
  }

  summary(results: readonly ScenarioResult[], elapsed: number): void {
    const failed = results.filter((result) => result.status !== 'passed');
    for (const result of failed) this.#write(`${this.#style('red', '✗')} ${result.name} (${result.file})`);
    const count = (status: ScenarioResult['status']) => results.filter((result) => result.status === status).length;
    const parts = [
      `${count('passed')} passed`,
      `${count('failed')} failed`,
      ...(count('error') ? [`${count('error')} not run`] : []),
    ];
    this.#write(`${results.length} scenarios: ${parts.join(', ')} in ${milliseconds(elapsed)}`);
  }

  #write(line: string): void {
    this.#out.write(`${line}\n`);
  }

  #style(format: 'bold' | 'dim' | 'green' | 'red', text: string): string {
    return styleText(format, text, { stream: this.#out });
  }
}

function timeOf(step: StepResult): string {
  const clock = step.clockMilliseconds >= 1_000 ? `, ${Math.round(step.clockMilliseconds / 1_000)} s on the clock` : '';
  return `${milliseconds(step.milliseconds)}${clock}`;
}

function milliseconds(value: number): string {
  return value < 1_000 ? `${Math.max(1, Math.round(value))} ms` : `${(value / 1_000).toFixed(1)} s`;
}
