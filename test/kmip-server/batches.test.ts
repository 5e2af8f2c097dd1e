import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import {
  BatchErrorContinuationOption,
  decodeResponse,
  encode,
  encodeRequest,
  item,
  kmipCall,
  ObjectType,
  operations,
  ResultStatus,
  requestItem,
  Tag,
} from '../../kmip/index.ts';
import { type Client, cleanUp, connect, type Lab, type LabOptions, refusal, startLab, typed } from './lab.ts';
import { aes, createKey, named } from './requests.ts';

let lab: Lab;
let client: Client;

beforeEach(async () => {
  lab = await startLab();
  client = await connect(lab);
});
afterEach(cleanUp);

const id = (text: string) => Buffer.from(text, 'latin1');
const create = (text: string, ...more: Parameters<typeof aes>) =>
  kmipCall(operations.create, { objectType: ObjectType.SymmetricKey, templateAttribute: aes(...more) }, id(text));
const getMissing = (text: string) => kmipCall(operations.get, { uniqueIdentifier: 'missing' }, id(text));
const { Continue, Stop, Undo } = BatchErrorContinuationOption;
const v11 = { major: 1, minor: 1 };

describe('Batch Error Continuation Option, KMIP 1.1 §6.13', () => {
  it.each([
    ['absent', undefined],
    ['Stop', Stop],
  ])('%s: the failed item is the last that is answered or executed', async (_name, option) => {
    const answer = await client.batch([create('a'), getMissing('b'), create('c')], {
      batchErrorContinuationOption: option,
    });
    expect(answer.items.map((one) => [one.uniqueBatchItemId?.toString(), one.resultStatus])).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
    expect(answer.header.batchCount).toBe(2);
    expect(lab.server.objects.list()).toHaveLength(1);
  });

  it('Continue: every item is answered', async () => {
    const answer = await client.batch([getMissing('a'), create('b'), getMissing('c')], {
      batchErrorContinuationOption: Continue,
    });
    expect(answer.items.map(({ resultStatus }) => resultStatus)).toEqual([1, 0, 1]);
    expect(lab.server.objects.list()).toHaveLength(1);
  });

  it('Undo: a failed item takes back what was done before it, and nothing after it is executed', async () => {
    const key = await createKey(client);
    const activate = kmipCall(operations.activate, { uniqueIdentifier: key }, id('b'));
    const answer = await client.batch([create('a'), activate, getMissing('c'), create('d')], {
      batchErrorContinuationOption: Undo,
    });
    const statuses = answer.items.map((one) => [one.uniqueBatchItemId?.toString(), one.resultStatus, one.payload]);
    expect(statuses).toEqual([
      ['a', ResultStatus.OperationUndone, undefined],
      ['b', ResultStatus.OperationUndone, undefined],
      ['c', ResultStatus.OperationFailed, undefined],
    ]);
    expect(lab.server.objects.list()).toMatchObject([{ uniqueIdentifier: key, state: 'Pre-Active' }]);
  });

  it('Undo: without a failure everything is kept', async () => {
    const answer = await client.batch([create('a'), create('b')], { batchErrorContinuationOption: Undo });
    expect(answer.items.map(({ resultStatus }) => resultStatus)).toEqual([0, 0]);
    expect(lab.server.objects.list()).toHaveLength(2);
  });
});

describe('ID Placeholder, KMIP 1.1 §4', () => {
  it('Create hands its identifier to the items behind it', async () => {
    const answer = await client.batch([
      create('a'),
      kmipCall(operations.activate, {}, id('b')),
      kmipCall(operations.getAttributes, { attributeNames: ['State'] }, id('c')),
    ]);
    const created = typed(operations.create, answer.items[0]!, v11).payload!;
    const state = typed(operations.getAttributes, answer.items[2]!, v11).payload!;
    expect(state).toEqual({
      uniqueIdentifier: created.uniqueIdentifier,
      attributes: [{ attributeName: 'State', attributeValue: item.enumeration(Tag.AttributeValue, 2) }],
    });
  });

  it('Locate sets it for exactly one hit, and empties it for several', async () => {
    await createKey(client, named('one'));
    const locateAll = kmipCall(operations.locate, { attributes: [] }, id('a'));
    const get = kmipCall(operations.get, {}, id('b'));
    expect((await client.batch([locateAll, get])).items[1]).toMatchObject({ resultStatus: 0 });
    await createKey(client, named('two'));
    expect(refusal((await client.batch([locateAll, get])).items[1]!)).toBe(
      'ItemNotFound: The request names no Unique Identifier and the ID Placeholder is empty.',
    );
    const locateOne = kmipCall(operations.locate, { attributes: [], maximumItems: 1 }, id('a'));
    expect((await client.batch([locateOne, get])).items[1]).toMatchObject({ resultStatus: 0 });
  });

  it('does not outlive its message', async () => {
    await createKey(client);
    expect(await client.refused(operations.get, {})).toMatch(/^ItemNotFound: .*Placeholder is empty/);
  });
});

