import { describe, expect, it } from 'vitest';
import {
  answerCorruptions,
  certificateFaults,
  type FaultRule,
  faultModifierNames,
  faultPoint,
  faultPointNames,
  wireCorruptions,
} from '../../core/index.ts';
import { compose, fragmentOf } from '../../lab/catalogue/compose.ts';
import { groups } from '../../lab/catalogue/entry.ts';
import { catalogue } from '../../lab/catalogue/index.ts';
import { problemsOf, runComposed } from './catalogue-run.ts';

describe('every entry of the catalogue looks as it says, on the wire and in the timeline', () => {
  it.each(catalogue.map((entry) => [entry.id, entry] as const))('%s', async (_, entry) => {
    expect(problemsOf(await runComposed(compose(entry)))).toEqual([]);
  });
});

/** What the fragments do at each fault point: action → the words that it is given there. */
function usedActions(): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>();
  for (const { at, then } of catalogue.flatMap((entry) => (fragmentOf(entry).faults ?? []) as unknown as FaultRule[])) {
    for (const [action, value] of Object.entries(then)) {
      const words = used.get(`${at} ${action}`) ?? new Set();
      used.set(`${at} ${action}`, words.add(typeof value === 'string' ? value : ''));
    }
  }
  return used;
}

describe('the catalogue', () => {
  it('has at least sixty entries, and some in each group', () => {
    expect(catalogue.length).toBeGreaterThanOrEqual(60);
    for (const group of Object.keys(groups)) expect(catalogue.filter((entry) => entry.group === group)).not.toEqual([]);
  });

  it('uses what faults can do at each point', () => {
    const used = usedActions();
    const missing = faultPointNames.flatMap((at) =>
      Object.keys(faultPoint(at).actions)
        .map((action) => `${at} ${action}`)
        .filter((name) => !used.has(name)),
    );
    expect(missing).toEqual([]);
    for (const modifier of faultModifierNames)
      expect([...used.keys()].some((name) => name.endsWith(` ${modifier}`))).toBe(true);
  });

  it('uses each certificate and each corruption that a fault knows', () => {
    const used = usedActions();
    const words = (name: string) => [...(used.get(name) ?? [])].sort();
    expect(words('kmip.connection certificate')).toEqual([...certificateFaults].sort());
    expect(words('kmip.response corrupt')).toEqual([...answerCorruptions].sort());
    expect(words('vcenter.vmotion corrupt')).toEqual([...wireCorruptions].sort());
  });

  it('has ids that are words, each once', () => {
    const ids = catalogue.map(({ id }) => id);
    expect(ids.filter((id) => !/^[a-z0-9]+(-[a-z0-9]+)+$/.test(id))).toEqual([]);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('says of each entry what a user sees, what the timeline has, and where that was read', () => {
    for (const { id, group, title, story, answer, timeline, provenance } of catalogue) {
      expect(Object.keys(groups), id).toContain(group);
      expect(title, id).not.toMatch(/\.$|\n/);
      expect(story, id).toMatch(/^[^\n]+[.]$/);
      expect(Object.keys(answer).length, id).toBeGreaterThan(0);
      expect(Object.values(timeline).flat().length, id).toBeGreaterThan(0);
      expect(provenance.source.length, id).toBeGreaterThan(10);
    }
  });
});
