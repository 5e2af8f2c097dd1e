import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeyrigError, ManualClock } from '../../core/index.ts';
import {
  type AnyOperation,
  CancellationResult,
  CryptographicAlgorithm,
  CryptographicUsageMask,
  type KmipCall,
  kmipCall,
  makeAttribute,
  ObjectType,
  Operation,
  operations,
  type RequestHeaderInput,
  type ResponseBatchItem,
  ResultStatus,
} from '../../kmip/index.ts';
import type { ObjectStore } from '../../kmip-server/store/store.ts';
import { type Client, cleanUp, connect, type Lab, refusal, startLab, typed } from './lab.ts';
import { aes, createKey, named } from './requests.ts';

const { Success, OperationFailed, OperationPending } = ResultStatus;
const limits = { idleTimeoutMs: 1e12, handshakeTimeoutMs: 1e12 };
const id = (text: string) => Buffer.from(text, 'latin1');
const v11 = { major: 1, minor: 1 };

let clock: ManualClock;
let lab: Lab;
let client: Client;

beforeEach(async () => {
  clock = new ManualClock(Date.UTC(2026, 0, 1));
  lab = await startLab({ clock, limits });
  client = await connect(lab);
});
afterEach(cleanUp);

async function one(
  call: KmipCall<AnyOperation>,
  header: Partial<RequestHeaderInput> = {},
  by: Client = client,
): Promise<ResponseBatchItem> {
  const { items } = await by.batch([call], header);
  expect(items).toHaveLength(1);
  return items[0]!;
}
const ask = (call: KmipCall<AnyOperation>) => one(call, { asynchronousIndicator: true });
const poll = (value: Buffer, by: Client = client) =>
  one(kmipCall(operations.poll, { asynchronousCorrelationValue: value }), {}, by);
const cancel = async (value: Buffer, by: Client = client) =>
  (await by.ok(operations.cancel, { asynchronousCorrelationValue: value })).cancellationResult;

/** Asks for an operation that is to be pending. */
async function pend(call: KmipCall<AnyOperation>): Promise<Buffer> {
  const answer = await ask(call);
  expect(answer).toMatchObject({ operation: call.operation.operation, resultStatus: OperationPending });
  expect(answer).not.toHaveProperty('payload');
  return answer.asynchronousCorrelationValue as Buffer;
}