describe('Unique Batch Item ID, KMIP 1.1 §6.4', () => {
  it('is needed when there are several items', async () => {
    const items = [1, 2].map(() => requestItem(operations.discoverVersions, { protocolVersions: [] }, v11));
    const answer = await client.exchange(encodeRequest({ protocolVersion: v11 }, items));
    expect(answer.items).toHaveLength(1);
    expect(refusal(answer.items[0]!)).toMatch(/^InvalidMessage: Each Batch Item needs a Unique Batch Item ID/);
  });

  it('that stands in two items refuses the message: the answers could not be told apart', async () => {
    const answer = await client.batch([create('a'), create('b'), create('a')]);
    expect(answer.items.map(refusal)).toEqual([
      'InvalidMessage: Several Batch Items have the same Unique Batch Item ID.',
    ]);
    expect(lab.server.objects.list()).toEqual([]);
  });

  it('is not invented when the request has none', async () => {
    const answer = await client.batch([kmipCall(operations.discoverVersions, { protocolVersions: [] })]);
    expect(answer.items[0]).not.toHaveProperty('uniqueBatchItemId');
  });
});

it('Batch Count that does not match: Invalid Message, and the connection lives', async () => {
  const bytes = encodeRequest({ protocolVersion: v11 }, [
    requestItem(operations.discoverVersions, { protocolVersions: [] }, v11),
  ]);
  // Batch Count is the last item of the header: 42000d 02 00000004 00000001.
  bytes[bytes.indexOf(Buffer.from('42000d02', 'hex')) + 11] = 2;
  const answer = await client.exchange(bytes);
  expect(refusal(answer.items[0]!)).toBe('InvalidMessage: Batch Count is 2, but there are 1 Batch Items');
  await client.ok(operations.discoverVersions, { protocolVersions: [] });
});

it('a bad item fails alone', async () => {
  const good = item.structure(Tag.BatchItem, [
    item.enumeration(Tag.Operation, 0x1e),
    item.byteString(Tag.UniqueBatchItemID, id('b')),
    item.structure(Tag.RequestPayload, []),
  ]);
  const bad = item.structure(Tag.BatchItem, [
    item.enumeration(Tag.Operation, 0x0a),
    item.byteString(Tag.UniqueBatchItemID, id('a')),
    item.structure(Tag.RequestPayload, [item.boolean(Tag.UniqueIdentifier, true)]),
  ]);
  const message = item.structure(Tag.RequestMessage, [
    item.structure(Tag.RequestHeader, [
      item.structure(Tag.ProtocolVersion, [
        item.integer(Tag.ProtocolVersionMajor, 1),
        item.integer(Tag.ProtocolVersionMinor, 1),
      ]),
      item.enumeration(Tag.BatchErrorContinuationOption, Continue),
      item.integer(Tag.BatchCount, 2),
    ]),
    bad,
    good,
  ]);
  const bytes = encode(message);
  // A Boolean that is neither 0 nor 1, in the bad item's payload.
  bytes[bytes.indexOf(Buffer.from('420094060000000800000000', 'hex')) + 15] = 7;
  const answer = await client.exchange(bytes);
  expect(answer.items).toMatchObject([
    { operation: 0x0a, resultStatus: 1, resultReason: 4 },
    { operation: 0x1e, resultStatus: 0 },
  ]);
  expect(answer.items[0]!.uniqueBatchItemId?.toString()).toBe('a');
});

