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
import { blockCipherModes } from '../kmip-server/cryptography/cipher-choice.ts';
import { digestNames } from '../kmip-server/cryptography/hash.ts';
import { asymmetricFormats, formatsOf } from '../kmip-server/cryptography/key-formats.ts';
import { notSupported, valueName } from '../kmip-server/cryptography/not-supported.ts';
import { handlers } from '../kmip-server/operations/index.ts';
import { objectTypesAt } from '../kmip-server/operations/query.ts';
import { profileNames } from '../kmip-server/profiles.ts';

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

const formatName = (format: number) => enumName('KeyFormatType', format) ?? String(format);

/** Formats that a key is taken in, converted between on Get, and in 1.4 packed into. */
function formatTable(): string[] {
  const keys = (kind: 'private' | 'public') =>
    Object.entries(asymmetricFormats[kind]).map(([type, formats]) =>
      row([`${type.toUpperCase()} ${kind} key`, formats.map(formatName).join(', ')]),
    );
  const symmetric = formatsOf({ kind: 'bytes', bytes: Buffer.alloc(0) });
  return [
    ...header(['key', 'formats']),
    row(['symmetric key', symmetric.map(formatName).join(', ')]),
    ...keys('private'),
    ...keys('public'),
  ];
}

function cipherTable(): string[] {
  const rows = [...blockCipherModes].map(([algorithm, modes]) =>
    row([
      enumName('CryptographicAlgorithm', algorithm) ?? String(algorithm),
      modes.map((mode) => enumName('BlockCipherMode', mode) ?? mode).join(', '),
    ]),
  );
  return [...header(['algorithm', 'Block Cipher Modes']), ...rows, row(['ChaCha20, ChaCha20-Poly1305', 'no mode'])];
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
      typesText(rules.appliesTo),
    ]),
  );
  const columns = ['attribute', 'since', 'first set by', 'client modifies', 'client deletes', 'several', 'objects'];
  return [...header(columns), ...rows];
}

/** `all`, `all but Template`, `Certificate, PGP Key`: whichever is shortest. */
function typesText(types: ReadonlySet<number>): string {
  const all = enumEntries('ObjectType');
  const names = (wanted: boolean) => all.filter(({ code }) => types.has(code) === wanted).map(({ name }) => name);
  const missing = names(false);
  if (missing.length === 0) return 'all';
  return missing.length <= 3 ? `all but ${missing.join(', ')}` : names(true).join(', ');
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
    '## Key formats',
    '',
    'A key comes back byte for byte in the format in which it was registered, or converted to the one that Get asks for.',
    'Other formats are kept as they are.',
    '',
    ...formatTable(),
    '',
    '## Ciphers and hashes',
    '',
    ...cipherTable(),
    '',
    `Hashing Algorithms: ${[...digestNames.keys()].map((hash) => enumName('HashingAlgorithm', hash)).join(', ')}.`,
    '',
    '## Profiles',
    '',
    'Told by Query Profiles (KMIP 1.3) for each version that the server speaks:',
    '',
    ...profileNames.always.map((name) => `- ${name}`),
    ...profileNames.overHttps.map((name) => `- ${name}, with the option \`https\``),
    '',
    'Not claimed: Baseline Server Basic (it asks for TLS 1.0), Complete Server (Notify and Put), the Suite B profiles (their',
    'cipher suites need a server certificate with an elliptic key).',
    '',
    '## Refused',
    '',
    'Registered values that are answered with Feature Not Supported.',
    '',
    ...refusedTable(),
    '',
  ].join('\n');
}
