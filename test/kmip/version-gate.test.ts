import { expect, test } from 'vitest';
import {
  type Attribute,
  child,
  decode,
  encodeRequest,
  encodeResponse,
  HashingAlgorithm,
  type Item,
  ItemType,
  item,
  KeyFormatType,
  KMIP_VERSIONS,
  makeAttribute,
  ObjectType,
  Operation,
  operations,
  protocolVersion,
  ResultReason,
  ResultStatus,
  RNGAlgorithm,
  type StructureItem,
  Tag,
  tagEntry,
} from '../../kmip/index.ts';

function tagsIn(found: Item): number[] {
  return found.type === ItemType.Structure ? [found.tag, ...found.value.flatMap(tagsIn)] : [found.tag];
}

function textsIn(found: Item): string[] {
  if (found.type === ItemType.Structure) return found.value.flatMap(textsIn);
  return found.type === ItemType.TextString ? [found.value] : [];
}

// The attribute names that each version brought. KMIP 1.1 §3 and the later specifications (spec 6.6).
const NEW_IN: Record<string, Attribute[]> = {
  '1.1': [
    makeAttribute('Certificate Length', 1),
    makeAttribute('X.509 Certificate Identifier', {
      issuerDistinguishedName: Buffer.of(1),
      certificateSerialNumber: Buffer.of(1),
    }),
    makeAttribute('X.509 Certificate Subject', { subjectDistinguishedName: Buffer.of(1), subjectAlternativeNames: [] }),
    makeAttribute('X.509 Certificate Issuer', { issuerDistinguishedName: Buffer.of(1), issuerAlternativeNames: [] }),
    makeAttribute('Digital Signature Algorithm', 1),
    makeAttribute('Fresh', true),
  ],
  '1.2': [
    makeAttribute('Alternative Name', { alternativeNameValue: 'a', alternativeNameType: 1 }),
    makeAttribute('Key Value Present', true),
    makeAttribute('Key Value Location', { keyValueLocationValue: 'a', keyValueLocationType: 1 }),
    makeAttribute('Original Creation Date', 1),
  ],
  '1.3': [makeAttribute('Random Number Generator', { rngAlgorithm: RNGAlgorithm.Unspecified })],
  '1.4': [
    makeAttribute('PKCS#12 Friendly Name', 'a'),
    makeAttribute('Description', 'a'),
    makeAttribute('Comment', 'a'),
    makeAttribute('Sensitive', true),
    makeAttribute('Always Sensitive', true),
    makeAttribute('Extractable', true),
    makeAttribute('Never Extractable', true),
  ],
};

test.each(KMIP_VERSIONS)(
  'a message of KMIP %s carries the attributes of its version and none that are newer',
  (version) => {
    const old = makeAttribute('Cryptographic Length', 256);
    const attributes = [old, ...Object.values(NEW_IN).flat()];
    const names = attributes.map(({ attributeName }) => attributeName);
    const known = [old, ...Object.entries(NEW_IN).flatMap(([since, list]) => (since <= version ? list : []))];
    const expected = known.map(({ attributeName }) => attributeName);

    const values = operations.getAttributes.response.encode(
      { uniqueIdentifier: '1', attributes },
      protocolVersion(version),
    );
    expect(textsIn(values).filter((text) => names.includes(text))).toEqual(expected);
    const list = { uniqueIdentifier: '1', attributeNames: names };
    expect(textsIn(operations.getAttributeList.response.encode(list, protocolVersion(version)))).toEqual([
      '1',
      ...expected,
    ]);
  },
);

test('a custom attribute passes in every version', () => {
  const attribute: Attribute = { attributeName: 'x-Vendor', attributeValue: item.textString(Tag.AttributeValue, 'v') };
  const payload = operations.addAttribute.request.encode({ uniqueIdentifier: '1', attribute }, protocolVersion('1.0'));
  expect(textsIn(payload)).toEqual(['1', 'x-Vendor', 'v']);
});

test('Key Format Type in a Digest is new in 1.1', () => {
  const digest = makeAttribute('Digest', {
    hashingAlgorithm: HashingAlgorithm.SHA_256,
    digestValue: Buffer.of(1),
    keyFormatType: KeyFormatType.Raw,
  });
  const answer = { uniqueIdentifier: '1', attributes: [digest] };
  const { getAttributes } = operations;
  expect(tagsIn(getAttributes.response.encode(answer, protocolVersion('1.1')))).toContain(Tag.KeyFormatType);
  expect(tagsIn(getAttributes.response.encode(answer, protocolVersion('1.0')))).not.toContain(Tag.KeyFormatType);
});

test('a required attribute that the version does not know is refused, not sent', () => {
  const attribute = makeAttribute('Fresh', true);
  expect(() => operations.addAttribute.request.encode({ attribute }, protocolVersion('1.0'))).toThrow('1.0');
});

const HEADER = {
  nonce: { nonceId: Buffer.of(1), nonceValue: Buffer.of(2) },
  attestationTypes: [1],
  clientCorrelationValue: 'c',
  serverCorrelationValue: 's',
  timeStamp: 1,
};

