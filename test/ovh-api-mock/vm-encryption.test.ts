import { expect, onTestFinished, test } from 'vitest';
import { events, keys, type RunningApi, serviceName, sha1Thumbprint, startApi, vectorDate } from './api.ts';

const ip = '192.0.2.1';
const registration = { ip, sslThumbprint: sha1Thumbprint, description: 'Okms demo' };

/** Registers a KMS and lets its task end. */
async function register(api: RunningApi, body: object = registration): Promise<number> {
  expect((await api.service('POST', '/vmEncryption/kms', { body })).status).toBe(200);
  await api.clock.advance(60_000);
  return ((await api.service('GET', '/vmEncryption/kms')).json as unknown as number[]).at(-1)!;
}

test('a KMS is registered: todo, doing, done; toCreate, creating, delivered; enabling, enabled', async () => {
  const api = await startApi(onTestFinished);
  const state = async () => {
    const [kmsId] = (await api.service('GET', '/vmEncryption/kms')).json as unknown as number[];
    const [taskId] = (await api.service('GET', '/task')).json as unknown as number[];
    const kms = (await api.service('GET', `/vmEncryption/kms/${kmsId}`)).json;
    const task = (await api.service('GET', `/task/${taskId}`)).json;
    const option = (await api.service('GET', '/vmEncryption')).json;
    const { mock } = api;
    return [task.state, task.progress, task.description, kms.state, option.state, mock.isFlowOpen(ip, 5696)];
  };

  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'disabled' });
  const answer = await api.service('POST', '/vmEncryption/kms', { body: registration });
  expect(answer.status).toBe(200);
  // All 22 members of dedicatedCloud.Task, ovh.md 1.3.
  expect(answer.json).toEqual({
    taskId: expect.any(Number),
    name: 'addVmEncryptionKms',
    state: 'todo',
    type: 'generic',
    progress: 0,
    description: null,
    executionDate: vectorDate,
    lastModificationDate: vectorDate,
    endDate: null,
    maintenanceDateFrom: null,
    maintenanceDateTo: null,
    createdBy: null,
    createdFrom: null,
    parentTaskId: null,
    orderId: null,
    userId: null,
    datacenterId: null,
    hostId: null,
    filerId: null,
    vlanId: null,
    networkAccessId: null,
    network: null,
  });

  expect(await state()).toEqual(['todo', 0, null, 'toCreate', 'enabling', false]);
  await api.clock.advance(1000);
  const opening = 'Opening the network flow to 192.0.2.1:5696';
  expect(await state()).toEqual(['doing', 25, opening, 'creating', 'enabling', false]);
  await api.clock.advance(3000);
  const finishing = 'Finishing the configuration of 192.0.2.1:5696';
  expect(await state()).toEqual(['doing', 75, finishing, 'creating', 'enabling', true]);
  await api.clock.advance(1000);
  expect(await state()).toEqual(['done', 100, 'Done', 'delivered', 'enabled', true]);

  const [kmsId] = (await api.service('GET', '/vmEncryption/kms')).json as unknown as number[];
  expect((await api.service('GET', `/vmEncryption/kms/${kmsId}`)).json).toEqual({
    kmsId,
    ip,
    kmsTcpPort: 5696,
    sslThumbprint: sha1Thumbprint,
    description: 'Okms demo',
    state: 'delivered',
  });
  const task = (await api.service('GET', `/task/${answer.json.taskId}`)).json;
  expect(task.endDate).toBe('2016-03-03T15:28:00+00:00');
  expect(task.lastModificationDate).toBe('2016-03-03T15:28:00+00:00');
  expect(task.executionDate).toBe(vectorDate);
});

test('the journal tells what led to what, from the request to the open gateway', async () => {
  const api = await startApi(onTestFinished);
  await register(api);
  const [request] = api.runtime.journal.entries({ event: 'ovh.request', 'data.method': 'POST' });
  const tree = (node: ReturnType<typeof api.runtime.journal.effectsOf>): unknown[] =>
    node.effects.length === 0 ? [node.entry.event] : [node.entry.event, node.effects.map(tree)];
  expect(tree(api.runtime.journal.effectsOf(request!))).toEqual([
    'ovh.request',
    [
      ['ovh.kms.toCreate', [['ovh.vmEncryption.enabling']]],
      [
        'ovh.task.todo',
        [
          ['ovh.task.doing', [['ovh.kms.creating'], ['gateway.flow.opened']]],
          ['ovh.task.doing'],
          ['ovh.task.done', [['ovh.kms.delivered', [['ovh.vmEncryption.enabled']]]]],
        ],
      ],
      ['ovh.response'],
    ],
  ]);
  expect(request?.data).toEqual({
    method: 'POST',
    path: `/1.0/dedicatedCloud/${serviceName}/vmEncryption/kms`,
    route: '/dedicatedCloud/{serviceName}/vmEncryption/kms',
    credential: '5mBu…',
  });
  expect(JSON.stringify(api.runtime.journal.entries())).not.toContain(keys.applicationSecret);
});

