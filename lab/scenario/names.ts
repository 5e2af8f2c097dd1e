import type { Json } from '../../core/index.ts';
import { problemOf, type Reference, referencesIn, type Variables } from './interpolate.ts';
import type { Description } from './issues.ts';

/** The sections of a file whose members are steps, in the order they run. */
export const stepSections = ['steps', 'verify', 'cleanup'] as const;

/** What the lab itself is known as, once it runs; see `Lab.variables`. */
const labNames = ['kms', 'allKms', 'serviceName', 'seed', 'urls', 'access'] as const;
export type LabName = (typeof labNames)[number];

/** Keys whose values are read before names stand for anything. */
const literal: readonly string[] = ['vars', 'matrix', 'use'];

/**
 * References that can never stand for anything: outside of the steps only `known` names do, in a step also what the lab is and
 * what an earlier step captures.
 */
export function referenceProblems(scenario: object, known: Variables): Description[] {
  const sections: readonly string[] = stepSections;
  const fixed = Object.entries(scenario)
    .filter(([key]) => !literal.includes(key) && !sections.includes(key))
    .flatMap(([key, member]) => referencesIn(member, [key]))
    .flatMap((reference) => describe(reference, known, 'is known only to steps'));
  const inSteps = new Map<string, Json>([...labNames.map((name) => [name, null] as const), ...known]);
  const later = capturedNames(scenario);
  const problems: Description[] = [];
  for (const section of stepSections) {
    for (const [index, step] of listOf(scenario, section).entries()) {
      for (const reference of referencesIn(step, [section, index])) {
        if (inSteps.has(reference.name) && !known.has(reference.name)) continue;
        problems.push(...describe(reference, inSteps, later));
      }
      for (const name of capturedIn([step])) inSteps.set(name, null);
    }
  }
  return [...fixed, ...problems];
}

function describe(reference: Reference, known: Variables, why: string | ReadonlySet<string>): Description[] {
  const problem = problemOf(reference, known);
  if (problem === undefined) return [];
  const { path, name } = reference;
  if (typeof why === 'string') {
    const isLab = (labNames as readonly string[]).includes(name);
    return [{ path, message: isLab ? `\${${reference.expression}} ${why}` : problem }];
  }
  return [{ path, message: why.has(name) ? `\${${name}} is captured only by a later step` : problem }];
}

/** The names that the steps of a file capture. */
export function capturedNames(scenario: object): ReadonlySet<string> {
  return new Set(capturedIn(stepSections.flatMap((section) => listOf(scenario, section))));
}

function capturedIn(steps: readonly unknown[]): string[] {
  return steps.flatMap((step) => {
    const { capture } = (step ?? {}) as { capture?: unknown };
    return typeof capture === 'object' && capture !== null ? Object.keys(capture) : [];
  });
}

function listOf(scenario: object, section: (typeof stepSections)[number]): readonly unknown[] {
  const list = (scenario as Record<string, unknown>)[section];
  return Array.isArray(list) ? list : [];
}
