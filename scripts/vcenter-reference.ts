/** docs/vcenter.md: what the vCenter mock does, from the declarations that make it do it. */
import { assumed, provenance } from '../vcenter-mock/assumed.ts';
import { cryptoAssumed, cryptoProvenance } from '../vcenter-mock/crypto/assumed.ts';
import { type LedgerEntry, restLedger, vimLedger } from '../vcenter-mock/ledger.ts';
import { versionProfiles } from '../vcenter-mock/profiles.ts';
import type { Provenance } from '../vcenter-mock/provenance.ts';

const header = (columns: readonly string[]) => [`| ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length)}`];
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

function profileTable(): string[] {
  const rows = Object.entries(versionProfiles).map(([name, { version, build, apiVersion }]) =>
    row([name, version, build, apiVersion]),
  );
  return [...header(['`version`', 'about.version', 'build', 'API version']), ...rows];
}

/** One section for each type that does something: its methods, the version they came with, the privilege, what is left out. */
function methodTables(entries: readonly LedgerEntry[]): string[] {
  const lines: string[] = [];
  for (const [type, methods] of Map.groupBy(entries, ({ type }) => type)) {
    const done = methods.filter(({ implemented }) => implemented);
    if (done.length === 0) continue;
    const absent = methods.filter(({ implemented }) => !implemented).map(({ method }) => method);
    lines.push(`### ${type} (${done.length} of ${methods.length})`, '');
    lines.push(...header(['method', 'since', 'privilege', 'left out']));
    for (const { method, since, privilege, limits } of done) {
      lines.push(row([method, since ?? '', privilege || 'by arguments', limits ?? '']));
    }
    if (absent.length > 0) lines.push('', 'Answer NotImplemented:', '', ...absent.map((name) => `- ${name}`));
    lines.push('');
  }
  return lines;
}

function restTable(): string[] {
  const rows = restLedger().map(({ request, since, privilege }) =>
    row([`\`${request}\``, since ?? '', privilege ?? '']),
  );
  return [...header(['request', 'since', 'privilege at the root']), ...rows];
}

/** The types of which no method is simulated. */
function absentTypes(entries: readonly LedgerEntry[]): string[] {
  const groups = [...Map.groupBy(entries, ({ type }) => type)];
  return groups
    .filter(([, methods]) => methods.every(({ implemented }) => !implemented))
    .map(([type, methods]) => `- ${type} (${methods.length})`);
}

/** A value of the table as it can be shown: a text's parameters as dots, the members of an object one by one. */
function shown(key: string, value: unknown): [key: string, text: string][] {
  if (typeof value === 'function') return [[key, String(value(...Array.from({ length: value.length }, () => '…')))]];
  if (Array.isArray(value)) {
    return value.map((one) => [key, typeof one === 'object' ? String((one as { name?: string }).name) : String(one)]);
  }
  if (typeof value !== 'object' || value === null) return [[key, String(value)]];
  return Object.entries(value).flatMap(([member, inner]) => shown(`${key}.${member}`, inner));
}

/** What no public source confirms, and how sure each is. */
function assumedTable(
  table: Readonly<Record<string, unknown>>,
  sources: Readonly<Record<string, Provenance | undefined>>,
): string[] {
  const rows = Object.entries(table).flatMap(([key, value]) =>
    shown(key, value).map(([name, text]) =>
      row([`\`${name}\``, text.replaceAll('|', '\\|'), sources[key] ?? 'assumed']),
    ),
  );
  return [...header(['name', 'value', 'provenance']), ...rows];
}

export function vcenterReference(notice: string): string {
  const entries = vimLedger();
  const done = entries.filter(({ implemented }) => implemented).length;
  return [
    notice,
    '# The vCenter mock',
    '',
    `Every one of the ${entries.length} methods of vim25 and PBM is declared, with its parameters, privilege and faults; ${done} are simulated. The others answer`,
    '`NotImplemented`, and the journal says so. A method or field that is newer than the server, or than the version in the client’s `SOAPAction`, is',
    'neither sent nor accepted.',
    '',
    '## Releases',
    '',
    '`world.vcenter.version` chooses which release the vCenter is; each is its newest update.',
    '',
    ...profileTable(),
    '',
    '## Methods',
    '',
    ...methodTables(entries),
    '## REST',
    '',
    'What else is asked for answers 404 as a vCenter does, and the journal says so. `/api` is of 7.0 Update 2 and later.',
    '',
    ...restTable(),
    '',
    'Besides: `GET` or `POST /cryptomanager/kms/{provider}`, the backup of a native key provider for the token of its export; `POST /lookupservice/sdk`',
    '(RetrieveServiceContent, List, Get, GetSiteId); `POST /sts/STSService` (WS-Trust Issue, by name and password or by a token: bearer and holder-of-key',
    'SAML 2.0 tokens, which `LoginByToken` and the REST sessions take).',
    '',
    '`POST /api` is vAPI’s JSON-RPC protocol, which VMware’s SDKs for Python and Java and PowerCLI speak: the same operations by the names of their',
    'services, for sessions by name and password or by a bearer token. Left out: holder-of-key tokens there, and the services that describe services.',
    '',
    '## Not simulated',
    '',
    ...absentTypes(entries),
    '',
    '## Texts and values without a firm source',
    '',
    'Everything else that a client can see names its source where it stands in the code. These can be replaced by the option `assumed`',
    'of `createVcenterMock`.',
    '',
    ...assumedTable(assumed, provenance),
    '',
    'Encryption (the option `encryption.assumed`):',
    '',
    ...assumedTable(cryptoAssumed, cryptoProvenance),
    '',
  ].join('\n');
}
