/** docs/ovh.md: what the fake OVHcloud API serves, from the declarations that make it do it. */
import { assumedTable, type OvhLedgerEntry, ovhLedger } from '../ovh-api-mock/index.ts';

const header = (columns: readonly string[]) => [`| ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length)}`];
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const escaped = (text: string) => text.replaceAll('|', '\\|');

function servedTable(entries: readonly OvhLedgerEntry[]): string[] {
  const rows = entries.map(({ method, path, about, limits }) =>
    row([method, `\`${path}\``, escaped(about), escaped(limits ?? '')]),
  );
  return [...header(['method', 'path', 'what it does', 'limits']), ...rows];
}

function absentTable(entries: readonly OvhLedgerEntry[]): string[] {
  const rows = entries.map(({ method, path, about }) => row([method, `\`${path}\``, escaped(about)]));
  return [...header(['method', 'path', 'what it is']), ...rows];
}

function assumptions(): string[] {
  const rows = Object.entries(assumedTable).map(([key, { value, about }]) =>
    row([`\`${key}\``, escaped(typeof value === 'string' ? value : JSON.stringify(value)), escaped(about)]),
  );
  return [...header(['name', 'value', 'what it stands for']), ...rows];
}

export function ovhReference(notice: string): string {
  const groups = Map.groupBy(ovhLedger(), ({ status }) => status);
  const served = groups.get('served') ?? [];
  return [
    notice,
    '# The OVHcloud API',
    '',
    `The fake serves ${served.length} operations of OVHcloud’s API, under \`/1.0\` and \`/v1\`, and the files that describe them to anybody: \`/\`, \`/auth.json\`,`,
    '`/dedicatedCloud.json` (and `.yaml`) in OVHcloud’s own format, `/openapi.json` as OpenAPI, which is ours. Their models, parameters, statuses',
    'and IAM actions are those of OVHcloud’s schema.',
    '',
    '## Served',
    '',
    ...servedTable(served),
    '',
    '## Known, but not served',
    '',
    'These answer 404 and say so. `*` stands for every method, or for every path below.',
    '',
    ...absentTable(groups.get('absent') ?? []),
    '',
    '## Assumed values',
    '',
    'No public source tells these. Each can be replaced by the option `assumed` of `createOvhApiMock`.',
    '',
    ...assumptions(),
    '',
  ].join('\n');
}
