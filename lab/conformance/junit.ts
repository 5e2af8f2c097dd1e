import { xmlAttribute, xmlText } from '../report/xml.ts';
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
  return [
    `  <testsuite name="KMIP ${xmlAttribute(version)}" ${counts}>`,
    ...results.map(testCase),
    '  </testsuite>',
  ].join('\n');
}

function testCase({ name, version, status, reason = '', steps }: CaseResult): string {
  const open = `    <testcase classname="KMIP ${xmlAttribute(version)}" name="${xmlAttribute(name)}"`;
  if (status === 'passed') return `${open}/>`;
  if (status === 'excluded') return `${open}><skipped message="${xmlAttribute(reason)}"/></testcase>`;
  const lines = steps.flatMap(({ number, mismatches }) =>
    mismatches.map(({ path, expected, got }) => `step ${number}: ${path}: expected ${expected}, got ${got}`),
  );
  return `${open}><failure message="${xmlAttribute(reason)}">${xmlText(lines.join('\n'))}</failure></testcase>`;
}