describe('Asynchronous Indicator, Poll: KMIP 1.1 §4.28, §6.7, §6.8', () => {
  it('the operation is done when it is polled, and answered as if it had been asked for then', async () => {
    const key = await createKey(client, named('k'));
    const value = await pend(kmipCall(operations.archive, { uniqueIdentifier: key }));
    await client.ok(operations.get, { uniqueIdentifier: key });
    const answer = await one(kmipCall(operations.poll, { asynchronousCorrelationValue: value }, id('the poll')));
    expect(answer).toMatchObject({
      operation: Operation.Archive,
      resultStatus: Success,
      uniqueBatchItemId: id('the poll'),
    });
    expect(typed(operations.archive, answer, v11).payload).toEqual({ uniqueIdentifier: key });
    expect(await client.refused(operations.get, { uniqueIdentifier: key })).toMatch(/^ObjectArchived: /);
  });

  it('a refusal, too, is the polled operation’s', async () => {
    const answer = await poll(await pend(kmipCall(operations.get, { uniqueIdentifier: 'missing' })));
    expect(answer.operation).toBe(Operation.Get);
    expect(refusal(answer)).toBe('ItemNotFound: No object has the Unique Identifier "missing".');
  });

  it('what is wrong with the request is said at once', async () => {
    const answer = await ask(kmipCall(operations.getUsageAllocation, { usageLimitsCount: undefined as never }));
    expect(answer).toMatchObject({ operation: Operation.GetUsageAllocation, resultStatus: OperationFailed });
  });

  it('an operation is carried out once: what is polled again is Item Not Found', async () => {
    const create = kmipCall(operations.create, { objectType: ObjectType.SymmetricKey, templateAttribute: aes() });
    const value = await pend(create);
    expect(lab.server.objects.list()).toHaveLength(0);
    expect((await poll(value)).resultStatus).toBe(Success);
    const again = await poll(value);
    expect(again.operation).toBe(Operation.Poll);
    expect(refusal(again)).toBe(
      `ItemNotFound: No pending operation has the Asynchronous Correlation Value ${value.toString('hex')}.`,
    );
    expect(lab.server.objects.list()).toHaveLength(1);
  });

  it('a value that was never given is Item Not Found', async () => {
    expect(refusal(await poll(id('nothing')))).toMatch(/^ItemNotFound: /);
  });

  it('a batch can poll, and hands on the ID Placeholder', async () => {
    await createKey(client, named('k'));
    const value = await pend(kmipCall(operations.locate, { attributes: [named('k')] }));
    const { items } = await client.batch([
      kmipCall(operations.poll, { asynchronousCorrelationValue: value }, id('a')),
      kmipCall(operations.get, {}, id('b')),
    ]);
    expect(items.map(({ operation, resultStatus }) => [operation, resultStatus])).toEqual([
      [Operation.Locate, Success],
      [Operation.Get, Success],
    ]);
  });

  it('a poll that is not reached leaves the operation pending', async () => {
    const value = await pend(kmipCall(operations.locate, { attributes: [] }));
    const { items } = await client.batch([
      kmipCall(operations.get, { uniqueIdentifier: 'missing' }, id('a')),
      kmipCall(operations.poll, { asynchronousCorrelationValue: value }, id('b')),
    ]);
    expect(items).toHaveLength(1);
    expect((await poll(value)).resultStatus).toBe(Success);
  });

  it('Query and Discover Versions are answered at once', async () => {
    for (const call of [
      kmipCall(operations.query, { queryFunctions: [1] }),
      kmipCall(operations.discoverVersions, { protocolVersions: [] }),
    ]) {
      expect((await ask(call)).resultStatus).toBe(Success);
    }
  });

  it('a batch of several items is answered at once', async () => {
    const { items } = await client.batch(
      [
        kmipCall(operations.locate, { attributes: [] }, id('a')),
        kmipCall(operations.locate, { attributes: [] }, id('b')),
      ],
      { asynchronousIndicator: true },
    );
    expect(items.map(({ resultStatus }) => resultStatus)).toEqual([Success, Success]);
  });

  it('a large request is answered at once', async () => {
    const opaqueDataValue = Buffer.alloc(100_000, 1);
    const register = kmipCall(operations.register, {
      objectType: ObjectType.OpaqueObject,
      templateAttribute: { names: [], attributes: [] },
      object: { objectType: ObjectType.OpaqueObject, opaqueDataType: 0x80000001, opaqueDataValue },
    });
    expect((await ask(register)).resultStatus).toBe(Success);
  });

  it('without the indicator, or with False, the answer is synchronous', async () => {
    const call = kmipCall(operations.locate, { attributes: [] });
    expect((await one(call)).resultStatus).toBe(Success);
    expect((await one(call, { asynchronousIndicator: false })).resultStatus).toBe(Success);
  });

  it('other clients know nothing of it', async () => {
    const other = await connect(lab, { identity: lab.other });
    const value = await pend(kmipCall(operations.locate, { attributes: [] }));
    expect(refusal(await poll(value, other))).toMatch(/^ItemNotFound: /);
    expect(await cancel(value, other)).toBe(CancellationResult.Unavailable);
    expect((await poll(value)).resultStatus).toBe(Success);
  });

  it('is forgotten after an hour', async () => {
    const value = await pend(kmipCall(operations.locate, { attributes: [] }));
    clock.advance(3_600_001);
    expect(refusal(await poll(value))).toMatch(/^ItemNotFound: /);
  });

  it('when a thousand wait, the next is answered at once', async () => {
    const call = kmipCall(operations.locate, { attributes: [] });
    for (let n = 0; n < 1_000; n++) await pend(call);
    expect((await ask(call)).resultStatus).toBe(Success);
  });

  it('the journal tells of the wait and of the end', async () => {
    const value = await pend(kmipCall(operations.locate, { attributes: [] }));
    await poll(value);
    const hex = value.toString('hex');
    expect(lab.events('kmip.pending').map(({ text }) => text)).toEqual([`Locate is pending as ${hex}`]);
    expect(lab.events('kmip.request').at(-1)?.text).toBe('Locate → 0 found');
  });
});

