import { reasonLines } from './origin.ts';
import type { AttemptReport, Report, StepReport } from './shape.ts';
import { type ScenarioInFile, scenariosOf, summaryLine } from './summary.ts';

/** A report in TAP 14: a subtest for each scenario, a test point for each step and each line of verify. */
export function toTap(report: Report): string {
  const scenarios = scenariosOf(report.files);
  const total = scenarios.length + report.problems.length;
  return [
    'TAP version 14',
    total === 0 ? '1..0 # SKIP no scenarios' : `1..${total}`,
    ...scenarios.flatMap((scenario, index) => scenarioLines(scenario, index + 1)),
    // A report that is not whole must not look green.
    ...report.problems.map((problem, index) => `not ok ${scenarios.length + index + 1} - ${escaped(problem)}`),
    `# ${summaryLine(report)}`,
    '',
  ].join('\n');
}

function scenarioLines(scenario: ScenarioInFile, number: number): string[] {
  const { name, status, reason = '', replay, file, attempts } = scenario;
  const title = escaped(name);
  if (status === 'skipped') return [`ok ${number} - ${title} # SKIP ${escaped(reason)}`];
  const last = attempts.at(-1);
  const isOk = status === 'passed' || status === 'flaky';
  return [
    ...(last && last.steps.length > 0 ? [`# Subtest: ${title}`, ...indented(subtest(last, file), 4)] : []),
    `${isOk ? 'ok' : 'not ok'} ${number} - ${title}`,
    ...(status === 'passed'
      ? []
      : diagnostics({ status, file, replay, problem: last?.problem, attempts: attempts.map(attemptText) })),
  ];
}

function subtest({ steps }: AttemptReport, file: string): string[] {
  return [`1..${steps.length}`, ...steps.flatMap((step, index) => stepLines(step, index + 1, file))];
}

function stepLines(step: StepReport, number: number, file: string): string[] {
  const { section, status, title, verb, problem, line, column } = step;
  const text = `${section} ${step.number}: ${escaped(title)}`;
  if (status === 'skipped') return [`ok ${number} - ${text} # SKIP not reached`];
  if (status === 'passed') return [`ok ${number} - ${text}`];
  return [
    `not ok ${number} - ${text}`,
    ...diagnostics({ verb, problem, at: `${file}:${line}:${column}`, chain: reasonLines(step) }),
  ];
}

function attemptText({ status, steps, problem }: AttemptReport): string {
  const failed = steps.find((step) => step.status === 'failed');
  const why = problem ?? (failed && `${failed.section} ${failed.number}: ${failed.problem}`);
  return why === undefined ? status : `${status}: ${why}`;
}

/** A YAML block; what JSON writes is YAML too. */
function diagnostics(facts: Record<string, string | string[] | undefined>): string[] {
  const lines = Object.entries(facts).flatMap(([name, value]) => {
    if (value === undefined || value.length === 0) return [];
    if (typeof value === 'string') return [`${name}: ${JSON.stringify(value)}`];
    return [`${name}:`, ...value.map((member) => `  - ${JSON.stringify(member)}`)];
  });
  return indented(['---', ...lines, '...'], 2);
}

function indented(lines: readonly string[], by: number): string[] {
  return lines.map((line) => ' '.repeat(by) + line);
}

/** `#` begins a directive, and a line is one line (TAP 14, Escaping). */
function escaped(text: string): string {
  return text.replace(/[\\#]/g, '\\$&').replace(/\s*[\r\n]+\s*/g, ' ');
}
