import { describe, expect, test } from 'vitest';
import {
  encode,
  enumCode,
  type Item,
  ItemType,
  item,
  itemTypesOfTag,
  KMIP_VERSIONS,
  type KmipVersion,
  operationByCode,
  operations,
  type PayloadCodec,
  protocolVersion,
  ResultReason,
  type StructureItem,
  Tag,
  tagCode,
} from '../../kmip/index.ts';

// Every payload table of KMIP 1.4 §4, typed in by hand: operation, its first version, request, response. `*` = required,
// `+` = may be repeated, `@1.3` = the version that added the field. The managed object is a Symmetric Key here.
const KEY_PAIR_TEMPLATES = 'Common Template-Attribute, Private Key Template-Attribute, Public Key Template-Attribute';
const KEY_PAIR_ANSWER =
  'Private Key Unique Identifier*, Public Key Unique Identifier*, Private Key Template-Attribute, Public Key Template-Attribute';
const STREAM = 'Correlation Value@1.3, Init Indicator@1.3, Final Indicator@1.3';
const NEW_OBJECT = 'Unique Identifier*, Template-Attribute';
const WITH_KEY = 'Unique Identifier, Cryptographic Parameters';
const TABLES: readonly (readonly [string, KmipVersion, request: string, response: string])[] = [
  ['Create', '1.0', 'Object Type*, Template-Attribute*', `Object Type*, ${NEW_OBJECT}`],
  ['Create Key Pair', '1.0', KEY_PAIR_TEMPLATES, KEY_PAIR_ANSWER],
  ['Register', '1.0', 'Object Type*, Template-Attribute*, Symmetric Key', NEW_OBJECT],
  ['Re-key', '1.0', 'Unique Identifier, Offset, Template-Attribute', NEW_OBJECT],
  ['Re-key Key Pair', '1.1', `Private Key Unique Identifier, Offset, ${KEY_PAIR_TEMPLATES}`, KEY_PAIR_ANSWER],
  [
    'Derive Key',
    '1.0',
    'Object Type*, Unique Identifier+, Derivation Method*, Derivation Parameters*, Template-Attribute*',
    NEW_OBJECT,
  ],
  [
    'Certify',
    '1.0',
    'Unique Identifier, Certificate Request Type, Certificate Request, Template-Attribute',
    NEW_OBJECT,
  ],
  [
    'Re-certify',
    '1.0',
    'Unique Identifier, Certificate Request Type, Certificate Request, Offset, Template-Attribute',
    NEW_OBJECT,
  ],
  [
    'Locate',
    '1.0',
    'Maximum Items, Offset Items@1.3, Storage Status Mask, Object Group Member@1.1, Attribute+',
    'Located Items@1.3, Unique Identifier+',
  ],
  [
    'Check',
    '1.0',
    'Unique Identifier, Usage Limits Count, Cryptographic Usage Mask, Lease Time',
    'Unique Identifier, Usage Limits Count, Cryptographic Usage Mask, Lease Time',
  ],
  [
    'Get',
    '1.0',
    'Unique Identifier, Key Format Type, Key Wrap Type@1.4, Key Compression Type, Key Wrapping Specification',
    'Object Type*, Unique Identifier*, Symmetric Key*',
  ],
  ['Get Attributes', '1.0', 'Unique Identifier, Attribute Name+', 'Unique Identifier*, Attribute+'],
  ['Get Attribute List', '1.0', 'Unique Identifier', 'Unique Identifier*, Attribute Name+'],
  ['Add Attribute', '1.0', 'Unique Identifier, Attribute*', 'Unique Identifier*, Attribute*'],
  ['Modify Attribute', '1.0', 'Unique Identifier, Attribute*', 'Unique Identifier*, Attribute*'],
  ['Delete Attribute', '1.0', 'Unique Identifier, Attribute Name*, Attribute Index', 'Unique Identifier*, Attribute*'],
  ['Obtain Lease', '1.0', 'Unique Identifier', 'Unique Identifier*, Lease Time*, Last Change Date*'],
  ['Get Usage Allocation', '1.0', 'Unique Identifier, Usage Limits Count*', 'Unique Identifier*'],
  ['Activate', '1.0', 'Unique Identifier', 'Unique Identifier*'],
  ['Revoke', '1.0', 'Unique Identifier, Revocation Reason*, Compromise Occurrence Date', 'Unique Identifier*'],
  ['Destroy', '1.0', 'Unique Identifier', 'Unique Identifier*'],
  ['Archive', '1.0', 'Unique Identifier', 'Unique Identifier*'],
  ['Recover', '1.0', 'Unique Identifier', 'Unique Identifier*'],
  ['Validate', '1.0', 'Certificate+, Unique Identifier+, Validity Date', 'Validity Indicator*'],
  [
    'Query',
    '1.0',
    'Query Function+',
    'Operation+, Object Type+, Vendor Identification, Server Information, Application Namespace+, ' +
      'Extension Information+@1.1, Attestation Type+@1.2, RNG Parameters+@1.3, Profile Information+@1.3, ' +
      'Validation Information+@1.3, Capability Information+@1.3, Client Registration Method+@1.3',
  ],
  ['Discover Versions', '1.1', 'Protocol Version+', 'Protocol Version+'],
  ['Cancel', '1.0', 'Asynchronous Correlation Value*', 'Asynchronous Correlation Value*, Cancellation Result*'],
  [
    'Encrypt',
    '1.2',
    `${WITH_KEY}, Data, IV/Counter/Nonce, ${STREAM}, Authenticated Encryption Additional Data@1.4`,
    'Unique Identifier*, Data, IV/Counter/Nonce, Correlation Value@1.3, Authenticated Encryption Tag@1.4',
  ],
  [
    'Decrypt',
    '1.2',
    `${WITH_KEY}, Data, IV/Counter/Nonce, ${STREAM}, Authenticated Encryption Additional Data@1.4, ` +
      'Authenticated Encryption Tag@1.4',
    'Unique Identifier*, Data, Correlation Value@1.3',
  ],
  [
    'Sign',
    '1.2',
    `${WITH_KEY}, Data, Digested Data@1.4, ${STREAM}`,
    'Unique Identifier*, Signature Data, Correlation Value@1.3',
  ],
  [
    'Signature Verify',
    '1.2',
    `${WITH_KEY}, Data, Digested Data@1.4, Signature Data, ${STREAM}`,
    'Unique Identifier*, Validity Indicator*, Data, Correlation Value@1.3',
  ],
  ['MAC', '1.2', `${WITH_KEY}, Data, ${STREAM}`, 'Unique Identifier*, MAC Data, Correlation Value@1.3'],
  [
    'MAC Verify',
    '1.2',
    `${WITH_KEY}, Data, MAC Data, ${STREAM}`,
    'Unique Identifier*, Validity Indicator*, Correlation Value@1.3',
  ],
  ['RNG Retrieve', '1.2', 'Data Length*', 'Data*'],
  ['RNG Seed', '1.2', 'Data*', 'Data Length*'],
  ['Hash', '1.2', `Cryptographic Parameters*, Data, ${STREAM}`, 'Data, Correlation Value@1.3'],
  [
    'Create Split Key',
    '1.2',
    'Object Type*, Unique Identifier, Split Key Parts*, Split Key Threshold*, Split Key Method*, Prime Field Size, ' +
      'Template-Attribute*',
    // Object Type: in the table of 1.2 only.
    'Object Type, Unique Identifier+, Template-Attribute',
  ],
  [
    'Join Split Key',
    '1.2',
    'Object Type*, Unique Identifier+, Secret Data Type, Template-Attribute',
    'Object Type, Unique Identifier*, Template-Attribute',
  ],
  [
    'Export',
    '1.4',
    'Unique Identifier, Key Format Type, Key Wrap Type, Key Compression Type, Key Wrapping Specification',
    'Object Type*, Unique Identifier*, Attribute+, Symmetric Key',
  ],
  [
    'Import',
    '1.4',
    'Unique Identifier*, Replace Existing, Key Wrap Type, Attribute+, Symmetric Key*',
    'Unique Identifier*',
  ],
];