describe('with a delay', () => {
  it('it stays pending for so long, and Poll says so without a payload', async () => {
    lab = await startLab({ clock, limits, asynchronousDelayMs: 2_000 });
    client = await connect(lab);
    const value = await pend(kmipCall(operations.locate, { attributes: [] }));
    clock.advance(1_999);
    const early = await poll(value);
    expect(early).toMatchObject({
      operation: Operation.Locate,
      resultStatus: OperationPending,
      asynchronousCorrelationValue: value,
    });
    expect(early).not.toHaveProperty('payload');
    clock.advance(1);
    expect((await poll(value)).resultStatus).toBe(Success);
  });

  it('what takes long by itself is pending until it is ready', async () => {
    const value = await pend(
      kmipCall(operations.createKeyPair, {
        commonTemplateAttribute: {
          names: [],
          attributes: [
            makeAttribute('Cryptographic Algorithm', CryptographicAlgorithm.RSA),
            makeAttribute('Cryptographic Length', 2048),
          ],
        },
        privateKeyTemplateAttribute: {
          names: [],
          attributes: [makeAttribute('Cryptographic Usage Mask', CryptographicUsageMask.Sign)],
        },
        publicKeyTemplateAttribute: {
          names: [],
          attributes: [makeAttribute('Cryptographic Usage Mask', CryptographicUsageMask.Verify)],
        },
      }),
    );
    let answer = await poll(value);
    while (answer.resultStatus === OperationPending) answer = await poll(value);
    expect(answer).toMatchObject({ operation: Operation.CreateKeyPair, resultStatus: Success });
    expect(lab.server.objects.list()).toHaveLength(2);
  });
});

describe('Cancel, KMIP 1.1 §4.27', () => {
  const locate = kmipCall(operations.locate, { attributes: [] });

  it('of what is pending: Canceled, and nothing is left to poll', async () => {
    const create = kmipCall(operations.create, { objectType: ObjectType.SymmetricKey, templateAttribute: aes() });
    const value = await pend(create);
    const answer = await client.ok(operations.cancel, { asynchronousCorrelationValue: value });
    expect(answer).toEqual({ asynchronousCorrelationValue: value, cancellationResult: CancellationResult.Canceled });
    expect(refusal(await poll(value))).toMatch(/^ItemNotFound: /);
    expect(lab.server.objects.list()).toHaveLength(0);
  });

  it('of what was done: Completed; of what failed: Failed', async () => {
    const done = await pend(locate);
    await poll(done);
    expect(await cancel(done)).toBe(CancellationResult.Completed);
    const failed = await pend(kmipCall(operations.get, { uniqueIdentifier: 'missing' }));
    await poll(failed);
    expect(await cancel(failed)).toBe(CancellationResult.Failed);
  });

  it('of what never was: Unavailable', async () => {
    expect(await cancel(id('nothing'))).toBe(CancellationResult.Unavailable);
  });

  it('is itself never asynchronous', async () => {
    const value = await pend(locate);
    const answer = await ask(kmipCall(operations.cancel, { asynchronousCorrelationValue: value }));
    expect(answer.resultStatus).toBe(Success);
  });
});

describe('with a store', () => {
  const create = kmipCall(operations.create, { objectType: ObjectType.SymmetricKey, templateAttribute: aes() });
  let isAway = false;
  let commits = 0;
  const store: ObjectStore = {
    refresh: async () => ({ put: [], deleted: [] }),
    commit: async () => {
      if (isAway) throw new KeyrigError('ERR_STORE', 'The disk is full.');
      commits++;
      return 'stored';
    },
    close: async () => {},
  };

  beforeEach(async () => {
    commits = 0;
    isAway = false;
    lab = await startLab({ clock, limits, store });
    client = await connect(lab);
  });

  it('what could not be stored stays pending, and can be polled again', async () => {
    isAway = true;
    const value = await pend(create);
    expect(refusal(await poll(value))).toMatch(/^GeneralFailure: .*The disk is full/);
    isAway = false;
    expect((await poll(value)).resultStatus).toBe(Success);
    expect(lab.server.objects.list()).toHaveLength(1);
  });

  it('two polls at the same time carry it out once', async () => {
    const second = await connect(lab);
    const value = await pend(create);
    const answers = await Promise.all([poll(value), poll(value, second)]);
    expect(answers.filter(({ resultStatus }) => resultStatus === Success)).toHaveLength(1);
    expect(commits).toBe(1);
    expect(lab.server.objects.list()).toHaveLength(1);
  });
});
