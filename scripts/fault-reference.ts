import { type FaultPoint, faultActions, faultModifiers, faultPoint, faultPointNames } from '../core/index.ts';
import type { FaultEntry } from '../lab/catalogue/entry.ts';
import { catalogue } from '../lab/catalogue/index.ts';
import { grouped } from '../lab/catalogue/pages.ts';
import { notesFor, sightsOf } from '../lab/catalogue/words.ts';

/** docs/faults.md: the fault points and the catalogue. */
export function faultReference(notice: string): string {
  const parts = grouped(catalogue);
  return [
    notice,
    '# Faults',
    '',
    `What can go wrong, how a scenario causes it, and what it looks like from every side: ${catalogue.length} entries. Each is a test:`,
    'the fragment is put into a scenario, somebody tries what the entry names, and everything that the entry says is checked',
    'on the wire and in the timeline.',
    '',
    '```sh',
    'keyrig faults                          # the list',
    'keyrig faults kms-stopped              # one entry, with its fragment',
    'keyrig faults kms-stopped --scenario   # a whole scenario, ready to run',
    '```',
    '',
    'A fragment goes into a scenario as it stands: `world` and `faults` beside what is there, `steps` before the step that shall fail.',
    '',
    ...parts.map(({ title, entries }) => `- [${title}](#${anchor(title)}): ${entries.length}`),
    '',
    '## Fault points',
    '',
    'Where a rule under `faults` can strike (`at`), what its `match` and `per` look at, and what its `then` takes there, with',
    'the members or words that the action knows.',
    '',
    '| point | asked at | `match` and `per` see | `then` takes |',
    '|---|---|---|---|',
    ...faultPointNames.map(pointRow),
    '',
    '`then` has exactly one action. The modifiers `delay`, `jitter` and `drip` go with it, or stand alone.',
    '',
    '| in `then` | what happens |',
    '|---|---|',
    ...Object.entries({ ...faultActions, ...faultModifiers }).map(([name, about]) => `| \`${name}\` | ${about} |`),
    '',
    ...parts.flatMap(({ title, entries }) => [
      `## ${title}`,
      '',
      '| fault | what goes wrong |',
      '|---|---|',
      ...entries.map((entry) => `| [${entry.id}](#${entry.id}) | ${entry.title} |`),
      '',
      ...entries.flatMap(entryLines),
    ]),
  ].join('\n');
}

function pointRow(name: FaultPoint): string {
  const { about, subject, actions, modifiers } = faultPoint(name);
  const taken = [
    ...Object.entries(actions).map(
      ([action, words]) => `\`${action}\`${words.length > 0 ? ` (${words.join(', ')})` : ''}`,
    ),
    ...modifiers.map((modifier) => `\`${modifier}\``),
  ];
  return `| \`${name}\` | ${about} | \`{ ${subject.join(', ')} }\` | ${taken.join(', ')} |`;
}

function entryLines(entry: FaultEntry): string[] {
  const { id, title, story, fragment, probe, provenance } = entry;
  return [
    `### ${id}`,
    '',
    `**${title}.** ${story}`,
    '',
    '```yaml',
    fragment.trimEnd(),
    '```',
    '',
    ...notesFor(entry).flatMap((note) => [`It comes after the step \`${note}\`.`, '']),
    `When ${probe.title}:`,
    '',
    ...sightsOf(entry).map(({ where, text }) => `- ${where}: ${text}`),
    '',
    `${provenance.word}: ${provenance.source}`,
    '',
  ];
}

/** The anchor that Markdown gives a heading. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replace(/\s/g, '-');
}
