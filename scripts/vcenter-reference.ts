/** docs/vcenter.md: what the vCenter mock does, from the declarations that make it do it. */
import { type LedgerEntry, restLedger, vimLedger } from '../vcenter-mock/ledger.ts';
import { versionProfiles } from '../vcenter-mock/profiles.ts';

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
    '## Not simulated',
    '',
    ...absentTypes(entries),
    '',
  ].join('\n');
}
