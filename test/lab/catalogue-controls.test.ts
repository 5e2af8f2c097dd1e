import { describe, expect, it } from 'vitest';
import { composeProbe, composeWithoutFault } from '../../lab/catalogue/compose.ts';
import { catalogue } from '../../lab/catalogue/index.ts';
import { probes } from '../../lab/catalogue/probes.ts';
import { problemsOf, runComposed } from './catalogue-run.ts';

/** Entries whose attempt fails; the others differ in what is seen afterwards or in the timeline alone. */
const failing = catalogue.filter(({ answer }) => 'fault' in answer);
const others = catalogue.filter((entry) => !failing.includes(entry));

describe('what the entries of the catalogue try works when nothing is wrong, and answers as none of them', () => {
  it.each(Object.entries(probes))('%s', async (name, probe) => {
    const entries = failing.filter((entry) => entry.probe === probe);
    const scenario = composeProbe(
      name,
      probe,
      entries.map(({ answer }) => answer),
    );
    expect(problemsOf(await runComposed(scenario))).toEqual([]);
  });
});

describe('without its fault, an entry of the catalogue is wrong', () => {
  // Of those that fail a few go the whole way; their answers were compared above.
  const chosen = [...others, ...failing.filter((_, index) => index % 10 === 0)];
  it.each(chosen.map((entry) => [entry.id, entry] as const))('%s', async (_, entry) => {
    const { status, problem, steps } = await runComposed(composeWithoutFault(entry));
    expect({ status, problem }).toEqual({ status: 'failed', problem: undefined });
    // What leads to the attempt is in order: it is the attempt, or what is seen after it, that differs.
    const wrong = steps.findIndex((step) => step.status === 'failed');
    const attempt = steps.findIndex(({ id }) => id === 'attempt');
    expect(wrong).toBeGreaterThanOrEqual(attempt);
  });
});
