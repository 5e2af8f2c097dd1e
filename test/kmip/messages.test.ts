import { expect, test } from 'vitest';
import {
  BatchErrorContinuationOption,
  CredentialType,
  CryptographicAlgorithm,
  decodeRequest,
  decodeResponse,
  encode,
  encodeRequest,
  encodeResponse,
  item,
  KeyFormatType,
  KmipError,
  makeAttribute,
  NameType,
  ObjectType,
  Operation,
  operations,
  protocolVersion,
  ResultReason,
  ResultStatus,
  readAttribute,
  requestItem,
  responseItem,
  Tag,
} from '../../kmip/index.ts';

const V11 = protocolVersion('1.1');
const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

/** The request "create-aes-256" of a vCenter 7.0.3, written out by hand from its description. */
const VCENTER_CREATE = hex(`
  42007801 00000130
    42007701 00000038
      42006901 00000020  42006a02 00000004 00000001 00000000  42006b02 00000004 00000001 00000000
      42000d02 00000004 00000001 00000000
    42000f01 000000e8
      42005c05 00000004 00000001 00000000
      42009308 00000008 514c4b43 01000000
      42007901 000000c0
        42005705 00000004 00000002 00000000
        42009101 000000a8
          42000801 00000030
            42000a07 00000017 43727970746f6772617068696320416c676f726974686d 00
            42000b05 00000004 00000003 00000000
          42000801 00000030
            42000a07 00000018 43727970746f67726170686963205573616765204d61736b
            42000b02 00000004 0000000c 00000000
          42000801 00000030
            42000a07 00000014 43727970746f67726170686963204c656e677468 00000000
            42000b02 00000004 00000100 00000000`);

test('a Create built from typed values has the bytes that a vCenter sends', () => {
  const payload = {
    objectType: ObjectType.SymmetricKey,
    templateAttribute: {
      names: [],
      attributes: [
        makeAttribute('Cryptographic Algorithm', CryptographicAlgorithm.AES),
        makeAttribute('Cryptographic Usage Mask', 12),
        makeAttribute('Cryptographic Length', 256),
      ],
    },
  };
  const id = Buffer.from('QLKC\x01\0\0\0', 'latin1');
  const bytes = encodeRequest({ protocolVersion: V11 }, [requestItem(operations.create, payload, V11, id)]);
  expect(bytes.toString('hex')).toBe(VCENTER_CREATE.toString('hex'));
});

test('a Create is typed', () => {
  const { items, version } = decodeRequest(VCENTER_CREATE);
  const [first] = items;
  if (!first || first.error) throw new Error('no batch item');
  expect(first.operation).toBe(Operation.Create);
  const { objectType, templateAttribute } = operations.create.request.decode(first.payload, version);
  expect(objectType).toBe(ObjectType.SymmetricKey);
  expect(templateAttribute.attributes.map(({ attributeName }) => attributeName)).toEqual([
    'Cryptographic Algorithm',
    'Cryptographic Usage Mask',
    'Cryptographic Length',
  ]);
  const [, , length] = templateAttribute.attributes;
  if (!length) throw new Error('no attribute');
  expect(readAttribute('Cryptographic Length', length)).toBe(256);
});