type FieldRow = { tag: number; required: boolean; repeated: boolean; since: KmipVersion };

function rowsOf(table: string): FieldRow[] {
  return table.split(', ').map((text) => {
    const [, name, marks, since = '1.0'] = /^([^*+@]+)([*+]?)(?:@(.*))?$/.exec(text) ?? [];
    const tag = tagCode(name ?? '');
    if (tag === undefined) throw new Error(`no tag ${text}`);
    return { tag, required: marks === '*', repeated: marks === '+', since: since as KmipVersion };
  });
}

/** The fields that a structure needs. */
const INSIDE: Readonly<Record<number, readonly number[]>> = {
  [Tag.Attribute]: [Tag.AttributeName, Tag.AttributeValue],
  [Tag.Certificate]: [Tag.CertificateType, Tag.CertificateValue],
  [Tag.SymmetricKey]: [Tag.KeyBlock],
  [Tag.KeyBlock]: [Tag.KeyFormatType],
  [Tag.KeyWrappingSpecification]: [Tag.WrappingMethod],
  [Tag.RevocationReason]: [Tag.RevocationReasonCode],
  [Tag.ProtocolVersion]: [Tag.ProtocolVersionMajor, Tag.ProtocolVersionMinor],
  [Tag.ExtensionInformation]: [Tag.ExtensionName],
  [Tag.RNGParameters]: [Tag.RNGAlgorithm],
  [Tag.ProfileInformation]: [Tag.ProfileName],
  [Tag.ValidationInformation]: [
    Tag.ValidationAuthorityType,
    Tag.ValidationVersionMajor,
    Tag.ValidationType,
    Tag.ValidationLevel,
  ],
};

