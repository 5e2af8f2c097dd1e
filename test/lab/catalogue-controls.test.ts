import { describe, expect, it } from 'vitest';
import { composeProbe, composeWithoutFault } from '../../lab/catalogue/compose.ts';
import { catalogue } from '../../lab/catalogue/index.ts';
import { probes } from '../../lab/catalogue/probes.ts';
import { problemsOf, runComposed } from './catalogue-run.ts';

describe('what the entries of the catalogue try works when nothing is wrong', () => {
  it.each(Object.entries(probes))('%s', async (name, probe) => {
    expect(problemsOf(await runComposed(composeProbe(name, probe)))).toEqual([]);
  });
});

describe('without its fault, an entry of the catalogue is wrong', () => {
  it.each(catalogue.map((entry) => [entry.id, entry] as const))('%s', async (_, entry) => {
    const { status, problem, steps } = await runComposed(composeWithoutFault(entry));
    expect({ status, problem }).toEqual({ status: 'failed', problem: undefined });
    // What leads to the attempt is in order: it is the attempt, or what is seen after it, that differs.
    const wrong = steps.findIndex((step) => step.status === 'failed');
    const attempt = steps.findIndex(({ id }) => id === 'attempt');
    expect(wrong).toBeGreaterThanOrEqual(attempt);
  });
});