test('a KMS is removed: the flow closes before it is gone, the last one disables the option', async () => {
  const api = await startApi(onTestFinished);
  const kmsId = await register(api);
  const path = `/vmEncryption/kms/${kmsId}`;
  const answer = await api.service('DELETE', path);
  expect(answer.json).toMatchObject({ name: 'removeVmEncryptionKms', state: 'todo', progress: 0 });
  expect((await api.service('GET', path)).json.state).toBe('toDelete');
  expect(api.mock.isFlowOpen(ip, 5696)).toBe(true);
  await api.clock.advance(1000);
  expect((await api.service('GET', path)).json.state).toBe('deleting');
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'disabling' });
  expect(api.mock.isFlowOpen(ip, 5696)).toBe(false);
  await api.clock.advance(3000);
  expect((await api.service('GET', path)).json).toEqual({
    class: 'Client::NotFound',
    message: `The requested object (kmsId = ${kmsId}) does not exist`,
  });
  expect((await api.service('GET', '/vmEncryption/kms')).json).toEqual([]);
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'disabled' });
  expect((await api.service('GET', `/task/${answer.json.taskId}`)).json).toMatchObject({
    state: 'done',
    progress: 100,
  });
});

test('with a second KMS the option stays enabled when the first is removed', async () => {
  const api = await startApi(onTestFinished);
  const first = await register(api);
  const second = await register(api, { ...registration, ip: '192.0.2.2' });
  await api.service('DELETE', `/vmEncryption/kms/${first}`);
  await api.clock.advance(1000);
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'enabled' });
  await api.clock.advance(3000);
  expect((await api.service('GET', '/vmEncryption/kms')).json).toEqual([second]);
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'enabled' });
  expect([api.mock.isFlowOpen(ip, 5696), api.mock.isFlowOpen('192.0.2.2', 5696)]).toEqual([false, true]);
});

test('changeProperties: toUpdate, updating, delivered with the new thumbprint, the flow open throughout', async () => {
  const api = await startApi(onTestFinished);
  const kmsId = await register(api);
  const path = `/vmEncryption/kms/${kmsId}`;
  const sslThumbprint = sha1Thumbprint.replace('A7', 'A8').toLowerCase();
  const answer = await api.service('POST', `${path}/changeProperties`, { body: { sslThumbprint } });
  expect(answer.json).toMatchObject({ name: 'updateVmEncryptionKms', state: 'todo' });
  expect((await api.service('GET', path)).json.state).toBe('toUpdate');
  await api.clock.advance(1000);
  expect((await api.service('GET', path)).json.state).toBe('updating');
  expect(api.mock.isFlowOpen(ip, 5696)).toBe(true);
  await api.clock.advance(1000);
  expect((await api.service('GET', path)).json).toEqual({
    kmsId,
    ip,
    kmsTcpPort: 5696,
    sslThumbprint,
    description: 'Okms demo',
    state: 'delivered',
  });
  expect(events(api.runtime).filter((event) => event.startsWith('gateway'))).toEqual(['gateway.flow.opened']);
});