test('the request header stands in the order of the specification', () => {
  const bytes = encodeRequest(
    {
      // Given in another order on purpose.
      timeStamp: 1,
      batchOrderOption: true,
      batchErrorContinuationOption: BatchErrorContinuationOption.Stop,
      authentication: {
        credential: { credentialType: CredentialType.UsernameAndPassword, username: 'u', password: 'p' },
      },
      asynchronousIndicator: false,
      maximumResponseSize: 256,
      protocolVersion: V11,
    },
    [],
  );
  expect(bytes.toString('hex')).toBe(
    hex(`
      42007801 000000d8
        42007701 000000d0
          42006901 00000020  42006a02 00000004 00000001 00000000  42006b02 00000004 00000001 00000000
          42005002 00000004 00000100 00000000
          42000706 00000008 00000000 00000000
          42000c01 00000040
            42002301 00000038
              42002405 00000004 00000001 00000000
              42002501 00000020
                42009907 00000001 75000000 00000000
                4200a107 00000001 70000000 00000000
          42000e05 00000004 00000002 00000000
          42001006 00000008 00000000 00000001
          42009209 00000008 00000000 00000001
          42000d02 00000004 00000000 00000000`).toString('hex'),
  );
  const { header } = decodeRequest(bytes);
  expect(header).toEqual({
    protocolVersion: V11,
    maximumResponseSize: 256,
    asynchronousIndicator: false,
    attestationTypes: [],
    authentication: { credential: { credentialType: 1, username: 'u', password: 'p' } },
    batchErrorContinuationOption: 2,
    batchOrderOption: true,
    timeStamp: 1,
    batchCount: 0,
  });
});

test('a Get response carries the managed object', () => {
  const payload = {
    objectType: ObjectType.SymmetricKey,
    uniqueIdentifier: '2',
    object: {
      objectType: ObjectType.SymmetricKey,
      keyBlock: {
        keyFormatType: KeyFormatType.Raw,
        keyValue: { keyMaterial: Buffer.alloc(8, 0xaa), attributes: [] },
        cryptographicAlgorithm: CryptographicAlgorithm.AES,
        cryptographicLength: 64,
      },
    },
  };
  expect(encode(operations.get.response.encode(payload, V11)).toString('hex')).toBe(
    hex(
      `
      42007c01 00000078
        42005705 00000004 00000002 00000000
        42009407 00000001 32000000 00000000
        42008f01 00000050
          42004001 00000048
            42004205 00000004 00000001 00000000
            42004501 00000010  42004308 00000008 aaaaaaaa aaaaaaaa
            42002805 00000004 00000003 00000000
            42002a02 00000004 00000040 00000000`,
    ).toString('hex'),
  );
});

/** A Get request around payload bytes; `fields` come between the operation and the payload. */
function batchItem(payload: string, fields = ''): string {
  const body = `42005c05 00000004 0000000a 00000000 ${fields} ${payload}`.replaceAll(/\s/g, '');
  return `42000f01 ${(body.length / 2).toString(16).padStart(8, '0')} ${body}`;
}

function request(minor: number, items: string[]): Buffer {
  const header = `42007701 00000038 42006901 00000020 42006a02 00000004 00000001 00000000
    42006b02 00000004 0000000${minor} 00000000 42000d02 00000004 0000000${items.length} 00000000`;
  const body = `${header}${items.join('')}`.replaceAll(/\s/g, '');
  return hex(`42007801 ${(body.length / 2).toString(16).padStart(8, '0')} ${body}`);
}

