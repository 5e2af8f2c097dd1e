import { expect, onTestFinished, test } from 'vitest';
import { type Json, type RunningApi, serviceName, startApi } from './api.ts';

const path = '/allowedNetwork';
const ids = async (api: RunningApi, below = '') => (await api.service('GET', path + below)).json as unknown as number[];
const networkOf = async (api: RunningApi, id: unknown) => (await api.service('GET', `${path}/${id}`)).json;

/** Sends a change, lets its task end, and answers the task. */
async function change(api: RunningApi, method: string, below: string, body?: object): Promise<Json> {
  const answer = await api.service(method, path + below, { body });
  expect(answer.status, answer.text).toBe(200);
  await api.clock.advance(60_000);
  return (await api.service('GET', `/task/${answer.json.taskId}`)).json;
}

/** An API whose service allows one network. */
const withNetwork = () =>
  startApi(onTestFinished, {
    services: [{ serviceName, allowedNetworks: [{ network: '198.51.100.0/24', description: 'office' }] }],
  });

test('no network is allowed by default', async () => {
  expect(await ids(await startApi(onTestFinished))).toEqual([]);
});

test('a network is allowed: toUpdate until its task is done; an address alone is a block of one', async () => {
  const api = await startApi(onTestFinished);
  const body = { network: '203.0.113.7', description: 'home' };
  const answer = await api.service('POST', path, { body });
  const [networkAccessId] = await ids(api);
  expect(answer.json).toMatchObject({ name: 'addAllowedNetwork', state: 'todo', networkAccessId });
  const expected = { networkAccessId, network: '203.0.113.7/32', description: 'home' };
  expect(await networkOf(api, networkAccessId)).toEqual({ ...expected, state: 'toUpdate' });
  expect(api.mock.allowedNetworks(serviceName)[0]?.applied).toBeNull();
  await api.clock.advance(60_000);
  expect(await networkOf(api, networkAccessId)).toEqual({ ...expected, state: 'allowed' });
  expect(api.mock.allowedNetworks(serviceName)[0]?.applied).toBe('203.0.113.7/32');
});

test('a network is changed by a whole object; the old block stays open until the task is done', async () => {
  const api = await withNetwork();
  const [id] = await ids(api);
  const body = { ...(await networkOf(api, id)), network: '198.51.100.0/25' };
  const answer = await api.service('PUT', `${path}/${id}`, { body });
  expect(answer.json).toMatchObject({ name: 'updateAllowedNetwork', networkAccessId: id });
  expect(await networkOf(api, id)).toMatchObject({ network: '198.51.100.0/24', state: 'toUpdate' });
  expect(api.mock.allowedNetworks(serviceName)[0]?.applied).toBe('198.51.100.0/24');
  await api.clock.advance(60_000);
  expect(await networkOf(api, id)).toEqual({
    networkAccessId: id,
    network: '198.51.100.0/25',
    description: 'office',
    state: 'allowed',
  });
  expect(api.mock.allowedNetworks(serviceName)[0]?.applied).toBe('198.51.100.0/25');
  expect((await change(api, 'PUT', `/${id}`, { description: null })).state).toBe('done');
  expect(await networkOf(api, id)).toMatchObject({ network: '198.51.100.0/25', description: null });
});

test('a network is removed: toDelete, gone', async () => {
  const api = await withNetwork();
  const [id] = await ids(api);
  expect((await api.service('DELETE', `${path}/${id}`)).json.name).toBe('removeAllowedNetwork');
  expect((await networkOf(api, id)).state).toBe('toDelete');
  await api.clock.advance(60_000);
  expect(await ids(api)).toEqual([]);
  expect((await api.service('GET', `${path}/${id}`)).status).toBe(404);
});

test.each([
  [{}, '[network] This parameter is required'],
  [{ network: '2001:db8::/32' }, '[network] Given data (2001:db8::/32) is not valid for type ipv4Block'],
  [{ network: 'example.com' }, '[network] Given data (example.com) is not valid for type ipv4Block'],
  [{ network: '192.0.2.0/33' }, '[network] Given data (192.0.2.0/33) is not valid for type ipv4Block'],
  [{ network: '192.0.2.0/24', description: 5 }, '[description] Given data (5) is not valid for type string'],
  [{ network: '192.0.2.0/24', state: 'allowed' }, 'Received not described parameters: (state)'],
])('no network is allowed from %j', async (body, message) => {
  const api = await startApi(onTestFinished);
  const answer = await api.service('POST', path, { body });
  expect([answer.status, answer.json.message]).toEqual([400, message]);
  expect(await ids(api)).toEqual([]);
});

test('the same network twice, one that is not there, one that is being worked on', async () => {
  const api = await withNetwork();
  const [id] = await ids(api);
  const twin = await api.service('POST', path, { body: { network: '198.51.100.0/24' } });
  const message = `The network 198.51.100.0/24 is already allowed (networkAccessId = ${id})`;
  expect([twin.status, twin.json.message]).toEqual([409, message]);
  await change(api, 'POST', '', { network: '192.0.2.0/24' });
  const other = (await ids(api))[1];
  const moved = await api.service('PUT', `${path}/${other}`, { body: { network: '198.51.100.0/24' } });
  expect([moved.status, moved.json.message]).toEqual([409, message]);

  for (const [method, below] of [
    ['GET', ''],
    ['PUT', ''],
    ['DELETE', ''],
    ['GET', '/task'],
  ] as const) {
    const answer = await api.service(method, `${path}/1${below}`, { body: method === 'PUT' ? {} : undefined });
    expect([answer.status, answer.json.message]).toEqual([
      404,
      'The requested object (networkAccessId = 1) does not exist',
    ]);
  }
  const { taskId } = (await api.service('DELETE', `${path}/${id}`)).json;
  const busy = await api.service('PUT', `${path}/${id}`, { body: { description: 'late' } });
  expect([busy.status, busy.json.message]).toEqual([
    409,
    `Another task is running on this object (networkAccessId = ${id}, taskId = ${taskId})`,
  ]);
});

test('tasks below a network are those about it; what failed is as it was and can be relaunched', async () => {
  const match = { name: 'removeAllowedNetwork' };
  const fault = { id: 'no', at: 'ovh.task', match, when: { calls: 1 }, then: { ovh: { taskState: 'error' } } } as const;
  const services = [{ serviceName, allowedNetworks: [{ network: '198.51.100.0/24' }, { network: '192.0.2.0/24' }] }];
  const api = await startApi(onTestFinished, { services }, [fault]);
  const [id, other] = await ids(api);
  const { taskId, state } = await change(api, 'DELETE', `/${id}`);
  expect(state).toBe('error');
  expect(await networkOf(api, id)).toMatchObject({ state: 'allowed' });
  expect(await ids(api, `/${id}/task`)).toEqual([taskId]);
  expect(await ids(api, `/${other}/task`)).toEqual([]);
  expect((await api.service('GET', `${path}/${other}/task/${taskId}`)).status).toBe(404);
  expect((await api.service('GET', `${path}/${id}/task/${taskId}`)).json).toMatchObject({
    taskId,
    networkAccessId: id,
  });
  const date = { executionDate: '2016-03-04T00:00:00+00:00' };
  const late = await api.service('POST', `${path}/${id}/task/${taskId}/changeMaintenanceExecutionDate`, { body: date });
  expect(late.status).toBe(409);
  await change(api, 'POST', `/${id}/task/${taskId}/resetTaskState`, { reason: 'again' });
  expect(await ids(api)).toEqual([other]);
});
