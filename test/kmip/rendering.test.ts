import { expect, test } from 'vitest';
import {
  CredentialType,
  CryptographicAlgorithm,
  decode,
  encodeRequest,
  type Item,
  item,
  KeyFormatType,
  makeAttribute,
  makeCustomAttribute,
  makeTransparentKey,
  ObjectType,
  operations,
  protocolVersion,
  requestItem,
  SecretDataType,
  State,
  Tag,
  toJson,
  toText,
  toXml,
} from '../../kmip/index.ts';

const V11 = protocolVersion('1.1');
const KEY = Buffer.from('6B657972696720746573742076616C75', 'hex');

/** A Register request that holds every kind of secret. */
function register(): Item {
  const keyBlock = {
    keyFormatType: KeyFormatType.Raw,
    keyValue: { keyMaterial: KEY, attributes: [] },
    cryptographicAlgorithm: CryptographicAlgorithm.AES,
    cryptographicLength: 128,
  };
  const payload = {
    objectType: ObjectType.SymmetricKey,
    templateAttribute: {
      names: [],
      attributes: [makeAttribute('Cryptographic Usage Mask', 0x0c), makeAttribute('State', State.PreActive)],
    },
    object: { objectType: ObjectType.SymmetricKey, keyBlock },
  };
  const authentication = {
    credential: { credentialType: CredentialType.UsernameAndPassword, username: 'Fred', password: 'pass"word1' },
  };
  return decode(
    encodeRequest({ protocolVersion: V11, authentication }, [requestItem(operations.register, payload, V11)]),
  );
}

test('text names everything and hides the secrets', () => {
  expect(toText(register())).toBe(
    `
Request Message
  Request Header
    Protocol Version
      Protocol Version Major (Integer): 1
      Protocol Version Minor (Integer): 1
    Authentication
      Credential
        Credential Type (Enumeration): Username and Password (0x00000001)
        Credential Value
          Username (TextString): "Fred"
          Password (TextString): [redacted, 10 bytes]
    Batch Count (Integer): 1
  Batch Item
    Operation (Enumeration): Register (0x00000003)
    Request Payload
      Object Type (Enumeration): Symmetric Key (0x00000002)
      Template-Attribute
        Attribute
          Attribute Name (TextString): "Cryptographic Usage Mask"
          Attribute Value (Integer): Encrypt | Decrypt (0x0000000C)
        Attribute
          Attribute Name (TextString): "State"
          Attribute Value (Enumeration): Pre-Active (0x00000001)
      Symmetric Key
        Key Block
          Key Format Type (Enumeration): Raw (0x00000001)
          Key Value
            Key Material (ByteString): [redacted, 16 bytes]
          Cryptographic Algorithm (Enumeration): AES (0x00000003)
          Cryptographic Length (Integer): 128`.trimStart(),
  );
});

test('reveal shows the secrets', () => {
  const text = toText(register(), { reveal: true });
  expect(text).toContain('Key Material (ByteString): 6B657972696720746573742076616C75');
  expect(text).toContain('Password (TextString): "pass\\"word1"');
});

test.each([
  ['text', (tree: Item, reveal: boolean) => toText(tree, { reveal })],
  ['XML', (tree: Item, reveal: boolean) => toXml(tree, { reveal })],
  ['JSON', (tree: Item, reveal: boolean) => JSON.stringify(toJson(tree, { reveal }))],
])('%s shows no secret unless told to', (_name, render) => {
  const secrets: [shown: string, tree: Item][] = [
    ['6B6579', item.byteString(Tag.KeyMaterial, KEY)],
    ['6B6579', item.byteString(Tag.KeyValue, KEY)],
    ['6B6579', item.byteString(Tag.OpaqueDataValue, KEY)],
    ['hidden-word', item.textString(Tag.Password, 'hidden-word')],
    ['hidden-word', item.structure(Tag.Password, [item.textString(Tag.Username, 'hidden-word')])],
    ['6B6579', makeTransparentKey(KeyFormatType.TransparentSymmetricKey, { key: KEY })],
    ['ABCDEF', makeTransparentKey(KeyFormatType.TransparentECDSAPrivateKey, { recommendedCurve: 7, d: 0xabcdefn })],
    ['ABCDEF', item.structure(Tag.KeyMaterial, [item.bigInteger(0x540001, 0xabcdefn)])],
    ...(['privateExponent', 'p', 'q', 'primeExponentP', 'primeExponentQ', 'crtCoefficient'] as const).map(
      (part): [string, Item] => [
        'ABCDEF',
        makeTransparentKey(KeyFormatType.TransparentRSAPrivateKey, { modulus: 5n, [part]: 0xabcdefn }),
      ],
    ),
  ];
  for (const [shown, tree] of secrets) {
    expect(render(tree, true)).toContain(shown);
    expect(render(tree, false)).not.toContain(shown);
    expect(render(tree, false)).toContain('[redacted, ');
  }
  const rsaPublic = makeTransparentKey(KeyFormatType.TransparentRSAPublicKey, {
    modulus: 0xabcdefn,
    publicExponent: 3n,
  });
  expect(render(rsaPublic, false)).toContain('ABCDEF');
});

