import type { CaseResult } from './run-case.ts';

/** The results as a JUnit file: a suite for each version, excluded cases as skipped. */
export function toJunit(results: readonly CaseResult[]): string {
  const versions = [...new Set(results.map(({ version }) => version))].sort();
  const suites = versions.map((version) =>
    suite(
      version,
      results.filter((result) => result.version === version),
    ),
  );
  return ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>', ...suites, '</testsuites>', ''].join('\n');
}

function suite(version: string, results: readonly CaseResult[]): string {
  const count = (status: CaseResult['status']) => results.filter((result) => result.status === status).length;
  const counts = `tests="${results.length}" failures="${count('failed')}" skipped="${count('excluded')}"`;
  return [`  <testsuite name="KMIP ${attribute(version)}" ${counts}>`, ...results.map(testCase), '  </testsuite>'].join(
    '\n',
  );
}

function testCase({ name, version, status, reason = '', steps }: CaseResult): string {
  const open = `    <testcase classname="KMIP ${attribute(version)}" name="${attribute(name)}"`;
  if (status === 'passed') return `${open}/>`;
  if (status === 'excluded') return `${open}><skipped message="${attribute(reason)}"/></testcase>`;
  const lines = steps.flatMap(({ number, mismatches }) =>
    mismatches.map(({ path, expected, got }) => `step ${number}: ${path}: expected ${expected}, got ${got}`),
  );
  return `${open}><failure message="${attribute(reason)}">${text(lines.join('\n'))}</failure></testcase>`;
}

/** Characters that XML 1.0 cannot carry are shown as U+FFFD: servers may send any text. */
function text(value: string): string {
  return value
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function attribute(value: string): string {
  return text(value).replace(/["\n\r\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}