test.each(KMIP_VERSIONS)('headers of KMIP %s have no field that is newer', (version) => {
  const response = decode(encodeResponse({ ...HEADER, protocolVersion: protocolVersion(version) }, []));
  const request = decode(
    encodeRequest({ ...HEADER, attestationCapableIndicator: true, protocolVersion: protocolVersion(version) }, []),
  );
  for (const message of [response, request]) {
    for (const tag of tagsIn(message)) expect((tagEntry(tag)?.since ?? '9') <= version).toBe(true);
  }
  const head = (message: Item) => (message as StructureItem).value[0] as StructureItem;
  expect(child(head(response), Tag.Nonce) !== undefined).toBe(version >= '1.2');
  expect(child(head(request), Tag.AttestationCapableIndicator) !== undefined).toBe(version >= '1.2');
  for (const message of [request, response]) {
    expect(child(head(message), Tag.AttestationType) !== undefined).toBe(version >= '1.2');
    expect(child(head(message), Tag.ServerCorrelationValue) !== undefined).toBe(version >= '1.4');
    expect(child(head(message), Tag.ClientCorrelationValue) !== undefined).toBe(version >= '1.4');
  }
});

test('Query lists leave out operations, objects and fields that are newer', () => {
  const answer = {
    operations: [Operation.Create, Operation.DiscoverVersions, Operation.Encrypt, Operation.Import],
    objectTypes: [ObjectType.SymmetricKey, ObjectType.PGPKey],
    applicationNamespaces: [],
    extensionInformation: [{ extensionName: 'ACME LOCATION' }],
    attestationTypes: [],
    rngParameters: [{ rngAlgorithm: RNGAlgorithm.Unspecified }],
    profileInformation: [],
    validationInformation: [],
    capabilityInformation: [],
    clientRegistrationMethods: [],
  };
  const values = (version: (typeof KMIP_VERSIONS)[number]) =>
    operations.query.response
      .encode(answer, protocolVersion(version))
      .value.map((one) => (one.type === ItemType.Structure ? tagEntry(one.tag)?.name : one.value));
  expect(values('1.0')).toEqual([1, 2]);
  expect(values('1.1')).toEqual([1, 0x1e, 2, 'Extension Information']);
  expect(values('1.2')).toEqual([1, 0x1e, 0x1f, 2, 9, 'Extension Information']);
  expect(values('1.4')).toEqual([1, 0x1e, 0x1f, 0x2a, 2, 9, 'Extension Information', 'RNG Parameters']);
});

test('Located Items and Object Group Member are gated on both sides', () => {
  const { locate } = operations;
  const answer = { locatedItems: 1, uniqueIdentifiers: ['1'] };
  expect(tagsIn(locate.response.encode(answer, protocolVersion('1.2')))).not.toContain(Tag.LocatedItems);
  const newer = locate.response.encode(answer, protocolVersion('1.3'));
  expect(locate.response.decode(newer, protocolVersion('1.3'))).toEqual(answer);
  expect(() => locate.response.decode(newer, protocolVersion('1.2'))).toThrow(
    expect.objectContaining({ reason: ResultReason.InvalidField }),
  );
  const lenient = locate.response.decode(newer, protocolVersion('1.2'), { unknownFields: 'ignore' });
  expect(lenient).toEqual({ uniqueIdentifiers: ['1'] });
  const request = { objectGroupMember: 1, attributes: [] };
  expect(tagsIn(locate.request.encode(request, protocolVersion('1.0')))).toEqual([Tag.RequestPayload]);
});

test.each([
  ['1.1', ResultReason.GeneralFailure],
  ['1.4', ResultReason.Sensitive],
] as const)('a Result Reason of KMIP 1.4 in a %s message is %i', (version, reason) => {
  const bytes = encodeResponse({ protocolVersion: protocolVersion(version), timeStamp: 1 }, [
    { resultStatus: ResultStatus.OperationFailed, resultReason: ResultReason.Sensitive },
  ]);
  const batch = (decode(bytes) as StructureItem).value[1] as StructureItem;
  expect(child(batch, Tag.ResultReason)).toMatchObject({ value: reason });
});

test('a PGP Key is an object of KMIP 1.2 and later', () => {
  const keyBlock = { keyFormatType: KeyFormatType.Raw };
  const request = {
    objectType: ObjectType.PGPKey,
    templateAttribute: { names: [], attributes: [] },
    object: { objectType: ObjectType.PGPKey, pgpKeyVersion: 4, keyBlock },
  };
  const { register } = operations;
  const newer = register.request.encode(request, protocolVersion('1.2'));
  expect(register.request.decode(newer, protocolVersion('1.2'))).toEqual(request);
  expect(() => register.request.decode(newer, protocolVersion('1.1'))).toThrow(
    expect.objectContaining({ reason: ResultReason.InvalidField }),
  );
  expect(() => register.request.encode(request, protocolVersion('1.1'))).toThrow('1.1');
});