// By hand from Additional Message Encodings 1.0 §4 (XML) and §6 (JSON).
const MIXED = item.structure(Tag.RequestPayload, [
  item.integer(Tag.CryptographicUsageMask, 0x0c),
  item.integer(Tag.BatchCount, -1),
  item.longInteger(Tag.UsageLimitsCount, 2n ** 53n),
  item.bigInteger(Tag.Modulus, -1n),
  item.enumeration(Tag.CryptographicAlgorithm, CryptographicAlgorithm.DES3),
  item.enumeration(Tag.CryptographicAlgorithm, 0x8000_0001),
  item.boolean(Tag.BatchOrderOption, true),
  item.textString(Tag.Username, 'a<b>"&\n'),
  item.byteString(Tag.UniqueBatchItemID, Buffer.from([0x0a, 0xff])),
  item.dateTime(Tag.ActivationDate, 1205495800),
  item.interval(Tag.LeaseTime, 60),
  item.structure(0x540001, []),
  item.textString(0x540002, 'na'),
]);

test('XML follows the encoding specification', () => {
  expect(toXml(MIXED)).toBe(
    `
<RequestPayload>
  <CryptographicUsageMask type="Integer" value="Encrypt Decrypt"/>
  <BatchCount type="Integer" value="-1"/>
  <UsageLimitsCount type="LongInteger" value="9007199254740992"/>
  <Modulus type="BigInteger" value="FFFFFFFFFFFFFFFF"/>
  <CryptographicAlgorithm type="Enumeration" value="DES3"/>
  <CryptographicAlgorithm type="Enumeration" value="0x80000001"/>
  <BatchOrderOption type="Boolean" value="true"/>
  <Username type="TextString" value="a&#60;b&#62;&#34;&#38;&#10;"/>
  <UniqueBatchItemID type="ByteString" value="0AFF"/>
  <ActivationDate type="DateTime" value="2008-03-14T11:56:40+00:00"/>
  <LeaseTime type="Interval" value="60"/>
  <TTLV tag="0x540001"/>
  <TTLV tag="0x540002" type="TextString" value="na"/>
</RequestPayload>`.trimStart(),
  );
});

test('JSON follows the encoding specification', () => {
  expect(toJson(MIXED)).toEqual({
    tag: 'RequestPayload',
    value: [
      { tag: 'CryptographicUsageMask', type: 'Integer', value: 'Encrypt|Decrypt' },
      { tag: 'BatchCount', type: 'Integer', value: -1 },
      { tag: 'UsageLimitsCount', type: 'LongInteger', value: '0x0020000000000000' },
      { tag: 'Modulus', type: 'BigInteger', value: '0xFFFFFFFFFFFFFFFF' },
      { tag: 'CryptographicAlgorithm', type: 'Enumeration', value: 'DES3' },
      { tag: 'CryptographicAlgorithm', type: 'Enumeration', value: '0x80000001' },
      { tag: 'BatchOrderOption', type: 'Boolean', value: true },
      { tag: 'Username', type: 'TextString', value: 'a<b>"&\n' },
      { tag: 'UniqueBatchItemID', type: 'ByteString', value: '0AFF' },
      { tag: 'ActivationDate', type: 'DateTime', value: '2008-03-14T11:56:40+00:00' },
      { tag: 'LeaseTime', type: 'Interval', value: 60 },
      { tag: '0x540001', value: [] },
      { tag: '0x540002', type: 'TextString', value: 'na' },
    ],
  });
});

test('a custom attribute is shown as it is', () => {
  const attribute = makeCustomAttribute('x-Name', item.textString(0, 'test01'));
  const payload = operations.addAttribute.request.encode({ attribute }, V11);
  expect(toText(payload)).toContain('Attribute Value (TextString): "test01"');
});

test('a Secret Data object hides its value', () => {
  const payload = operations.get.response.encode(
    {
      objectType: ObjectType.SecretData,
      uniqueIdentifier: '1',
      object: {
        objectType: ObjectType.SecretData,
        secretDataType: SecretDataType.Password,
        keyBlock: { keyFormatType: KeyFormatType.Opaque, keyValue: { keyMaterial: KEY, attributes: [] } },
      },
    },
    V11,
  );
  expect(toText(payload)).toContain('Key Material (ByteString): [redacted, 16 bytes]');
});
