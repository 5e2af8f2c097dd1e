import { writeFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { KeyrigError, messageOf } from '../../core/index.ts';
import { toGithub } from './github.ts';
import { toHtml } from './html.ts';
import { toJunit } from './junit.ts';
import type { Report } from './shape.ts';
import { scenariosOf } from './summary.ts';
import { toTap } from './tap.ts';
import { TerminalText } from './terminal.ts';

/** Every form but the terminal's, which is written while scenarios run. */
const forms = {
  json: (report: Report) => `${JSON.stringify(report, undefined, 2)}\n`,
  junit: toJunit,
  tap: toTap,
  github: toGithub,
  html: toHtml,
} as const;

type Form = keyof typeof forms;

export const reporterNames: readonly ('terminal' | Form)[] = ['terminal', 'json', 'junit', 'tap', 'github', 'html'];

/** One form of the report, and the file it goes to; without one it goes to standard output. */
export interface Reporter {
  name: 'terminal' | Form;
  file?: string;
}

/**
 * Reads `terminal,junit=report.xml`; `output` is the file of the one reporter that names none and is not the terminal.
 * Throws ERR_OPTION for an unknown name, and when two forms would mix on standard output.
 */
export function parseReporters(texts: readonly string[], output?: string): Reporter[] {
  const reporters = texts.flatMap((text) => text.split(',')).map(parseReporter);
  if (output !== undefined) {
    const open = reporters.filter(({ name, file }) => file === undefined && name !== 'terminal');
    if (open.length !== 1) {
      throw new KeyrigError(
        'ERR_OPTION',
        '--output is the file of one reporter; for more than one write --reporter junit=FILE,json=FILE',
      );
    }
    open[0]!.file = output;
  }
  const shown = reporters.filter(({ file }) => file === undefined).map(({ name }) => name);
  // GitHub reads its commands from whatever a job prints; the other forms must be alone.
  const mixed = shown.length > 1 && shown.some((name) => name !== 'terminal' && name !== 'github');
  if (mixed || new Set(shown).size < shown.length) {
    throw new KeyrigError('ERR_OPTION', `${shown.join(' and ')} would mix on standard output; name a file: NAME=FILE`);
  }
  return reporters;
}

function parseReporter(text: string): Reporter {
  const [written = '', ...rest] = text.trim().split('=');
  const name = reporterNames.find((known) => known === written);
  if (name === undefined) {
    throw new KeyrigError('ERR_OPTION', `there is no reporter "${written}"; known: ${reporterNames.join(', ')}`);
  }
  return rest.length === 0 ? { name } : { name, file: rest.join('=') };
}

/**
 * Writes the finished report in every form that was asked for, but not the terminal's on standard output.
 * Throws ERR_OPTION for a file that cannot be written, after the others have been.
 */
export function writeReports(report: Report, reporters: readonly Reporter[]): void {
  const problems: string[] = [];
  for (const { name, file } of reporters) {
    if (file === undefined) {
      if (name !== 'terminal') process.stdout.write(forms[name](report));
      continue;
    }
    try {
      writeFileSync(file, name === 'terminal' ? terminalFile(report) : forms[name](report));
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  if (problems.length > 0) throw new KeyrigError('ERR_OPTION', `cannot write a report: ${problems.join('; ')}`);
}

/** The terminal's lines of a whole report, for a stream. */
export function terminalLines(report: Report, out: NodeJS.WritableStream): string[] {
  const text = new TerminalText(out);
  return [...scenariosOf(report.files).flatMap((scenario) => text.scenario(scenario)), ...text.summary(report)];
}

function terminalFile(report: Report): string {
  return `${terminalLines(report, new PassThrough()).join('\n')}\n`;
}
