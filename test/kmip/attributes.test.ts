import { expect, test } from 'vitest';
import {
  CryptographicAlgorithm,
  DRBGAlgorithm,
  encode,
  isCustomAttribute,
  item,
  KeyFormatType,
  makeAttribute,
  makeCustomAttribute,
  makeTransparentKey,
  ObjectType,
  protocolVersion,
  RecommendedCurve,
  ResultReason,
  RNGAlgorithm,
  readAttribute,
  readTransparentKey,
  STANDARD_ATTRIBUTES,
  type StandardAttribute,
  type StandardAttributeName,
  standardAttribute,
  Tag,
  UsageLimitsUnit,
} from '../../kmip/index.ts';

const ALL = Object.entries<StandardAttribute>(STANDARD_ATTRIBUTES);
const having = (test: (attribute: StandardAttribute) => boolean) =>
  ALL.filter(([, attribute]) => attribute.since <= '1.1' && test(attribute)).map(([name]) => name);

// The columns of the attribute tables of KMIP 1.1 §3, copied by hand.
test('attributes that may have several instances', () => {
  expect(having(({ multipleInstances }) => multipleInstances)).toEqual([
    'Name',
    'Cryptographic Parameters',
    'Digital Signature Algorithm',
    'Digest',
    'Object Group',
    'Link',
    'Application Specific Information',
  ]);
});

test('attributes that a client may delete', () => {
  expect(having(({ deletableByClient }) => deletableByClient === true)).toEqual([
    'Name',
    'Cryptographic Parameters',
    'Object Group',
    'Link',
    'Application Specific Information',
    'Contact Information',
  ]);
  expect(having(({ deletableByClient }) => deletableByClient === 'unallocated')).toEqual(['Usage Limits']);
});

test('attributes that a client may modify, always or under a condition', () => {
  expect(having(({ modifiableByClient }) => modifiableByClient === true)).toEqual([
    'Name',
    'Cryptographic Parameters',
    'Object Group',
    'Link',
    'Application Specific Information',
    'Contact Information',
  ]);
  expect(having(({ modifiableByClient }) => typeof modifiableByClient === 'string')).toEqual([
    'Usage Limits',
    'Activation Date',
    'Process Start Date',
    'Protect Stop Date',
    'Deactivation Date',
  ]);
});

test('attributes that a client may set first', () => {
  expect(having(({ initiallySetBy }) => initiallySetBy !== 'server')).toEqual([
    'Name',
    'Cryptographic Parameters',
    'Cryptographic Domain Parameters',
    'Operation Policy Name',
    'Cryptographic Usage Mask',
    'Usage Limits',
    'Activation Date',
    'Process Start Date',
    'Protect Stop Date',
    'Deactivation Date',
    'Object Group',
    'Fresh',
    'Link',
    'Application Specific Information',
    'Contact Information',
  ]);
});

test('attributes that every symmetric key has', () => {
  const always = having(({ always, appliesTo }) => always && appliesTo.has(ObjectType.SymmetricKey));
  expect(always).toEqual([
    'Unique Identifier',
    'Object Type',
    'Cryptographic Algorithm',
    'Cryptographic Length',
    'Digest',
    'Cryptographic Usage Mask',
    'State',
    'Initial Date',
    'Last Change Date',
  ]);
});

// KMIP 1.4 §3.40 to §3.51, copied by hand: who sets it first, whether the server and the client modify it, whether the
// client deletes it, whether it may have several instances, whether it always has a value.
test.each([
  ['Alternative Name', '1.2', 'client', true, true, true, true, false],
  ['Key Value Present', '1.2', 'server', false, false, false, false, false],
  ['Key Value Location', '1.2', 'client', false, true, true, true, false],
  ['Original Creation Date', '1.2', 'either', false, false, false, false, false],
  ['Random Number Generator', '1.3', 'either', false, false, false, false, false],
  ['PKCS#12 Friendly Name', '1.4', 'either', false, true, true, false, false],
  ['Description', '1.4', 'either', true, true, true, false, false],
  ['Comment', '1.4', 'either', true, true, true, false, false],
  ['Sensitive', '1.4', 'either', true, true, false, false, true],
  ['Always Sensitive', '1.4', 'server', true, false, false, false, true],
  ['Extractable', '1.4', 'either', true, true, false, false, true],
  ['Never Extractable', '1.4', 'server', true, false, false, false, true],
] as const)('%s, new in %s, has the rules of its table', (name, since, init, server, client, del, multi, always) => {
  expect(STANDARD_ATTRIBUTES[name]).toMatchObject({
    since,
    initiallySetBy: init,
    modifiableByServer: server,
    modifiableByClient: client,
    deletableByClient: del,
    multipleInstances: multi,
    always,
  });
});

test('attributes that came after 1.1 apply to the objects of their tables', () => {
  const { SymmetricKey, PrivateKey, SplitKey, SecretData, PublicKey, PGPKey, Certificate, OpaqueObject, Template } =
    ObjectType;
  const on = (name: StandardAttributeName) => [...STANDARD_ATTRIBUTES[name].appliesTo].sort();
  expect(on('Key Value Present')).toEqual([SymmetricKey, PrivateKey, SplitKey, SecretData].sort());
  expect(on('Key Value Location')).toEqual([SymmetricKey, PrivateKey, SplitKey, SecretData].sort());
  expect(on('Digital Signature Algorithm')).toEqual([Certificate, PGPKey].sort());
  const cryptographic = [SymmetricKey, PrivateKey, SplitKey, SecretData, PublicKey, PGPKey, Certificate].sort();
  expect(on('Random Number Generator')).toEqual(cryptographic);
  expect(on('PKCS#12 Friendly Name')).toEqual(cryptographic);
  expect(on('Sensitive')).toEqual([...cryptographic, OpaqueObject, Template].sort());
});