describe('Message Extension, KMIP 1.1 §6.16', () => {
  const extension = (criticalityIndicator: boolean) => ({
    vendorIdentification: 'Acme',
    criticalityIndicator,
    vendorExtension: item.structure(Tag.VendorExtension, [item.textString(0x540001, 'na')]),
  });
  const withExtension = (critical: boolean) =>
    encodeRequest({ protocolVersion: v11 }, [
      { ...requestItem(operations.create, create('a').payload, v11), messageExtension: extension(critical) },
    ]);

  it('that is not critical is ignored (OASIS TC-71-11)', async () => {
    expect((await client.exchange(withExtension(false))).items[0]!.resultStatus).toBe(0);
  });

  it('that is critical refuses the message (OASIS TC-72-11)', async () => {
    const answer = await client.exchange(withExtension(true));
    expect(refusal(answer.items[0]!)).toBe('FeatureNotSupported: Critical Message Extension not recognized');
    expect(lab.server.objects.list()).toEqual([]);
  });

  it('that is critical keeps the items beside it from being executed', async () => {
    const items = [
      requestItem(operations.create, create('a').payload, v11, id('a')),
      { ...requestItem(operations.create, create('b').payload, v11, id('b')), messageExtension: extension(true) },
    ];
    const answer = await client.exchange(encodeRequest({ protocolVersion: v11 }, items));
    expect(answer.items.map(refusal)).toEqual(['FeatureNotSupported: Critical Message Extension not recognized']);
    expect(lab.server.objects.list()).toEqual([]);
  });
});

describe('Maximum Response Size, KMIP 1.1 §6.3', () => {
  it('an answer that is larger is withheld', async () => {
    const key = await createKey(client);
    const get = kmipCall(operations.get, { uniqueIdentifier: key }, id('a'));
    const whole = await client.batch([get]);
    expect(whole.items[0]!.resultStatus).toBe(0);
    client.write(encodeRequest({ protocolVersion: v11 }, [requestItem(operations.get, get.payload, v11, id('a'))]));
    const size = (await client.read())!.length;
    expect((await client.batch([get], { maximumResponseSize: size })).items[0]!.resultStatus).toBe(0);
    const answer = await client.batch([get], { maximumResponseSize: size - 1 });
    expect(answer.items[0]).toMatchObject({ operation: 0x0a, uniqueBatchItemId: id('a') });
    expect(refusal(answer.items[0]!)).toBe(
      `ResponseTooLarge: Response size: ${size}, Maximum Response Size indicated in request: ${size - 1}`,
    );
  });

  it('counts the answer of the whole batch; each item is told, and nothing is done that the client would not learn of', async () => {
    const key = await createKey(client);
    const get = kmipCall(operations.get, { uniqueIdentifier: key }, id('b'));
    const answer = await client.batch([create('a'), get], { maximumResponseSize: 300 });
    expect(answer.items.map((one) => [one.uniqueBatchItemId?.toString(), refusal(one)])).toEqual([
      ['a', expect.stringMatching(/^ResponseTooLarge: Response size: \d+, Maximum .*: 300$/)],
      ['b', expect.stringMatching(/^ResponseTooLarge: /)],
    ]);
    expect(lab.server.objects.list()).toHaveLength(1);
  });

  it('what fits is done', async () => {
    expect((await client.batch([create('a')], { maximumResponseSize: 4096 })).items[0]!.resultStatus).toBe(0);
    expect(lab.server.objects.list()).toHaveLength(1);
  });
});

it('answers come in the order of the requests, however they are cut', async () => {
  const keys = [await createKey(client), await createKey(client)];
  const requests = Array.from({ length: 40 }, (_, n) =>
    encodeRequest({ protocolVersion: v11 }, [
      requestItem(
        operations.getAttributes,
        { uniqueIdentifier: keys[n % 2], attributeNames: ['State'] },
        v11,
        id(`${n}`),
      ),
    ]),
  );
  const bytes = Buffer.concat(requests);
  for (let offset = 0; offset < bytes.length; offset += 37) client.write(bytes.subarray(offset, offset + 37));
  for (let n = 0; n < requests.length; n++) {
    const { items } = decodeResponse((await client.read())!);
    expect(items[0]!.uniqueBatchItemId?.toString()).toBe(`${n}`);
    expect(typed(operations.getAttributes, items[0]!, v11).payload!.uniqueIdentifier).toBe(keys[n % 2]);
  }
});

it('one byte at a time', async () => {
  const bytes = encodeRequest({ protocolVersion: v11 }, [
    requestItem(operations.discoverVersions, { protocolVersions: [v11] }, v11),
  ]);
  for (const byte of bytes) client.write(Buffer.from([byte]));
  expect(typed(operations.discoverVersions, decodeResponse((await client.read())!).items[0]!, v11).payload).toEqual({
    protocolVersions: [v11],
  });
});