function refusal(action: () => unknown): KmipError {
  try {
    action();
  } catch (error) {
    if (error instanceof KmipError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const ID = (n: number) => `42009308 00000001 0${n}000000 00000000`;
const GET_2 = '42007901 00000010 42009407 00000001 32000000 00000000';

test.each([
  ['a Boolean of 2 inside the payload', '42007901 00000010 42000706 00000008 00000000 00000002'],
  ['a field longer than the payload', '42007901 00000010 42009407 00000020 32000000 00000000'],
  ['a field type that does not exist', '42007901 00000010 4200940f 00000001 32000000 00000000'],
  ['a batch item field that is unknown', '42007c01 00000000'],
])('%s fails its batch item and no other', (_name, broken) => {
  const bytes = request(1, [batchItem(GET_2, ID(1)), batchItem(broken, ID(2)), batchItem(GET_2, ID(3))]);
  const { items, version } = decodeRequest(bytes);
  expect(items).toHaveLength(3);
  const [first, second, third] = items;
  for (const good of [first, third]) {
    if (!good || good.error) throw new Error('a good batch item was refused');
    expect(operations.get.request.decode(good.payload, version)).toEqual({ uniqueIdentifier: '2' });
  }
  expect(second?.error).toBeInstanceOf(KmipError);
  expect(second?.operation).toBe(Operation.Get);
  expect(second?.uniqueBatchItemId).toEqual(Buffer.from([2]));
});

test('of an item that is broken from its first field on nothing is known', () => {
  const bytes = request(1, ['42000f01 00000010 42005c05 00000099 0000000a 00000000']);
  expect(decodeRequest(bytes).items).toEqual([
    { error: expect.objectContaining({ reason: ResultReason.InvalidMessage }) },
  ]);
});

test.each([
  [
    'a duplicated field',
    '42007901 00000020 42009407 00000001 32000000 00000000 42009407 00000001 32000000 00000000',
    'InvalidMessage',
  ],
  ['a field of the wrong type', '42007901 00000010 42009402 00000004 00000002 00000000', 'InvalidMessage'],
  ['an unknown field', '42007901 00000010 540001 07 00000001 32000000 00000000', 'InvalidField'],
  [
    'a field that belongs to another structure',
    '42007901 00000010 42005705 00000004 00000002 00000000',
    'InvalidField',
  ],
  ['a field of KMIP 1.4', '42007901 00000010 4200f805 00000004 00000001 00000000', 'InvalidField'],
] as const)('%s in a payload is %s', (_name, payload, reason) => {
  const { items, version } = decodeRequest(request(1, [batchItem(payload)]));
  const [first] = items;
  if (!first || first.error) throw new Error('the batch item itself was refused');
  expect(refusal(() => operations.get.request.decode(first.payload, version)).reason).toBe(ResultReason[reason]);
});

test('a missing payload or required field is Invalid Message', () => {
  const { items, version } = decodeRequest(request(1, [batchItem('')]));
  expect(items[0]).toMatchObject({ operation: Operation.Get });
  expect(refusal(() => operations.get.request.decode(undefined, version)).reason).toBe(ResultReason.InvalidMessage);
  const empty = item.structure(Tag.RequestPayload, []);
  expect(refusal(() => operations.create.request.decode(empty, version)).reason).toBe(ResultReason.InvalidMessage);
});

test('fields out of order are taken with a warning', () => {
  const payload = item.structure(Tag.RequestPayload, [
    item.textString(Tag.AttributeName, 'State'),
    item.textString(Tag.UniqueIdentifier, '1'),
  ]);
  const warnings: string[] = [];
  const options = { warn: (text: string) => warnings.push(text) };
  expect(operations.getAttributes.request.decode(payload, V11, options)).toEqual({
    uniqueIdentifier: '1',
    attributeNames: ['State'],
  });
  expect(warnings).toHaveLength(1);
});

test('a field that is there twice is refused, wherever the second one stands', () => {
  const objectType = item.enumeration(Tag.ObjectType, ObjectType.SymmetricKey);
  const template = item.structure(Tag.TemplateAttribute, []);
  for (const fields of [
    [objectType, objectType, template],
    [objectType, template, objectType],
    [template, objectType, template],
  ]) {
    const error = refusal(() => operations.create.request.decode(item.structure(Tag.RequestPayload, fields), V11));
    expect(error).toMatchObject({ reason: ResultReason.InvalidMessage });
    expect(error.message).toMatch(/more than one/);
  }
});

test('a malformed batch item says where its fault stands in the message', () => {
  const bytes = Buffer.from(VCENTER_CREATE);
  // The item type of the last Attribute Value, which begins 16 bytes before the end.
  bytes[bytes.length - 13] = 0x0b;
  const [first] = decodeRequest(bytes).items;
  expect(first).toMatchObject({ operation: Operation.Create });
  expect(first?.error?.cause).toMatchObject({
    code: 'UNKNOWN_TYPE',
    offset: VCENTER_CREATE.length - 16,
    path: [0x420078, 0x42000f, 0x420079, 0x420091, 0x420008, 0x42000b],
  });
});

test.each([
  ['no message at all', hex('42000d02 00000004 00000001 00000000')],
  ['a response where a request belongs', hex('42007b01 00000000')],
  ['no header', hex('42007801 00000000')],
  ['bytes after the message', Buffer.concat([VCENTER_CREATE, Buffer.alloc(8)])],
  ['a message that is cut off', VCENTER_CREATE.subarray(0, 200)],
])('%s is an Invalid Message without a version', (_name, bytes) => {
  expect(refusal(() => decodeRequest(bytes))).toMatchObject({
    reason: ResultReason.InvalidMessage,
    protocolVersion: undefined,
  });
});

test('a refused message still tells its version', () => {
  const count = Buffer.from(request(1, [batchItem(GET_2)]));
  count[count.indexOf(hex('42000d02')) + 11] = 7;
  expect(refusal(() => decodeRequest(count))).toMatchObject({
    reason: ResultReason.InvalidMessage,
    protocolVersion: { major: 1, minor: 1 },
  });
  const major = Buffer.from(request(1, [batchItem(GET_2)]));
  major[major.indexOf(hex('42006a02')) + 11] = 2;
  expect(refusal(() => decodeRequest(major))).toMatchObject({
    reason: ResultReason.InvalidMessage,
    protocolVersion: { major: 2, minor: 1 },
  });
  const extra = request(1, ['42000d02 00000004 00000001 00000000']);
  expect(refusal(() => decodeRequest(extra)).protocolVersion).toEqual(V11);
});

test('unknown fields of a minor version that is newer than ours are ignored', () => {
  const payload = '42007901 00000020 42009407 00000001 32000000 00000000 4201ff07 00000001 32000000 00000000';
  const { items, version } = decodeRequest(request(9, [batchItem(payload)]));
  const [first] = items;
  if (!first || first.error) throw new Error('the batch item was refused');
  expect(operations.get.request.decode(first.payload, version)).toEqual({ uniqueIdentifier: '2' });
});

test('the failure that a PyKMIP server sends to an Add Attribute of three is read', () => {
  // Observed shape: version 1.0, one item without Operation and Unique Batch Item ID.
  const bytes = encodeResponse({ protocolVersion: protocolVersion('1.0'), timeStamp: 5 }, [
    { resultStatus: ResultStatus.OperationFailed, resultReason: ResultReason.InvalidMessage, resultMessage: 'no' },
  ]);
  const { version, items } = decodeResponse(bytes);
  expect(version).toEqual({ major: 1, minor: 0 });
  expect(items).toEqual([{ resultStatus: 1, resultReason: 4, resultMessage: 'no' }]);
});

test('a response item names operation, id and status before its payload', () => {
  const one = responseItem(operations.activate, { uniqueIdentifier: '2' }, V11, Buffer.from([1]));
  const bytes = encodeResponse({ protocolVersion: V11, timeStamp: 0x4f9a54e5 }, [one]);
  expect(bytes.toString('hex')).toBe(
    hex(`
      42007b01 000000a0
        42007a01 00000048
          42006901 00000020  42006a02 00000004 00000001 00000000  42006b02 00000004 00000001 00000000
          42009209 00000008 00000000 4f9a54e5
          42000d02 00000004 00000001 00000000
        42000f01 00000048
          42005c05 00000004 00000012 00000000
          42009308 00000001 01000000 00000000
          42007f05 00000004 00000000 00000000
          42007c01 00000010 42009407 00000001 32000000 00000000`).toString('hex'),
  );
});

test('a name attribute is a structure of value and type', () => {
  const attribute = makeAttribute('Name', { nameValue: 'k', nameType: NameType.UninterpretedTextString });
  expect(encode(attribute.attributeValue ?? item.integer(0, 0)).toString('hex')).toBe(
    hex('42000b01 00000020 42005507 00000001 6b000000 00000000 42005405 00000004 00000001 00000000').toString('hex'),
  );
});
