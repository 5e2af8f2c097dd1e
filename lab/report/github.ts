import { isAbsolute, relative } from 'node:path';
import { reasonLines } from './origin.ts';
import type { AttemptReport, Report, StepReport } from './shape.ts';
import { type ScenarioInFile, scenariosOf, summaryLine } from './summary.ts';

/**
 * A report as workflow commands of GitHub Actions: an error at the line of each step that failed, a warning where only an earlier
 * attempt did, and the sum as a notice.
 */
export function toGithub(report: Report): string {
  return [
    ...scenariosOf(report.files).flatMap(annotations),
    ...report.problems.map((problem) => command('error', { title: 'keyrig' }, problem)),
    command('notice', { title: 'keyrig' }, summaryLine(report)),
    '',
  ].join('\n');
}

type Level = 'error' | 'warning' | 'notice';

function annotations(scenario: ScenarioInFile): string[] {
  const { status, attempts, name } = scenario;
  if (status === 'flaky') return attempts.slice(0, -1).flatMap((attempt) => failuresOf('warning', attempt, scenario));
  const last = attempts.at(-1);
  if (status === 'passed' || status === 'skipped' || !last) return [];
  const found = failuresOf('error', last, scenario);
  return found.length > 0 ? found : [command('error', { file: pathOf(scenario.file), title: name }, status)];
}

function failuresOf(level: Level, { steps, problem }: AttemptReport, scenario: ScenarioInFile): string[] {
  const { name, replay } = scenario;
  const file = pathOf(scenario.file);
  return [
    ...(problem === undefined ? [] : [command(level, { file, title: name }, `${problem}\n${replay}`)]),
    ...steps
      .filter(({ status }) => status === 'failed')
      .map((step) =>
        command(
          level,
          { file, line: step.line, col: step.column, title: `${name}: ${step.title}` },
          textOf(step, replay),
        ),
      ),
  ];
}

function textOf(step: StepReport, replay: string): string {
  return [`${step.verb}: ${step.problem ?? ''}`, ...reasonLines(step), replay].join('\n');
}

/** Annotations are attached to files of the checkout, whose paths are relative. */
function pathOf(file: string): string {
  return isAbsolute(file) ? relative(process.cwd(), file) : file;
}

function command(level: Level, properties: Record<string, string | number>, message: string): string {
  const list = Object.entries(properties).map(
    ([name, value]) => `${name}=${escaped(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`,
  );
  return `::${level} ${list.join(',')}::${escaped(message)}`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