it('an operation that only servers send is Operation Not Supported, as is one of an unknown number', async () => {
  const asked = async (operation: number) => {
    const payload = item.structure(Tag.RequestPayload, []);
    return refusal(
      (await client.exchange(encodeRequest({ protocolVersion: v11 }, [{ operation, payload }]))).items[0]!,
    );
  };
  expect(await asked(0x1c)).toMatch(/^OperationNotSupported: Put is not supported in KMIP 1\.1/);
  expect(await asked(0x99)).toMatch(/^OperationNotSupported: Operation 0x99 is not/);
});

describe("the server's own limit", () => {
  const opaque = (size: number) => ({
    objectType: ObjectType.OpaqueObject,
    templateAttribute: { names: [], attributes: [] },
    object: { objectType: ObjectType.OpaqueObject, opaqueDataType: 0x80000001, opaqueDataValue: Buffer.alloc(size, 1) },
  });

  it('a request above it is refused, and the connection lives', async () => {
    const answer = await client.exchange(
      encodeRequest({ protocolVersion: v11 }, [requestItem(operations.register, opaque(1024 * 1024), v11)]),
    );
    expect(answer.items.map(refusal)).toEqual([
      expect.stringMatching(/^InvalidMessage: The request is too large: .* exceeds the limit of 1048576/),
    ]);
    await client.ok(operations.discoverVersions, { protocolVersions: [] });
  });

  it('an answer above it is Response Too Large for each item', async () => {
    const { uniqueIdentifier } = await client.ok(operations.register, opaque(600_000));
    const get = (text: string) => kmipCall(operations.get, { uniqueIdentifier }, id(text));
    expect((await client.batch([get('a')])).items[0]!.resultStatus).toBe(0);
    const answer = await client.batch([get('a'), get('b')]);
    expect(answer.items.map((one) => [one.uniqueBatchItemId?.toString(), refusal(one)])).toEqual([
      ['a', expect.stringMatching(/^ResponseTooLarge: Response size: 12\d{5}; this server sends no more than 1048576/)],
      ['b', expect.stringMatching(/^ResponseTooLarge: /)],
    ]);
  });
});

describe('Time Stamp, KMIP 1.1 §6.5', () => {
  const now = 1_767_225_600;
  const asked = async (options: LabOptions, timeStamp: number | undefined) => {
    lab = await startLab({ clock: new ManualClock(now * 1000), ...options });
    client = await connect(lab);
    const call = kmipCall(operations.query, { queryFunctions: [] });
    return refusal((await client.batch([call], { timeStamp })).items[0]!);
  };

  it.each([
    [undefined, 'Success'],
    [now - 60, 'Success'],
    [now + 60, 'Success'],
    [now - 61, 'InvalidMessage: The Time Stamp of the request is 61 s old; 60 s are allowed.'],
    [now + 61, 'InvalidMessage: The Time Stamp of the request is 61 s in the future; 60 s are allowed.'],
  ])('%s with a tolerance: %s', async (timeStamp, expected) => {
    expect(await asked({ timeStampTolerance: 60 }, timeStamp)).toBe(expected);
  });

  it('is not looked at unless asked for', async () => {
    expect(await asked({}, 0)).toBe('Success');
  });
});

describe('Correlation Values, KMIP 1.4 §6.18, §6.19 (OASIS TC-CS-CORVAL-1-14)', () => {
  const call = kmipCall(operations.query, { queryFunctions: [] });
  const headerAt = async (minor: number, clientCorrelationValue?: string) =>
    (await client.batch([call], { protocolVersion: { major: 1, minor }, clientCorrelationValue })).header;

  it("the client's is answered with one of the server's, and both are in the journal", async () => {
    const first = await headerAt(4, 'order 66');
    expect(first.serverCorrelationValue).toMatch(/^[0-9A-F]{6}-1$/);
    expect(first).not.toHaveProperty('clientCorrelationValue');
    expect((await headerAt(4, 'order 67')).serverCorrelationValue).toMatch(/^[0-9A-F]{6}-2$/);
    expect(lab.events('kmip.request')[0]?.data).toMatchObject({
      clientCorrelationValue: 'order 66',
      serverCorrelationValue: first.serverCorrelationValue,
    });
  });

  it('without one, and before 1.4, there is none', async () => {
    expect(await headerAt(4)).not.toHaveProperty('serverCorrelationValue');
    expect(await headerAt(3, 'order 66')).not.toHaveProperty('serverCorrelationValue');
  });
});
