/** docs/kmip.md: what the KMIP server does, from the declarations that make it do it. */
import {
  enumEntries,
  enumName,
  isSince,
  KMIP_VERSIONS,
  type KmipVersion,
  operationByCode,
  protocolVersion,
  STANDARD_ATTRIBUTES,
  type StandardAttribute,
} from '../kmip/index.ts';
import { notSupported, valueName } from '../kmip-server/cryptography/not-supported.ts';
import { handlers } from '../kmip-server/operations/index.ts';
import { objectTypesAt } from '../kmip-server/operations/query.ts';

const header = (columns: readonly string[]) => [`| ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length)}`];
const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** A mark for each version that knows what `since` introduced. */
function marks(since: KmipVersion): string[] {
  return KMIP_VERSIONS.map((version) => (isSince(protocolVersion(version), since) ? 'yes' : ''));
}

function operationTable(): string[] {
  const rows = enumEntries('Operation').map(({ code, name, since }) => {
    const handler = handlers.get(code);
    const clause = operationByCode(code)?.clause ?? '';
    const cells = handler ? marks(handler.since) : KMIP_VERSIONS.map(() => '');
    return row([name, ...cells, handler ? clause : `${clause || `since ${since}`}; ${absent(name)}`]);
  });
  return [...header(['operation', ...KMIP_VERSIONS, 'clause']), ...rows];
}

/** Why an operation of the registry is not offered. */
function absent(name: string): string {
  return name === 'Notify' || name === 'Put' ? 'sent by servers to clients, not offered' : 'not offered';
}

function objectTable(): string[] {
  const types = enumEntries('ObjectType').map(({ code, name }) =>
    row([
      name,
      ...KMIP_VERSIONS.map((version) => (objectTypesAt(protocolVersion(version)).includes(code) ? 'yes' : '')),
    ]),
  );
  return [...header(['object', ...KMIP_VERSIONS]), ...types];
}

function attributeTable(): string[] {
  const rows = Object.entries<StandardAttribute>(STANDARD_ATTRIBUTES).map(([name, rules]) =>
    row([
      name,
      rules.deprecated ? `${rules.since}, deprecated in ${rules.deprecated}` : rules.since,
      rules.initiallySetBy,
      permission(rules.modifiableByClient),
      permission(rules.deletableByClient),
      rules.multipleInstances ? 'yes' : '',
      [...rules.appliesTo].map((type) => enumName('ObjectType', type) ?? type).join(', '),
    ]),
  );
  const columns = ['attribute', 'since', 'first set by', 'client modifies', 'client deletes', 'several', 'objects'];
  return [...header(columns), ...rows];
}

const permissions: Record<string, string> = {
  true: 'yes',
  false: '',
  unactivated: 'while Pre-Active',
  undeactivated: 'while Pre-Active or Active',
  'not-reached': 'until it is reached',
  unallocated: 'before Get Usage Allocation',
  own: 'its own',
  'no-data': 'without Application Data',
};

function permission(value: StandardAttribute['modifiableByClient']): string {
  return permissions[String(value)] ?? String(value);
}

function refusedTable(): string[] {
  const rows = notSupported.map(({ enumeration, code, because }) => row([valueName(enumeration, code), because]));
  return [...header(['value', 'why']), ...rows];
}

/** The page. */
export function kmipReference(notice: string): string {
  return [
    notice,
    '# What the KMIP server does',
    '',
    'Everything here follows from the declarations in `kmip/` and `kmip-server/`; how it is proved stands in `test/conformance`.',
    '',
    '## Operations',
    '',
    ...operationTable(),
    '',
    '## Managed objects',
    '',
    ...objectTable(),
    '',
    '## Attributes',
    '',
    'Custom attributes (`x-` of clients, `y-` of the server) may have any type and several instances.',
    '',
    ...attributeTable(),
    '',
    '## Refused',
    '',
    'Registered values that are answered with Feature Not Supported.',
    '',
    ...refusedTable(),
    '',
  ].join('\n');
}