test('a Random Number Generator is typed as RNG Parameters', () => {
  const parameters = {
    rngAlgorithm: RNGAlgorithm.DRBG,
    cryptographicAlgorithm: CryptographicAlgorithm.AES,
    drbgAlgorithm: DRBGAlgorithm.CTR,
    predictionResistance: true,
  };
  const attribute = makeAttribute('Random Number Generator', parameters);
  expect(encode(attribute.attributeValue ?? item.integer(0, 0)).toString('hex')).toBe(
    '42000b0100000040' +
      '4200da05000000040000000300000000' +
      '42002805000000040000000300000000' +
      '4200db05000000040000000500000000' +
      '4200dd06000000080000000000000001',
  );
  expect(readAttribute('Random Number Generator', attribute)).toEqual(parameters);
});

test('a Template has no State and an Opaque Object no Cryptographic Length', () => {
  expect(STANDARD_ATTRIBUTES.State.appliesTo.has(ObjectType.Template)).toBe(false);
  expect(STANDARD_ATTRIBUTES['Cryptographic Length'].appliesTo.has(ObjectType.OpaqueObject)).toBe(false);
  expect(STANDARD_ATTRIBUTES['Destroy Date'].appliesTo.has(ObjectType.OpaqueObject)).toBe(true);
});

test('an attribute that is newer than the version is unknown', () => {
  expect(standardAttribute('Fresh', protocolVersion('1.0'))).toBeUndefined();
  expect(standardAttribute('Fresh', protocolVersion('1.1'))?.since).toBe('1.1');
  expect(standardAttribute('Sensitive', protocolVersion('1.3'))).toBeUndefined();
  expect(standardAttribute('x-Vendor')).toBeUndefined();
  expect([isCustomAttribute('x-Vendor'), isCustomAttribute('y-a'), isCustomAttribute('State')]).toEqual([
    true,
    true,
    false,
  ]);
});

test('typed values have the item types of the specification', () => {
  const bytes = (attribute: ReturnType<typeof makeAttribute>) =>
    encode(attribute.attributeValue ?? item.integer(0, 0)).toString('hex');
  expect(bytes(makeAttribute('Activation Date', 1))).toBe('42000b09000000080000000000000001');
  expect(bytes(makeAttribute('Lease Time', 1))).toBe('42000b0a000000040000000100000000');
  expect(bytes(makeAttribute('Object Group', 'g'))).toBe('42000b07000000016700000000000000');
  const limits = { usageLimitsTotal: 5n, usageLimitsCount: 4n, usageLimitsUnit: UsageLimitsUnit.Object };
  expect(bytes(makeAttribute('Usage Limits', limits))).toBe(
    '42000b0100000030420097030000000800000000000000054200960300000008000000000000000442009805000000040000000200000000',
  );
  expect(readAttribute('Usage Limits', makeAttribute('Usage Limits', limits))).toEqual(limits);
});

test('a value of another shape is an Invalid Field', () => {
  const wrong = { attributeName: 'Cryptographic Length', attributeValue: item.textString(Tag.AttributeValue, '256') };
  expect(() => readAttribute('Cryptographic Length', wrong)).toThrow(
    expect.objectContaining({ reason: ResultReason.InvalidField }),
  );
  expect(() => readAttribute('State', { attributeName: 'State' })).toThrow(
    expect.objectContaining({ reason: ResultReason.InvalidField }),
  );
  const far = { attributeName: 'Initial Date', attributeValue: item.dateTime(Tag.AttributeValue, 2n ** 60n) };
  expect(() => readAttribute('Initial Date', far)).toThrow(
    expect.objectContaining({ reason: ResultReason.InvalidField }),
  );
});

test('a custom attribute carries any item', () => {
  const made = makeCustomAttribute('x-ID', item.structure(0, [item.integer(0x540001, 1)]), 2);
  expect(made).toEqual({
    attributeName: 'x-ID',
    attributeIndex: 2,
    attributeValue: item.structure(Tag.AttributeValue, [item.integer(0x540001, 1)]),
  });
});

test('the elliptic curve keys of 1.3 have the fields of the older ones', () => {
  const key = { recommendedCurve: RecommendedCurve.P_256, qString: Buffer.of(4, 5) };
  const material = makeTransparentKey(KeyFormatType.TransparentECPublicKey, key);
  expect(encode(material).toString('hex')).toBe(
    '42004301000000204200750500000004000000070000000042007208000000020405000000000000',
  );
  expect(readTransparentKey(KeyFormatType.TransparentECPublicKey, material)).toEqual(key);
});

test('transparent keys are typed by their format', () => {
  const key = { recommendedCurve: RecommendedCurve.P_256, d: 7n };
  const material = makeTransparentKey(KeyFormatType.TransparentECDSAPrivateKey, key);
  expect(encode(material).toString('hex')).toBe(
    '42004301000000204200750500000004000000070000000042002e04000000080000000000000007',
  );
  expect(readTransparentKey(KeyFormatType.TransparentECDSAPrivateKey, material)).toEqual(key);
  expect(() => readTransparentKey(KeyFormatType.TransparentSymmetricKey, material)).toThrow(
    expect.objectContaining({ reason: ResultReason.InvalidField }),
  );
});
