import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { guideRemarks } from './guide-remarks.ts';

const root = fileURLToPath(new URL('../scenarios/', import.meta.url));
const ending = '.scenario.yaml';

interface Entry {
  /** Path below scenarios/, without the ending. */
  path: string;
  folder: string;
  name: string;
  description: string;
}

/** docs/library.md: the shipped scenarios by folder, and what of the guide each one shows. */
export function libraryReference(notice: string): string {
  const entries = shipped();
  const folders = [...new Set(entries.map(({ folder }) => folder))];
  return [
    notice,
    '# The shipped scenarios',
    '',
    `${entries.length} files in ${folders.length} folders below \`scenarios/\`. Each is a story with a start and an end, runs alone in a lab of its own, and can be copied`,
    'as a start for your own. `keyrig run scenarios/time` runs a folder, `keyrig run` all of them.',
    '',
    '| folder | scenarios | about |',
    '|---|---|---|',
    ...folders.map((folder) => `| [${folder}](#${folder}) | ${of(entries, folder).length} | ${about[folder] ?? ''} |`),
    '',
    ...folders.flatMap((folder) => section(folder, of(entries, folder))),
    "## The guide's remarks",
    '',
    "What OVHcloud's guide to VM encryption asks for, remarks and warns about, in our words, and the scenarios that show it.",
    '',
    '| chapter | | it says | shown by |',
    '|---|---|---|---|',
    ...guideRemarks.map(
      ({ chapter, kind, text, scenarios }) => `| ${chapter} | ${kind} | ${text} | ${scenarios.map(link).join(', ')} |`,
    ),
    '',
  ].join('\n');
}

const about: Record<string, string> = {
  clusters: 'several KMS and several key providers',
  guide: "OVHcloud's guide, from its first step to its last, and each of its remarks",
  interop: 'worlds without steps, to start with `keyrig up` or `keyrig exec` for clients of your own',
  'kms-failures': 'causes of "Cannot generate key"',
  lifecycle: 'what becomes of keys when machines are copied, moved and deleted',
  locking: 'how encrypted machines are locked and unlocked',
  ovh: "OVHcloud's tasks, tokens, gateway and contracts",
  permissions: 'who may do what, in vCenter, at the KMS and at OVHcloud',
  recovery: 'how to come back after a loss',
  recrypt: 'new keys for encrypted machines',
  time: 'what happens because time passes',
  tls: 'the connection between vCenter and KMS',
  trust: 'certificates and passwords on both sides',
  vmotion: 'encrypted migrations',
};

function section(folder: string, entries: readonly Entry[]): string[] {
  return [
    `## ${folder}`,
    '',
    '| scenario | story | of the guide |',
    '|---|---|---|',
    ...entries.map(
      ({ path, description }) => `| ${link(path)} | ${description.replaceAll('|', '\\|')} | ${told(path)} |`,
    ),
    '',
  ];
}

function told(path: string): string {
  const remarks = guideRemarks.filter(({ scenarios }) => scenarios.includes(path));
  // The scenario of the whole guide is in half of the table below.
  return path === 'guide/guide' ? 'all of it' : remarks.map(({ text }) => text).join('; ');
}

function link(path: string): string {
  return `[${path}](../scenarios/${path}${ending})`;
}

function of(entries: readonly Entry[], folder: string): Entry[] {
  return entries.filter((entry) => entry.folder === folder);
}

function shipped(): Entry[] {
  return globSync(`**/*${ending}`, { cwd: root })
    .sort()
    .map((file) => {
      const { name, description = '' } = parse(readFileSync(`${root}${file}`, 'utf8')) as Partial<Entry>;
      return { path: file.slice(0, -ending.length), folder: dirname(file), name: name ?? '', description };
    });
}
