import { reasonLines } from './origin.ts';
import type { Report, ScenarioReport, StepReport } from './shape.ts';
import { problemOf, type ScenarioInFile, scenariosOf } from './summary.ts';
import { xmlAttribute, xmlText } from './xml.ts';

/**
 * A report as a JUnit file: a suite for each scenario, a test case for each step and each line of verify. A failure that a later
 * attempt did not repeat is a `flakyFailure`, as Maven Surefire writes it, so that readers who know it tell flaky from passed.
 */
export function toJunit({ files, milliseconds, problems }: Report): string {
  const suites = scenariosOf(files).map(suiteOf);
  const total = (name: keyof Counts) => suites.reduce((sum, { counts }) => sum + counts[name], 0);
  const counts = {
    tests: total('tests') + problems.length,
    failures: total('failures'),
    errors: total('errors') + problems.length,
    skipped: total('skipped'),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="keyrig" ${countsText(counts)} time="${seconds(milliseconds)}">`,
    ...suites.map(({ xml }) => xml),
    // A report that is not whole must not look green.
    ...problems.map(
      (problem) =>
        `  <testsuite name="keyrig" tests="1" failures="0" errors="1" skipped="0">${testCase('keyrig', 'the report', 0, element('error', problem))}</testsuite>`,
    ),
    '</testsuites>',
    '',
  ].join('\n');
}

interface Counts {
  tests: number;
  failures: number;
  errors: number;
  skipped: number;
}

function suiteOf(scenario: ScenarioInFile): { xml: string; counts: Counts } {
  const cases = casesOf(scenario);
  const having = (name: string) => cases.filter((text) => text.includes(`<${name} `)).length;
  const counts = {
    tests: cases.length,
    failures: having('failure'),
    errors: having('error'),
    skipped: having('skipped'),
  };
  const { name, file, replay, status, attempts } = scenario;
  const milliseconds = attempts.reduce((sum, attempt) => sum + attempt.milliseconds, 0);
  const properties = { seed: attempts.at(-1)?.seed, status, replay };
  const xml = [
    `  <testsuite name="${xmlAttribute(name)}" file="${xmlAttribute(file)}" ${countsText(counts)} time="${seconds(milliseconds)}">`,
    '    <properties>',
    ...Object.entries(properties)
      .filter(([, value]) => value !== undefined)
      .map(([key, value = '']) => `      <property name="${key}" value="${xmlAttribute(value)}"/>`),
    '    </properties>',
    ...cases.map((text) => `    ${text}`),
    '  </testsuite>',
  ].join('\n');
  return { xml, counts };
}

function casesOf(scenario: ScenarioInFile): string[] {
  const { name, status, reason = '', attempts } = scenario;
  const whole = `the scenario ${name}`;
  if (status === 'skipped') return [testCase(name, whole, 0, element('skipped', reason))];
  const [last, ...earlier] = [...attempts].reverse();
  if (!last) return [];
  const steps = last.steps.map((step) => {
    const before = earlier.flatMap(({ steps: others }) => others.filter((other) => isSame(step, other)));
    return testCase(name, nameOf(step), step.milliseconds, outcomeOf(step, before, scenario));
  });
  // Something outside of the steps went wrong: they alone would look green, or there would be none.
  const before = earlier.filter(({ problem }) => problem !== undefined);
  const outcomes = [
    ...(last.problem === undefined ? [] : [element(status === 'error' ? 'error' : 'failure', last.problem)]),
    ...(status === 'flaky' ? before.map(({ problem = '' }) => element('flakyFailure', problem)) : []),
  ];
  const outside = outcomes.length === 0 ? [] : [testCase(name, whole, last.milliseconds, outcomes.join(''))];
  return [...outside, ...steps];
}

function isSame(a: StepReport, b: StepReport): boolean {
  return a.section === b.section && a.number === b.number;
}

function outcomeOf(step: StepReport, before: readonly StepReport[], scenario: ScenarioReport): string {
  if (step.status === 'failed') return element('failure', step.problem ?? '', details(step, scenario));
  if (step.status === 'skipped') {
    return element('skipped', `not reached: ${problemOf(scenario) ?? 'the scenario ended before it'}`);
  }
  return before
    .filter(({ status }) => status === 'failed')
    .map((failed) => element('flakyFailure', failed.problem ?? '', details(failed, scenario)))
    .join('');
}

function details(step: StepReport, { replay }: ScenarioReport): string {
  return [`${step.verb}: ${step.problem ?? ''}`, ...reasonLines(step), replay].join('\n');
}

function nameOf({ section, number, title }: StepReport): string {
  return `${section} ${number}: ${title}`;
}

function testCase(suite: string, name: string, milliseconds: number, outcome: string): string {
  const open = `<testcase classname="${xmlAttribute(suite)}" name="${xmlAttribute(name)}" time="${seconds(milliseconds)}"`;
  return outcome === '' ? `${open}/>` : `${open}>${outcome}</testcase>`;
}

function element(name: 'failure' | 'error' | 'skipped' | 'flakyFailure', message: string, text = ''): string {
  const open = `<${name} message="${xmlAttribute(message)}"`;
  return text === '' ? `${open}/>` : `${open}>${xmlText(text)}</${name}>`;
}

function countsText({ tests, failures, errors, skipped }: Counts): string {
  return `tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}"`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(3);
}
