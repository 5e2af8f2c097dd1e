import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FaultRule, FaultThen } from '../../core/index.ts';
import { serviceName, sha1Thumbprint, startApi } from './api.ts';

const body = { ip: '192.0.2.1', sslThumbprint: sha1Thumbprint };
const route = '/dedicatedCloud/{serviceName}/vmEncryption/kms';

const onRequest = (then: FaultThen) => [
  { id: 'request', at: 'ovh.request' as const, match: { route, method: 'POST' }, then },
];
const onTask = (then: FaultThen, progress = 0) => [
  { id: 'task', at: 'ovh.task' as const, match: { name: 'addVmEncryptionKms', progress }, when: { calls: 1 }, then },
];

test('a request fault answers an error body and the call does nothing', async () => {
  const then = { ovh: { status: 429, errorCode: 'TOO_MANY', message: 'Slow down' } };
  const api = await startApi(onTestFinished, {}, onRequest(then));
  const answer = await api.service('POST', '/vmEncryption/kms', { body });
  expect(answer.status).toBe(429);
  expect(answer.json).toEqual({
    class: 'Client::BadRequest',
    message: 'Slow down',
    errorCode: 'TOO_MANY',
    httpCode: '429 Too Many Requests',
  });
  expect((await api.service('GET', '/vmEncryption/kms')).json).toEqual([]);
  const [fired] = api.runtime.journal.entries({ event: 'fault.fired' });
  expect(fired?.data?.subject).toEqual({
    method: 'POST',
    path: `/dedicatedCloud/${serviceName}/vmEncryption/kms`,
    route,
  });
});

test.each([
  ['http', false],
  ['https', true],
] as const)('a request fault resets or closes the connection over %s', async (_scheme, secure) => {
  for (const then of [{ reset: true }, { close: true }] as const) {
    const api = await startApi(onTestFinished, {}, onRequest(then));
    await expect(api.service('POST', '/vmEncryption/kms', { body, secure })).rejects.toThrow(
      'reset' in then ? /ECONNRESET/ : /socket hang up/,
    );
    expect((await api.service('GET', '/vmEncryption/kms', { secure })).json).toEqual([]);
  }
});

test('a request fault leaves the client without an answer, and stop() does not wait for it', async () => {
  const api = await startApi(onTestFinished, {}, onRequest({ hang: true }));
  const hanging = api.service('POST', '/vmEncryption/kms', { body });
  hanging.catch(() => {});
  await api.event('fault.fired');
  await api.mock.stop();
  await expect(hanging).rejects.toThrow(/socket hang up|ECONNRESET/);
});

test('a request fault delays the answer by the clock', async () => {
  const api = await startApi(onTestFinished, {}, onRequest({ delay: 5_000 }));
  let answered = false;
  const answer = api.service('POST', '/vmEncryption/kms', { body }).then((result) => {
    answered = true;
    return result;
  });
  await api.event('fault.fired');
  expect((await api.call('GET', '/auth/time')).status).toBe(200);
  expect(answered).toBe(false);
  await api.clock.advance(5_000);
  expect((await answer).status).toBe(200);
});

test('a task fault ends the task in error, a reset runs it again', async () => {
  const then = { ovh: { taskState: 'error' as const, message: 'The robot fell over' } };
  const api = await startApi(onTestFinished, {}, onTask(then, 25));
  const { taskId } = (await api.service('POST', '/vmEncryption/kms', { body })).json;
  await api.clock.advance(5_000);
  expect((await api.service('GET', `/task/${taskId}`)).json).toMatchObject({
    state: 'error',
    progress: 25,
    description: 'The robot fell over',
    endDate: null,
  });
  expect(api.mock.isFlowOpen('192.0.2.1', 5696)).toBe(false);
  await api.service('POST', `/task/${taskId}/resetTaskState`, { body: { reason: 'again' } });
  await api.clock.advance(5_000);
  expect((await api.service('GET', `/task/${taskId}`)).json.state).toBe('done');
  expect(api.mock.isFlowOpen('192.0.2.1', 5696)).toBe(true);
});

test('a cancelled registration leaves no KMS behind', async () => {
  const then = { ovh: { taskState: 'canceled' as const, message: 'The token was not confirmed' } };
  const api = await startApi(onTestFinished, {}, onTask(then));
  const { taskId } = (await api.service('POST', '/vmEncryption/kms', { body })).json;
  await api.clock.advance(1_000);
  expect((await api.service('GET', `/task/${taskId}`)).json).toMatchObject({
    state: 'canceled',
    description: 'The token was not confirmed',
    endDate: '2016-03-03T15:27:56+00:00',
  });
  expect((await api.service('GET', '/vmEncryption/kms')).json).toEqual([]);
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'disabled' });
});

test('a cancelled removal leaves the KMS as it was', async () => {
  const then = { ovh: { taskState: 'canceled' as const, message: 'no' } };
  const rule = { id: 'remove', at: 'ovh.task' as const, match: { name: 'removeVmEncryptionKms' }, then };
  const services = [{ serviceName, kms: [body] }];
  const api = await startApi(onTestFinished, { services }, [rule]);
  const [kmsId] = (await api.service('GET', '/vmEncryption/kms')).json as unknown as number[];
  await api.service('DELETE', `/vmEncryption/kms/${kmsId}`);
  await api.clock.advance(1_000);
  expect((await api.service('GET', `/vmEncryption/kms/${kmsId}`)).json.state).toBe('delivered');
  expect(api.mock.isFlowOpen('192.0.2.1', 5696)).toBe(true);
});