test.each([
  [{ sslThumbprint: 'AA' }, '[ip] This parameter is required'],
  [{ ip }, '[sslThumbprint] This parameter is required'],
  [undefined, '[ip] This parameter is required'],
  [{ ip: 'kms.example.org', sslThumbprint: 'AA' }, '[ip] Given data (kms.example.org) is not valid for type ipv4'],
  [{ ip: '2001:db8::1', sslThumbprint: 'AA' }, '[ip] Given data (2001:db8::1) is not valid for type ipv4'],
  // What only the control panel's loose pattern lets through (ovh.md 4.1).
  [{ ip: '192a0b2c1', sslThumbprint: 'AA' }, '[ip] Given data (192a0b2c1) is not valid for type ipv4'],
  [{ ip: '192.0.2.256', sslThumbprint: 'AA' }, '[ip] Given data (192.0.2.256) is not valid for type ipv4'],
  [{ ip: 3221225985, sslThumbprint: 'AA' }, '[ip] Given data (3221225985) is not valid for type ipv4'],
  [{ ip: null, sslThumbprint: 'AA' }, '[ip] Given data (null) is not valid for type ipv4'],
  [{ ip, sslThumbprint: 7 }, '[sslThumbprint] Given data (7) is not valid for type string'],
  [{ ip, sslThumbprint: 'AA', description: [] }, '[description] Given data ([]) is not valid for type string'],
  ['{"ip":', 'The body is not a JSON object'],
  ['["ip"]', 'The body is not a JSON object'],
  ['null', 'The body is not a JSON object'],
])('registering %j is refused with 400', async (body, message) => {
  const api = await startApi(onTestFinished);
  const answer = await api.service('POST', '/vmEncryption/kms', { body });
  expect(answer.status).toBe(400);
  expect(answer.json).toEqual({ class: 'Client::BadRequest', message });
  expect((await api.service('GET', '/task')).json).toEqual([]);
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'disabled' });
});

test('the control panel sends the fields as query parameters too, they are ignored', async () => {
  const api = await startApi(onTestFinished);
  const answer = await api.service('POST', '/vmEncryption/kms?ip=1.1.1.1&sslThumbprint=BB', {
    body: { ...registration, description: null },
  });
  expect(answer.status).toBe(200);
  expect(api.mock.services[0]?.kms.values().next().value).toMatchObject({ ip, description: '' });
});

test.each([
  [sha1Thumbprint, 200],
  [sha1Thumbprint.toLowerCase(), 200],
  [Array(32).fill('0F').join(':'), 200],
  [sha1Thumbprint.replaceAll(':', ''), 400],
  [`SHA1 Fingerprint=${sha1Thumbprint}`, 400],
  [Array(21).fill('0F').join(':'), 400],
  [sha1Thumbprint.replace('A7', 'G7'), 400],
])('mode verify-format answers thumbprint %s with %i', async (sslThumbprint, status) => {
  const api = await startApi(onTestFinished, { thumbprint: 'verify-format' });
  const answer = await api.service('POST', '/vmEncryption/kms', { body: { ip, sslThumbprint } });
  expect(answer.status).toBe(status);
  if (status === 400) {
    const message = `[sslThumbprint] Given data (${sslThumbprint}) is not a SHA-1 or SHA-256 thumbprint`;
    expect(answer.json).toEqual({ class: 'Client::BadRequest', message });
  }
});

test('the same address twice and a change during another answer 409', async () => {
  const api = await startApi(onTestFinished);
  const kmsId = await register(api);
  const twin = await api.service('POST', '/vmEncryption/kms', { body: registration });
  expect(twin.status).toBe(409);
  expect(twin.json).toEqual({
    class: 'Client::Conflict',
    message: `A KMS with the ip 192.0.2.1 already exists (kmsId = ${kmsId})`,
  });

  const { taskId } = (await api.service('DELETE', `/vmEncryption/kms/${kmsId}`)).json;
  const busy = { class: 'Client::Conflict', message: `Another task is running on this option (taskId = ${taskId})` };
  const other = { body: { ip: '192.0.2.2', sslThumbprint: 'AA' } };
  for (const answer of [
    await api.service('DELETE', `/vmEncryption/kms/${kmsId}`),
    await api.service('POST', `/vmEncryption/kms/${kmsId}/changeProperties`, { body: { sslThumbprint: 'AA' } }),
    await api.service('POST', '/vmEncryption/kms', other),
  ]) {
    expect(answer.status).toBe(409);
    expect(answer.json).toEqual(busy);
  }
});

test('the rules about conflicts can be switched off, an entry still changes once at a time', async () => {
  const assumed = { refuseDuplicateIp: false, refuseWhileRunning: false };
  const api = await startApi(onTestFinished, { assumed });
  expect((await api.service('POST', '/vmEncryption/kms', { body: registration })).status).toBe(200);
  expect((await api.service('POST', '/vmEncryption/kms', { body: registration })).status).toBe(200);
  const [kmsId] = (await api.service('GET', '/vmEncryption/kms')).json as unknown as number[];
  expect((await api.service('DELETE', `/vmEncryption/kms/${kmsId}`)).json).toEqual({
    class: 'Client::Conflict',
    message: `The KMS ${kmsId} is in state toCreate`,
  });
});