function sample(tag: number): Item {
  if (tag === Tag.AttributeName) return item.textString(tag, 'x-a');
  switch (itemTypesOfTag(tag)?.[0]) {
    case ItemType.Structure:
      return item.structure(tag, (INSIDE[tag] ?? []).map(sample));
    case ItemType.LongInteger:
      return item.longInteger(tag, 1n);
    case ItemType.BigInteger:
      return item.bigInteger(tag, 1n);
    case ItemType.Enumeration:
      return item.enumeration(tag, 1);
    case ItemType.Boolean:
      return item.boolean(tag, true);
    case ItemType.TextString:
      return item.textString(tag, 'a');
    case ItemType.ByteString:
      return item.byteString(tag, Buffer.of(1));
    case ItemType.DateTime:
      return item.dateTime(tag, 1);
    case ItemType.Interval:
      return item.interval(tag, 1);
    default:
      return item.integer(tag, 1);
  }
}

const refusedAs = (reason: ResultReason) => expect.objectContaining({ reason });
const hex = (payload: StructureItem) => encode(payload).toString('hex');

function checkPayload(codec: PayloadCodec<unknown>, payloadTag: number, rows: FieldRow[], name: KmipVersion): void {
  const version = protocolVersion(name);
  const payload = (tags: readonly number[]) => item.structure(payloadTag, tags.map(sample));
  const known = rows.filter(({ since }) => since <= name);
  const all = payload(known.flatMap(({ tag, repeated }) => (repeated ? [tag, tag] : [tag])));
  // Another order than the table's would give a warning, and other bytes.
  const value = codec.decode(all, version, { warn: expect.fail });
  expect(hex(codec.encode(value, version))).toBe(hex(all));

  const newest = codec.decode(payload(rows.map(({ tag }) => tag)), protocolVersion('1.4'));
  expect(hex(codec.encode(newest, version))).toBe(hex(payload(known.map(({ tag }) => tag))));
  for (const { tag } of rows.filter(({ since }) => since > name)) {
    const tooNew = payload([...known.map((row) => row.tag), tag]);
    expect(() => codec.decode(tooNew, version)).toThrow(refusedAs(ResultReason.InvalidField));
  }
  for (const { tag, required, repeated } of known) {
    const without = payload(known.filter((row) => row.tag !== tag).map((row) => row.tag));
    if (required) expect(() => codec.decode(without, version)).toThrow(refusedAs(ResultReason.InvalidMessage));
    else expect(codec.decode(without, version)).toBeDefined();
    const twice = payload([...known.map((row) => row.tag), tag]);
    if (!repeated) expect(() => codec.decode(twice, version)).toThrow(refusedAs(ResultReason.InvalidMessage));
  }
}