test('a task fault delays a task, another lets it hang', async () => {
  const delayed = await startApi(onTestFinished, {}, onTask({ delay: 600_000 }));
  await delayed.service('POST', '/vmEncryption/kms', { body });
  await delayed.clock.advance(600_999);
  expect(delayed.mock.tasks[0]?.state).toBe('todo');
  await delayed.clock.advance(1);
  expect(delayed.mock.tasks[0]?.state).toBe('doing');

  const hanging = await startApi(onTestFinished, {}, onTask({ hang: true }, 25));
  await hanging.service('POST', '/vmEncryption/kms', { body });
  await hanging.clock.advance(86_400_000);
  expect(hanging.mock.tasks[0]).toMatchObject({ state: 'doing', progress: 25 });
});

describe('ovh.request on the wire', () => {
  const path = '/1.0/auth/time';
  const rule = (then: FaultThen): FaultRule => ({
    id: 'wire',
    at: 'ovh.request',
    match: { route: '/auth/time' },
    when: { calls: 1 },
    then,
  });
  async function bytesOf(faults: FaultRule[]) {
    const api = await startApi(onTestFinished, {}, faults);
    const socket = connect(api.mock.httpPort, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const seen = { api, socket, bytes: '', end: undefined as string | undefined };
    socket.on('data', (chunk) => {
      seen.bytes += chunk.toString('latin1');
    });
    socket.on('end', () => {
      seen.end = 'close';
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      seen.end = error.code;
    });
    socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
    return seen;
  }
  const undated = (bytes: string) => bytes.replace(/^date: .*$/im, 'date:');
  const whole = async () => {
    const seen = await bytesOf([]);
    await expect.poll(() => seen.bytes).toMatch(/\r\n\r\n\d{10}$/);
    return seen.bytes;
  };

  test('an HTTP status that is not the API speaking', async () => {
    const html = '<h1>Bad Gateway</h1>';
    const seen = await bytesOf([rule({ http: { status: 502, body: html, contentType: 'text/html' } })]);
    await expect.poll(() => seen.bytes).toContain(html);
    expect(seen.bytes).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\ncontent-type: text\/html\r\ncontent-length: 20\r\n/);
    expect(seen.bytes).not.toContain('x-ovh-queryid');
    const { journal } = seen.api.runtime;
    const [fired] = journal.entries({ event: 'fault.fired' });
    expect(journal.entries({ event: 'ovh.response' })).toMatchObject([{ data: { status: 502 }, cause: fired!.seq }]);
    expect((await seen.api.call('GET', '/auth/time')).status).toBe(200);
  });

  test.each([
    ['close after bytes', { close: { afterBytes: 60 } }, 60, 'close'],
    ['reset after bytes', { reset: { afterBytes: 60 } }, 60, 'ECONNRESET'],
    ['an answer that breaks off and a close', { truncate: { afterBytes: 20, connection: 'closed' } }, 20, 'close'],
    ['an answer that breaks off, the connection open', { truncate: { afterBytes: 20 } }, 20, undefined],
  ] as const)('%s', async (_name, then, count, end) => {
    const good = await whole();
    const seen = await bytesOf([rule(then)]);
    await expect.poll(() => seen.bytes.length).toBe(count);
    expect(good.startsWith(seen.bytes)).toBe(true);
    if (end) await expect.poll(() => seen.end).toBe(end);
    else {
      await seen.api.clock.advance(1_000);
      expect(seen.end).toBeUndefined();
    }
  });

  test('drip: by the clock; the connection serves the next call', async () => {
    const good = await whole();
    const seen = await bytesOf([rule({ drip: { bytes: 100, every: 2_000 } })]);
    for (let length = 100; ; length = Math.min(length + 100, good.length)) {
      await expect.poll(() => seen.bytes.length).toBe(length);
      if (length === good.length) break;
      await expect.poll(() => seen.api.clock.nextDue).toBeDefined();
      await seen.api.clock.advance(2_000);
    }
    expect(undated(seen.bytes)).toBe(undated(good));
    seen.socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
    await expect.poll(() => seen.bytes.length).toBe(2 * good.length);
  });
});

test('rules that never fire change no byte of an answer', async () => {
  const never = { when: { calls: 1_000 } };
  const rules: FaultRule[] = [
    { id: 'a', at: 'ovh.request', then: { truncate: true }, ...never },
    { id: 'b', at: 'ovh.task', then: { hang: true }, ...never },
  ];
  const record = async (faults: FaultRule[]) => {
    const api = await startApi(onTestFinished, {}, faults);
    const answers = [
      await api.service('POST', '/vmEncryption/kms', { body }),
      await api.clock.advance(60_000).then(() => api.service('GET', '/task')),
      await api.service('GET', '/vmEncryption/kms'),
      await api.service('GET', '/vmEncryption/kms/4711'),
    ];
    return answers.map(({ status, headers: { date: _, ...headers }, text }) => ({ status, headers, text }));
  };
  const plain = await record([]);
  expect(plain.map(({ status }) => status)).toEqual([200, 200, 200, 404]);
  expect(await record(rules)).toEqual(plain);
});