test('a service that is not delivered takes no change', async () => {
  const api = await startApi(onTestFinished, { services: [{ serviceName, state: 'disabled' }] });
  const answer = await api.service('POST', '/vmEncryption/kms', { body: registration });
  expect(answer.status).toBe(400);
  expect(answer.json.message).toBe(
    `The service ${serviceName} is in state disabled, this action needs state delivered`,
  );
});

test.each([
  ['GET', '/dedicatedCloud/pcc-0-0-0-0', 404, 'This service does not exist'],
  ['GET', '/dedicatedCloud/pcc-0-0-0-0/vmEncryption/kms', 404, 'This service does not exist'],
  [
    'GET',
    `/dedicatedCloud/${serviceName}/vmEncryption/kms/42`,
    404,
    'The requested object (kmsId = 42) does not exist',
  ],
  ['GET', `/dedicatedCloud/${serviceName}/task/42`, 404, 'The requested object (taskId = 42) does not exist'],
  [
    'GET',
    `/dedicatedCloud/${serviceName}/vmEncryption/kms/x`,
    400,
    '[kmsId] Given data (x) is not valid for type long',
  ],
  [
    'GET',
    `/dedicatedCloud/${serviceName}/task?state=TODO`,
    400,
    '[state] Given data (TODO) is not valid for type dedicatedCloud.TaskStateEnum',
  ],
  ['GET', '/nothing', 404, 'Got an invalid (or empty) URL: GET /nothing'],
  ['DELETE', '/auth/time', 405, 'DELETE is not allowed on /auth/time, only GET, OPTIONS'],
])('%s %s answers %i', async (method, path, status, message) => {
  const api = await startApi(onTestFinished);
  const answer = await api.call(method, path);
  expect(answer.status).toBe(status);
  expect(answer.json).toEqual({ class: status === 404 ? 'Client::NotFound' : 'Client::BadRequest', message });
  expect(answer.headers['x-ovh-queryid']).toMatch(/^EU\./);
});

test("the guide's own path answers 404 and names the real one", async () => {
  const api = await startApi(onTestFinished);
  const answer = await api.service('POST', '/kms', { body: registration });
  expect(answer.status).toBe(404);
  expect(answer.json).toEqual({
    class: 'Client::NotFound',
    message:
      'Got an invalid (or empty) URL: POST /dedicatedCloud/{serviceName}/kms is printed in the guide but is not part of the API: use POST /dedicatedCloud/{serviceName}/vmEncryption/kms',
  });
  expect((await api.service('GET', '/vmEncryption/kms')).json).toEqual([]);
});

test("in mode docs-compat the guide's own path registers a KMS", async () => {
  const api = await startApi(onTestFinished, { docsCompat: true });
  const answer = await api.service('POST', '/kms', { body: registration });
  expect(answer.json).toMatchObject({ name: 'addVmEncryptionKms', state: 'todo' });
  await api.clock.advance(5000);
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'enabled' });
  expect((await api.service('POST', '/kms', { body: { ip: 'x' } })).status).toBe(400);
});

test('the port of a KMS comes from the world', async () => {
  const api = await startApi(onTestFinished, { kmsTcpPort: (address) => (address === ip ? 5697 : 5696) });
  const kmsId = await register(api);
  expect((await api.service('GET', `/vmEncryption/kms/${kmsId}`)).json.kmsTcpPort).toBe(5697);
  expect([api.mock.isFlowOpen(ip, 5697), api.mock.isFlowOpen(ip, 5696)]).toEqual([true, false]);
});

test('a world starts with services and with a KMS that is delivered already', async () => {
  const api = await startApi(onTestFinished, {
    services: [
      { serviceName: 'pcc-198-51-100-7', productReference: 'EPCC', description: 'private cloud' },
      { serviceName, kms: [{ ip, sslThumbprint: sha1Thumbprint, kmsTcpPort: 5697 }] },
    ],
  });
  expect((await api.call('GET', '/dedicatedCloud')).json).toEqual(['pcc-198-51-100-7', serviceName]);
  expect((await api.call('GET', '/dedicatedCloud/pcc-198-51-100-7')).json).toMatchObject({
    serviceName: 'pcc-198-51-100-7',
    description: 'private cloud',
    productReference: 'EPCC',
    state: 'delivered',
    iam: { urn: 'urn:v1:eu:resource:pccVMware:pcc-198-51-100-7' },
  });
  expect((await api.call('GET', '/dedicatedCloud/pcc-198-51-100-7/vmEncryption')).json).toEqual({ state: 'disabled' });
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'enabled' });
  expect(api.mock.isFlowOpen(ip, 5697)).toBe(true);
});
