import { describe, expect, it } from 'vitest';
import { compose } from '../../lab/catalogue/compose.ts';
import { groups } from '../../lab/catalogue/entry.ts';
import { catalogue } from '../../lab/catalogue/index.ts';
import { problemsOf, runComposed } from './catalogue-run.ts';

describe('every entry of the catalogue looks as it says, on the wire and in the timeline', () => {
  it.each(catalogue.map((entry) => [entry.id, entry] as const))('%s', async (_, entry) => {
    expect(problemsOf(await runComposed(compose(entry)))).toEqual([]);
  });
});

describe('the catalogue', () => {
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
