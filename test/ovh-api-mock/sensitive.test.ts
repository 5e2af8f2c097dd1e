import { expect, onTestFinished, test } from 'vitest';
import type { OvhApiMockOptions } from '../../ovh-api-mock/index.ts';
import { type RunningApi, serviceName, sha1Thumbprint, startApi } from './api.ts';

// ovh.md 5: a sensitive operation waits for the token that a validator got by SMS, for 15 minutes.

const quarter = 15 * 60_000;
const validator = { name: 'alice', isTokenValidator: true, phoneNumber: '+33.600000001' };
const services: OvhApiMockOptions['services'] = [
  { serviceName, tokenValidation: true, users: [validator, { name: 'bob', phoneNumber: '+33.600000002' }] },
];

async function started(options: OvhApiMockOptions = { services }) {
  const api = await startApi(onTestFinished, options);
  const body = { ip: '192.0.2.1', sslThumbprint: sha1Thumbprint };
  const { json } = await api.service('POST', '/vmEncryption/kms', { body });
  return { api, taskId: json.taskId as number };
}

const taskOf = async (api: RunningApi, taskId: number) => (await api.service('GET', `/task/${taskId}`)).json;

/** A request of a browser to /secure/. */
async function page(
  api: RunningApi,
  path = '',
  form?: Record<string, string>,
): Promise<{ status: number; text: string }> {
  const url = `http://127.0.0.1:${api.mock.httpPort}/secure/${path}`;
  const answer = await fetch(url, form && { method: 'POST', body: new URLSearchParams(form) });
  return { status: answer.status, text: await answer.text() };
}

test('the task waits, the validator gets an SMS, the token lets it go on', async () => {
  const { api, taskId } = await started();
  expect(await taskOf(api, taskId)).toMatchObject({ state: 'waitingTodo', progress: 0 });
  const [sms, ...others] = api.mock.messages;
  expect(others).toEqual([]);
  expect(sms).toMatchObject({ kind: 'sms', to: '+33.600000001' });
  expect(sms?.text).toContain(`addVmEncryptionKms (id ${taskId})`);
  expect(sms?.text).toContain(sms?.code ?? '?');
  expect(sms?.text).toContain(`https://${serviceName}.ovh.com/secure/`);

  const loaded = await page(api, `?operation=${taskId}`);
  expect(loaded.status).toBe(200);
  expect(loaded.text).toContain('addVmEncryptionKms');
  const form = { service: serviceName, operation: String(taskId), token: sms?.code ?? '' };
  const confirmed = await page(api, '', form);
  expect(confirmed).toMatchObject({ status: 200, text: expect.stringContaining('is confirmed') });
  expect(api.mock.messages[1]).toMatchObject({ to: '+33.600000001', text: expect.stringContaining('validated') });
  expect(api.mock.messages[1]).not.toHaveProperty('code');
  await api.clock.advance(60_000);
  expect(await taskOf(api, taskId)).toMatchObject({ state: 'done' });
  // Used up.
  expect((await page(api, '', form)).status).toBe(404);
});

test('without the token the task is cancelled after 15 minutes, and nothing is registered', async () => {
  const { api, taskId } = await started();
  await taskOf(api, taskId);
  await api.clock.advance(quarter - 1);
  expect(await taskOf(api, taskId)).toMatchObject({ state: 'waitingTodo' });
  await api.clock.advance(1);
  expect(await taskOf(api, taskId)).toMatchObject({ state: 'canceled', endDate: expect.any(String) });
  expect((await api.service('GET', '/vmEncryption/kms')).json).toEqual([]);
  const token = api.mock.messages[0]?.code ?? '';
  expect((await page(api, '', { service: serviceName, operation: String(taskId), token })).status).toBe(404);
});

test('wrong tokens are refused, and after five no token is taken', async () => {
  const { api, taskId } = await started();
  await taskOf(api, taskId);
  const enter = (token: string) => page(api, '', { service: serviceName, operation: String(taskId), token });
  for (let n = 1; n <= 4; n++)
    expect(await enter('nonsense')).toMatchObject({ status: 403, text: expect.stringContaining('not right') });
  expect((await enter('nonsense')).text).toContain('Too many');
  expect((await enter(api.mock.messages[0]?.code ?? '')).text).toContain('Too many');
  expect(await taskOf(api, taskId)).toMatchObject({ state: 'waitingTodo' });
});

test('operations that are not sensitive do not wait, and no operation of another service does', async () => {
  const { api, taskId } = await started({ services, assumed: { sensitiveRobots: ['addUser'] } });
  await api.clock.advance(60_000);
  expect(await taskOf(api, taskId)).toMatchObject({ state: 'done' });
  const other = await started({ services: [{ serviceName, users: [validator] }] });
  await other.api.clock.advance(60_000);
  expect(await taskOf(other.api, other.taskId)).toMatchObject({ state: 'done' });
  expect(other.api.mock.messages).toEqual([]);
});

test('a service without a validator says so in the journal, and its task runs out', async () => {
  const { api, taskId } = await started({ services: [{ serviceName, tokenValidation: true }] });
  await taskOf(api, taskId);
  expect(api.runtime.journal.entries({ event: 'ovh.operation.waiting', level: 'warn' })).toHaveLength(1);
  await api.clock.advance(quarter);
  expect(await taskOf(api, taskId)).toMatchObject({ state: 'canceled' });
});

test('where access is filtered, the page answers allowed networks only', async () => {
  const filtered = { serviceName, userAccessPolicy: 'filtered', tokenValidation: true, users: [validator] } as const;
  const closed = await startApi(onTestFinished, { services: [filtered] });
  expect(await page(closed)).toMatchObject({ status: 403 });
  const open = await startApi(onTestFinished, {
    services: [{ ...filtered, allowedNetworks: [{ network: '127.0.0.0/8' }] }],
  });
  expect(await page(open)).toMatchObject({ status: 200 });
});

test('the page shows what it was sent as text, knows no script, and tells nothing of other services', async () => {
  const { api, taskId } = await started();
  await taskOf(api, taskId);
  const text = '"><script>alert(1)</script>';
  const answer = await page(api, `?service=${encodeURIComponent(text)}&operation=${encodeURIComponent(text)}`);
  expect(answer.status).toBe(404);
  expect(answer.text).not.toContain('<script');
  const foreign = await page(api, '', { service: 'pcc-203-0-113-1', operation: String(taskId), token: 'x' });
  expect(foreign.status).toBe(404);
  const { headers } = await fetch(`http://127.0.0.1:${api.mock.httpPort}/secure/`);
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('tokens stand in the inbox and nowhere else', async () => {
  const { api, taskId } = await started();
  await taskOf(api, taskId);
  const code = api.mock.messages[0]?.code ?? '';
  expect(code).toMatch(/^[A-Za-z0-9]{8}$/);
  await page(api, '', { service: serviceName, operation: String(taskId), token: code });
  expect(JSON.stringify(api.runtime.journal.entries())).not.toContain(code);
});
