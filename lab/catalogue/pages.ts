import type { JsonObject } from '../../core/index.ts';
import { compose, scenarioText } from './compose.ts';
import { type FaultEntry, type Group, groups } from './entry.ts';
import { notesFor, sightsOf } from './words.ts';

/** Entries by group, in the order of the groups; empty groups are left out. */
export function grouped(entries: readonly FaultEntry[]): { group: Group; title: string; entries: FaultEntry[] }[] {
  return Object.entries(groups)
    .map(([group, title]) => ({
      group: group as Group,
      title,
      entries: entries.filter((entry) => entry.group === group),
    }))
    .filter((part) => part.entries.length > 0);
}

/** The list that `keyrig faults` prints. */
export function listText(entries: readonly FaultEntry[]): string {
  const width = Math.max(...entries.map(({ id }) => id.length));
  const parts = grouped(entries).map(
    ({ group, title, entries: members }) =>
      `${title} (${group})\n${members.map((entry) => `  ${entry.id.padEnd(width)}  ${entry.title}\n`).join('')}`,
  );
  return `${parts.join('\n')}\n${entries.length} faults. "keyrig faults NAME" shows one with the YAML that causes it.\n`;
}

/** The page of one entry in a terminal. */
export function pageText(entry: FaultEntry): string {
  const { id, title, story, fragment, probe, provenance } = entry;
  const sights = sightsOf(entry);
  const width = Math.max(...sights.map(({ where }) => where.length));
  return [
    `${id}: ${title}`,
    '',
    story,
    '',
    'Paste into a scenario:',
    '',
    fragment.trimEnd(),
    '',
    ...notesFor(entry).flatMap((note) => [`after the step  ${note}`, '']),
    `When ${probe.title}:`,
    '',
    ...sights.map(({ where, text }) => `  ${where.padEnd(width)}  ${text}`),
    '',
    `${provenance.word}: ${provenance.source}`,
    '',
    `"keyrig faults ${id} --scenario" prints a scenario that runs.`,
    '',
  ].join('\n');
}

/** An entry for programs; `scenario` is the text of a file that causes it and checks everything that is said here. */
export function jsonOf(entry: FaultEntry): JsonObject {
  const { id, group, title, story, fragment, probe, answer, vcenter, timeline, provenance } = entry;
  return {
    id,
    group,
    title,
    story,
    fragment,
    tried: probe.title,
    answer,
    vcenter: vcenter as JsonObject | undefined,
    timeline: timeline as unknown as JsonObject,
    provenance,
    scenario: scenarioText(compose(entry)),
  };
}
