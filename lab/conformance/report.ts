import { styleText } from 'node:util';
import { correctionSources } from './corrections.ts';
import type { CaseResult } from './run-case.ts';

/** How many further differences of a failed case are shown below its line. */
const SHOWN_DIFFERENCES = 5;

/** One line for each case, more for a failed one, then a table of the versions. */
export class ConformanceReport {
  readonly #out: NodeJS.WritableStream;

  constructor(out: NodeJS.WritableStream) {
    this.#out = out;
  }

  result({ name, version, status, reason, steps }: CaseResult): void {
    const title = `v${version} ${name}`;
    const sources = correctionSources(name);
    const note = sources.length === 0 ? '' : this.#style('dim', ` (a printed value corrected: ${sources.join('; ')})`);
    if (status === 'passed') {
      this.#write(`${this.#style('green', '✓')} ${title}${note}`);
    } else if (status === 'excluded') {
      this.#write(`${this.#style('dim', `- ${title} excluded: ${reason}`)}`);
    } else {
      this.#write(`${this.#style('red', '✗')} ${title} ${reason}${note}`);
      const [, ...further] = steps.flatMap(({ number, mismatches }) =>
        mismatches.map(({ path, expected, got }) => `step ${number}: ${path}: expected ${expected}, got ${got}`),
      );
      for (const line of further.slice(0, SHOWN_DIFFERENCES)) this.#write(this.#style('dim', `    ${line}`));
      const hidden = further.length - SHOWN_DIFFERENCES;
      if (hidden > 0) this.#write(this.#style('dim', `    and ${hidden} more differences`));
    }
  }

  table(results: readonly CaseResult[]): void {
    const row = (label: string, of: readonly CaseResult[]) => {
      const count = (status: CaseResult['status']) => of.filter((result) => result.status === status).length;
      const cells = [of.length, count('passed'), count('failed'), count('excluded')];
      return `${label.padEnd(8)}${cells.map((cell) => String(cell).padStart(9)).join('')}`;
    };
    const versions = [...new Set(results.map(({ version }) => version))].sort();
    this.#write('');
    this.#write(this.#style('bold', `KMIP    ${['cases', 'passed', 'failed', 'excluded'].map(pad).join('')}`));
    for (const version of versions) {
      this.#write(
        row(
          version,
          results.filter((result) => result.version === version),
        ),
      );
    }
    this.#write(row('all', results));
  }

  #write(line: string): void {
    this.#out.write(`${line}\n`);
  }

  #style(format: 'bold' | 'dim' | 'green' | 'red', text: string): string {
    return styleText(format, text, { stream: this.#out });
  }
}

function pad(heading: string): string {
  return heading.padStart(9);
}