describe.each(TABLES)('%s', (name, since, request, response) => {
  const definition = operationByCode(enumCode('Operation', name) ?? 0);

  test(`is new in ${since}`, () => {
    expect(definition?.since).toBe(since);
  });

  test.each(KMIP_VERSIONS.filter((version) => version >= since))('has the fields of KMIP %s in order', (version) => {
    if (!definition) return expect.fail(`${name} is not declared`);
    checkPayload(definition.request, Tag.RequestPayload, rowsOf(request), version);
    checkPayload(definition.response, Tag.ResponsePayload, rowsOf(response), version);
  });
});

test('the operations are those of the tables, and Poll', () => {
  const declared = Object.values(operations).map(({ operation }) => operation);
  const tables = TABLES.map(([name]) => enumCode('Operation', name));
  expect(declared).toHaveLength(TABLES.length + 1);
  expect(new Set(declared)).toEqual(new Set([...tables, enumCode('Operation', 'Poll')]));
});

test('Poll passes the payload of the finished operation on', () => {
  const version = protocolVersion('1.0');
  const correlation = item.structure(Tag.RequestPayload, [sample(Tag.AsynchronousCorrelationValue)]);
  const request = operations.poll.request.decode(correlation, version);
  expect(request).toEqual({ asynchronousCorrelationValue: Buffer.of(1) });
  expect(hex(operations.poll.request.encode(request, version))).toBe(hex(correlation));
  const answer = item.structure(Tag.ResponsePayload, [sample(Tag.UniqueIdentifier), sample(Tag.Attribute)]);
  expect(operations.poll.response.decode(answer, version)).toBe(answer);
  expect(operations.poll.response.encode(answer, version)).toBe(answer);
  expect(() => operations.poll.response.decode(undefined, version)).toThrow(refusedAs(ResultReason.InvalidMessage));
});

test('Derivation Parameters have the fields of PBKDF2 last', () => {
  const tags = [
    Tag.CryptographicParameters,
    Tag.InitializationVector,
    Tag.DerivationData,
    Tag.Salt,
    Tag.IterationCount,
  ];
  const request = item.structure(Tag.RequestPayload, [
    item.enumeration(Tag.ObjectType, 2),
    item.enumeration(Tag.DerivationMethod, 1),
    item.structure(Tag.DerivationParameters, tags.map(sample)),
    item.structure(Tag.TemplateAttribute, []),
  ]);
  const { deriveKey } = operations;
  const value = deriveKey.request.decode(request, protocolVersion('1.0'), { warn: expect.fail });
  expect(value.derivationParameters).toEqual({
    cryptographicParameters: {},
    initializationVector: Buffer.of(1),
    derivationData: Buffer.of(1),
    salt: Buffer.of(1),
    iterationCount: 1,
  });
  expect(hex(deriveKey.request.encode(value, protocolVersion('1.0')))).toBe(hex(request));
});

test('Capability Information tells of Undo and Continue from 1.4 on', () => {
  const tags = [
    Tag.StreamingCapability,
    Tag.AsynchronousCapability,
    Tag.AttestationCapability,
    Tag.BatchUndoCapability,
    Tag.BatchContinueCapability,
    Tag.UnwrapMode,
    Tag.DestroyAction,
    Tag.ShreddingAlgorithm,
    Tag.RNGMode,
  ];
  const answer = (inside: readonly number[]) =>
    item.structure(Tag.ResponsePayload, [item.structure(Tag.CapabilityInformation, inside.map(sample))]);
  const { response } = operations.query;
  const value = response.decode(answer(tags), protocolVersion('1.4'), { warn: expect.fail });
  expect(hex(response.encode(value, protocolVersion('1.4')))).toBe(hex(answer(tags)));
  const older = tags.filter((tag) => tag !== Tag.BatchUndoCapability && tag !== Tag.BatchContinueCapability);
  expect(hex(response.encode(value, protocolVersion('1.3')))).toBe(hex(answer(older)));
});
