import { expect, onTestFinished, test } from 'vitest';
import type { OvhApiMockOptions, UserOptions } from '../../ovh-api-mock/index.ts';
import { events, type Json, type RunningApi, serviceName, startApi, vectorDate, vectorTime } from './api.ts';

const password = 'Correct-Horse-7';

/** An API whose service has these users; the clock moves only by hand. */
async function withUsers(users?: readonly UserOptions[], options: OvhApiMockOptions = {}): Promise<RunningApi> {
  return startApi(onTestFinished, { services: [{ serviceName, users }], ...options });
}

const ids = async (api: RunningApi, path = '/user') => (await api.service('GET', path)).json as unknown as number[];
const userOf = async (api: RunningApi, userId: unknown) => (await api.service('GET', `/user/${userId}`)).json;
const taskOf = async (api: RunningApi, taskId: unknown) => (await api.service('GET', `/task/${taskId}`)).json;

/** Sends a change, lets its task end, and answers the task. */
async function change(api: RunningApi, method: string, path: string, body?: object): Promise<Json> {
  const answer = await api.service(method, path, { body });
  expect(answer.status, answer.text).toBe(200);
  await api.clock.advance(60_000);
  return taskOf(api, answer.json.taskId);
}

test('a service has an admin who may manage encryption, with all members of the model', async () => {
  const api = await withUsers();
  const [userId, ...others] = await ids(api);
  expect(others).toEqual([]);
  // The 23 members of dedicatedCloud.User, ovh.md 1.3.
  expect(await userOf(api, userId)).toEqual({
    userId,
    name: 'admin',
    login: 'admin',
    firstName: null,
    lastName: null,
    email: null,
    phoneNumber: null,
    state: 'delivered',
    activationState: 'enabled',
    type: 'user',
    canManageIpFailOvers: true,
    canManageNetwork: true,
    canManageRights: true,
    encryptionRight: true,
    fullAdminRo: false,
    isEnableManageable: true,
    isTokenValidator: false,
    nsxRight: true,
    receiveAlerts: true,
    identityProviderId: null,
    identityProviderType: null,
    activeDirectoryId: null,
    activeDirectoryType: null,
  });
});

test('a user is created: creating, delivered; written as tokenValidator, read as isTokenValidator', async () => {
  const api = await withUsers();
  const body = {
    name: 'alice',
    password,
    encryptionRight: true,
    tokenValidator: true,
    firstName: 'Alice',
    email: 'alice@example.com',
    right: 'readwrite',
    networkRole: 'readonly',
  };
  const answer = await api.service('POST', '/user', { body });
  expect(answer.status, answer.text).toBe(200);
  const userId = (await ids(api)).at(-1);
  expect(answer.json).toMatchObject({ name: 'addUser', state: 'todo', progress: 0, userId, executionDate: vectorDate });

  expect((await userOf(api, userId)).state).toBe('creating');
  await api.clock.advance(1000);
  expect(await taskOf(api, answer.json.taskId)).toMatchObject({
    state: 'doing',
    progress: 50,
    description: 'Applying the change to the user alice',
  });
  await api.clock.advance(2000);
  expect(await taskOf(api, answer.json.taskId)).toMatchObject({ state: 'done', progress: 100 });
  expect(await userOf(api, userId)).toMatchObject({
    name: 'alice',
    login: 'alice',
    firstName: 'Alice',
    lastName: null,
    email: 'alice@example.com',
    state: 'delivered',
    encryptionRight: true,
    isTokenValidator: true,
    canManageRights: false,
  });
  const [rightId] = await ids(api, `/user/${userId}/right`);
  expect((await api.service('GET', `/user/${userId}/right/${rightId}`)).json).toEqual({
    rightId,
    datacenterId: expect.any(Number),
    right: 'readwrite',
    networkRole: 'readonly',
    vmNetworkRole: 'noAccess',
    canAddRessource: false,
  });
});

test('lists are filtered by a part of the name', async () => {
  const api = await withUsers([{ name: 'admin' }, { name: 'Backup-Admin' }, { name: 'carol' }]);
  const [admin, backup, carol] = await ids(api);
  expect(await ids(api, '/user?name=admin')).toEqual([admin, backup]);
  expect(await ids(api, '/user?name=c%25l')).toEqual([carol]);
  expect(await ids(api, '/user?name=nobody')).toEqual([]);
});

test('properties change once the task is done; a null empties a text', async () => {
  const api = await withUsers([{ name: 'admin', lastName: 'Root', encryptionRight: false }]);
  const [userId] = await ids(api);
  const body = { encryptionRight: true, tokenValidator: true, fullAdminRo: true, lastName: null, firstName: 'Ada' };
  const answer = await api.service('POST', `/user/${userId}/changeProperties`, { body });
  expect(answer.json).toMatchObject({ name: 'updateUser', state: 'todo', userId });
  expect(await userOf(api, userId)).toMatchObject({ encryptionRight: false, lastName: 'Root' });
  await api.clock.advance(60_000);
  expect(await userOf(api, userId)).toMatchObject({
    encryptionRight: true,
    isTokenValidator: true,
    fullAdminRo: true,
    lastName: null,
    firstName: 'Ada',
    state: 'delivered',
  });
});

test('a user is disabled and enabled through the states of its activation', async () => {
  const api = await withUsers();
  const [userId] = await ids(api);
  const activation = async () => (await userOf(api, userId)).activationState;
  expect((await api.service('POST', `/user/${userId}/disable`)).json.name).toBe('disableUser');
  expect(await activation()).toBe('toDisable');
  await api.clock.advance(1000);
  expect(await activation()).toBe('disabling');
  await api.clock.advance(2000);
  expect(await activation()).toBe('disabled');

  const again = await api.service('POST', `/user/${userId}/disable`);
  expect([again.status, again.json.message]).toEqual([409, `The user ${userId} is disabled already`]);

  expect((await api.service('POST', `/user/${userId}/enable`)).json.name).toBe('enableUser');
  expect(await activation()).toBe('toEnable');
  await api.clock.advance(1000);
  expect(await activation()).toBe('enabling');
  await api.clock.advance(2000);
  expect(await activation()).toBe('enabled');
});

test('a user that cannot be enabled or disabled says so', async () => {
  const api = await withUsers([{ name: 'federated', isEnableManageable: false }]);
  const [userId] = await ids(api);
  const answer = await api.service('POST', `/user/${userId}/disable`);
  expect([answer.status, answer.json.message]).toEqual([409, `The user ${userId} cannot be enabled or disabled`]);
});

test('a user is removed: deleting, gone; its tasks stay with the service', async () => {
  const api = await withUsers([{ name: 'admin' }, { name: 'bob' }]);
  const userId = (await ids(api))[1];
  const answer = await api.service('DELETE', `/user/${userId}`);
  expect(answer.json).toMatchObject({ name: 'removeUser', userId });
  expect((await userOf(api, userId)).state).toBe('deleting');
  await api.clock.advance(60_000);
  expect((await api.service('GET', `/user/${userId}`)).status).toBe(404);
  expect(await ids(api)).not.toContain(userId);
  expect((await taskOf(api, answer.json.taskId)).state).toBe('done');
});

test('a user whose expiration date comes is removed, by the clock', async () => {
  const day = 24 * 3600;
  const expirationDate = new Date((vectorTime + 40 * day) * 1000).toISOString();
  const api = await withUsers([
    { name: 'admin' },
    { name: 'guest', expirationDate: new Date((vectorTime + day) * 1000) },
  ]);
  await change(api, 'POST', '/user', { name: 'temp', password, expirationDate });
  const [admin, guest, temp] = await ids(api);
  await api.clock.advance(day * 1000);
  expect(await ids(api)).toEqual([admin, temp]);
  expect((await api.event('ovh.user.expired')).data).toMatchObject({ userId: guest, name: 'guest' });
  await api.clock.advance(38 * day * 1000);
  expect(await ids(api)).toEqual([admin, temp]);
  await api.clock.advance(day * 1000);
  expect(await ids(api)).toEqual([admin]);
});

test('removal asks for an operation token when a customer wants it, not when the time of a user is over', async () => {
  const guest = { name: 'guest', expirationDate: new Date((vectorTime + 3600) * 1000) };
  const services = [{ serviceName, tokenValidation: true, users: [{ name: 'admin' }, guest] }];
  const api = await startApi(onTestFinished, { services });
  const [admin, expiring] = await ids(api);
  const { taskId } = (await api.service('DELETE', `/user/${admin}`)).json;
  await api.clock.advance(0);
  expect((await taskOf(api, taskId)).state).toBe('waitingTodo');
  // A quarter of an hour without the token, ovh.md 5.
  await api.clock.advance(900_000);
  expect((await taskOf(api, taskId)).state).toBe('canceled');
  expect((await userOf(api, admin)).state).toBe('delivered');
  await api.clock.advance(3600_000);
  expect((await api.service('GET', `/user/${expiring}`)).status).toBe(404);
});

test('a password is kept, never shown: not in answers, not in errors, not in the journal', async () => {
  const api = await withUsers([{ name: 'admin', password }]);
  const [userId] = await ids(api);
  const others = ['Other-Horse-8', 'short', 'Created-Horse-9'] as const;
  await change(api, 'POST', `/user/${userId}/changePassword`, { password: others[0] });
  const weak = await api.service('POST', `/user/${userId}/changePassword`, { body: { password: others[1] } });
  expect([weak.status, weak.json.message]).toEqual([
    400,
    '[password] The password must have at least 8 characters of at least 3 kinds',
  ]);
  await change(api, 'POST', '/user', { name: 'eve', password: others[2] });
  const number = await api.service('POST', `/user/${userId}/changePassword`, { body: { password: 75317531 } });
  expect([number.status, number.json.message]).toEqual([
    400,
    '[password] Given data (…) is not valid for type password',
  ]);
  expect((await userOf(api, userId)).password).toBeUndefined();
  const journal = JSON.stringify(api.runtime.journal.entries());
  for (const secret of [password, ...others, '75317531']) expect(journal).not.toContain(secret);
  expect(JSON.stringify(api.mock.users(serviceName))).not.toContain(others[0]);
  expect(events(api.runtime).filter((event) => event === 'ovh.user.password')).toHaveLength(2);
});

test('without a password one is drawn and mailed: to the user, else to the contact of the account', async () => {
  const api = await withUsers();
  await change(api, 'POST', '/user', { name: 'alice', email: 'alice@example.com' });
  const [userId] = await ids(api);
  await change(api, 'POST', `/user/${userId}/changePassword`);
  const mails = api.mock.messages;
  expect(mails.map(({ kind, to }) => [kind, to])).toEqual([
    ['mail', 'alice@example.com'],
    ['mail', 'xx11111-ovh'],
  ]);
  const [first, second] = mails.map(({ code }) => code);
  expect(first).not.toBe(second);
  for (const code of [first, second]) {
    expect(code).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9]).{8,}$/);
    expect(JSON.stringify(api.runtime.journal.entries())).not.toContain(code);
  }
});

test('a phone number is confirmed by the token that was sent to it, once', async () => {
  const api = await withUsers();
  const [userId] = await ids(api);
  const confirm = (token: string) => api.service('POST', `/user/${userId}/confirmPhoneNumber`, { body: { token } });
  expect((await confirm('000000')).status).toBe(400);

  await change(api, 'POST', `/user/${userId}/changeProperties`, { phoneNumber: '+33.612345678' });
  expect(api.mock.users(serviceName)[0]).toMatchObject({ phoneNumber: '+33.612345678', phoneConfirmed: false });
  const [sms] = api.mock.messages;
  expect(sms).toMatchObject({ kind: 'sms', to: '+33.612345678', code: expect.stringMatching(/^\d{6}$/) });
  expect(sms?.text).toContain(sms?.code);

  const wrong = await confirm(sms?.code === '123456' ? '654321' : '123456');
  expect([wrong.status, wrong.json.message]).toEqual([400, '[token] This token is not valid']);
  const task = await change(api, 'POST', `/user/${userId}/confirmPhoneNumber`, { token: sms!.code! });
  expect(task).toMatchObject({ name: 'confirmUserPhoneNumber', state: 'done', userId });
  expect(api.mock.users(serviceName)[0]?.phoneConfirmed).toBe(true);
  expect((await confirm(sms!.code!)).status).toBe(400);
  expect(JSON.stringify(api.runtime.journal.entries())).not.toContain(`"${sms?.code}"`);
});

test.each([
  [{}, '[name] This parameter is required'],
  [{ name: 7 }, '[name] Given data (7) is not valid for type string'],
  [{ name: ' ' }, '[name] Given data ( ) is not valid for type string'],
  [{ name: 'bob', right: 'owner' }, '[right] Given data (owner) is not valid for type dedicatedCloud.right.RightEnum'],
  [{ name: 'bob', encryptionRight: 'yes' }, '[encryptionRight] Given data (yes) is not valid for type boolean'],
  [{ name: 'bob', phoneNumber: '12' }, '[phoneNumber] Given data (12) is not valid for type phoneNumber'],
  [{ name: 'bob', email: 'bob' }, '[email] Given data (bob) is not valid for type email'],
  [{ name: 'bob', expirationDate: 'soon' }, '[expirationDate] Given data (soon) is not valid for type datetime'],
  [
    { name: 'bob', expirationDate: '2016-01-01T00:00:00+01:00' },
    '[expirationDate] Given data (2015-12-31T23:00:00+00:00) is not in the future',
  ],
  [{ name: 'bob', isTokenValidator: true }, 'Received not described parameters: (isTokenValidator)'],
])('a user is not created from %j', async (body, message) => {
  const api = await withUsers();
  const answer = await api.service('POST', '/user', { body });
  expect(answer.status).toBe(400);
  expect(answer.json).toMatchObject({ class: 'Client::BadRequest', message });
  expect(await ids(api)).toHaveLength(1);
  expect(api.mock.tasks).toEqual([]);
});

test('a name that is taken, a user that is not there, a user that is being worked on, a service that is not ready', async () => {
  const api = await startApi(onTestFinished, {
    services: [
      { serviceName, users: [{ name: 'admin' }, { name: 'bob' }] },
      { serviceName: 'pcc-192-0-2-20', state: 'migrating' },
    ],
  });
  const [userId, bob] = await ids(api);
  const twin = await api.service('POST', '/user', { body: { name: 'Admin' } });
  expect([twin.status, twin.json.message]).toEqual([
    409,
    `A user with the name admin already exists (userId = ${userId})`,
  ]);
  for (const [method, path] of [
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/changeProperties'],
    ['POST', '/changePassword'],
    ['POST', '/enable'],
    ['GET', '/right'],
    ['GET', '/objectRight'],
    ['GET', '/task'],
    ['GET', '/task/1'],
  ] as const) {
    const answer = await api.service(method, `/user/1${path}`, { body: method === 'POST' ? {} : undefined });
    expect([path, answer.status, answer.json.message]).toEqual([
      path,
      404,
      'The requested object (userId = 1) does not exist',
    ]);
  }
  const { taskId } = (await api.service('POST', `/user/${userId}/disable`)).json;
  const busy = await api.service('DELETE', `/user/${userId}`);
  expect([busy.status, busy.json.message]).toEqual([
    409,
    `Another task is running on this object (userId = ${userId}, taskId = ${taskId})`,
  ]);
  // Another user is not concerned.
  expect((await api.service('POST', `/user/${bob}/disable`)).status).toBe(200);

  const [other] = (await api.call('GET', '/dedicatedCloud/pcc-192-0-2-20/user')).json as unknown as number[];
  expect((await api.service('GET', `/user/${other}`)).status).toBe(404);
  const unready = await api.call('DELETE', `/dedicatedCloud/pcc-192-0-2-20/user/${other}`);
  expect([unready.status, unready.json.message]).toEqual([
    400,
    'The service pcc-192-0-2-20 is in state migrating, this action needs state delivered',
  ]);
});

test('a service that cannot have more users gets none', async () => {
  const services = [{ serviceName, capabilities: { canAddUser: false } }];
  const api = await startApi(onTestFinished, { services });
  const answer = await api.service('POST', '/user', { body: { name: 'bob', password } });
  expect([answer.status, answer.json.message]).toEqual([409, `The service ${serviceName} cannot have more users`]);
});

test('a user has a right in each datacenter of its service', async () => {
  const services = [{ serviceName, datacenters: [{ datacenterId: 7 }, { datacenterId: 9 }] }];
  const api = await startApi(onTestFinished, { services });
  const [userId] = await ids(api);
  const path = `/user/${userId}/right`;
  const rights = await Promise.all((await ids(api, path)).map((id) => api.service('GET', `${path}/${id}`)));
  expect(rights.map(({ json }) => json.datacenterId)).toEqual([7, 9]);
});

test('tasks below a user are those about it, and can be relaunched there', async () => {
  const match = { name: 'addUser' };
  const fault = { id: 'no', at: 'ovh.task', match, when: { calls: 1 }, then: { ovh: { taskState: 'error' } } } as const;
  const api = await startApi(onTestFinished, {}, [fault]);
  const { taskId } = (await api.service('POST', '/user', { body: { name: 'bob', password } })).json;
  await api.clock.advance(60_000);
  const [admin, userId] = await ids(api);
  expect((await userOf(api, userId)).state).toBe('error');
  await change(api, 'POST', `/user/${admin}/disable`);

  expect(await ids(api, `/user/${userId}/task`)).toEqual([taskId]);
  expect(await ids(api, `/user/${userId}/task?state=done`)).toEqual([]);
  expect((await api.service('GET', `/user/${userId}/task/${taskId}`)).json.state).toBe('error');
  expect((await api.service('GET', `/user/${admin}/task/${taskId}`)).status).toBe(404);

  const refused = await api.service('POST', `/user/${userId}/changePassword`);
  expect([refused.status, refused.json.message]).toEqual([
    409,
    `The user ${userId} is in state error, this action needs state delivered`,
  ]);
  const path = `/user/${userId}/task/${taskId}`;
  const date = { executionDate: '2016-03-04T00:00:00+00:00' };
  expect((await api.service('POST', `${path}/changeMaintenanceExecutionDate`, { body: date })).status).toBe(409);
  expect(await change(api, 'POST', `${path}/resetTaskState`, { reason: 'try again' })).toMatchObject({ state: 'done' });
  expect((await userOf(api, userId)).state).toBe('delivered');
});

test('a creation that is cancelled leaves no user; a change that fails leaves all as it was', async () => {
  const api = await withUsers(undefined, { taskProgress: 'manual' });
  const created = await api.service('POST', '/user', { body: { name: 'bob', password } });
  await api.mock.steerTask(Number(created.json.taskId), 'cancel');
  await api.mock.steerTask(Number(created.json.taskId), 'advance');
  expect((await taskOf(api, created.json.taskId)).state).toBe('canceled');
  const [userId, ...others] = await ids(api);
  expect(others).toEqual([]);

  const disabled = await api.service('POST', `/user/${userId}/disable`);
  await api.mock.steerTask(Number(disabled.json.taskId), 'fail');
  expect((await taskOf(api, disabled.json.taskId)).state).toBe('error');
  expect((await userOf(api, userId)).activationState).toBe('enabled');

  const removed = await api.service('DELETE', `/user/${userId}`);
  await api.mock.steerTask(Number(removed.json.taskId), 'fail');
  expect((await userOf(api, userId)).state).toBe('error');
  const again = await api.service('DELETE', `/user/${userId}`);
  await api.mock.steerTask(Number(again.json.taskId), 'complete');
  expect(await ids(api)).toEqual([]);
  // The first task has nothing to work on any more.
  const reset = { body: { reason: 'again' } };
  expect((await api.service('POST', `/task/${removed.json.taskId}/resetTaskState`, reset)).status).toBe(409);
});

test('the right in a datacenter is changed by a whole object, read-only members aside', async () => {
  const api = await withUsers();
  const [userId] = await ids(api);
  const [rightId] = await ids(api, `/user/${userId}/right`);
  const path = `/user/${userId}/right/${rightId}`;
  const before = (await api.service('GET', path)).json;
  expect(before).toMatchObject({ right: 'admin', networkRole: 'admin', vmNetworkRole: 'admin', canAddRessource: true });
  const task = await change(api, 'PUT', path, { ...before, right: 'readonly', vmNetworkRole: 'noAccess' });
  expect(task).toMatchObject({
    name: 'updateUserRight',
    state: 'done',
    userId,
    datacenterId: before.datacenterId,
  });
  expect((await api.service('GET', path)).json).toEqual({ ...before, right: 'readonly', vmNetworkRole: 'noAccess' });
  expect((await api.service('GET', `/user/${userId}/right/1`)).json.message).toBe(
    'The requested object (rightId = 1) does not exist',
  );
  expect((await api.service('PUT', `/user/${userId}/right/1`, { body: {} })).status).toBe(404);
  const wrong = await api.service('PUT', path, { body: { networkRole: 'owner' } });
  expect([wrong.status, wrong.json.message]).toEqual([
    400,
    '[networkRole] Given data (owner) is not valid for type dedicatedCloud.right.NetworkRoleEnum',
  ]);
});

test('a right on an object of the vCenter is given and taken', async () => {
  const api = await withUsers();
  const [userId] = await ids(api);
  const path = `/user/${userId}/objectRight`;
  const body = { right: 'readonly', type: 'vm', vmwareObjectId: 'vm-42', propagate: true };
  // Names of these two robots: documented.
  expect((await change(api, 'POST', path, body)).name).toBe('addUserObjectRight');
  const [objectRightId] = await ids(api, path);
  expect((await api.service('GET', `${path}/${objectRightId}`)).json).toEqual({
    objectRightId,
    name: 'vm-42',
    type: 'vm',
    right: 'readonly',
    propagate: true,
    vmwareObjectId: 'vm-42',
  });
  const twin = await api.service('POST', path, { body });
  expect([twin.status, twin.json.message]).toEqual([
    409,
    `The user ${userId} already has a right on vm-42 (objectRightId = ${objectRightId})`,
  ]);
  for (const [missing, message] of [
    ['vmwareObjectId', '[vmwareObjectId] This parameter is required'],
    ['type', '[type] This parameter is required'],
    ['right', '[right] This parameter is required'],
  ]) {
    const answer = await api.service('POST', path, { body: { ...body, [missing!]: undefined } });
    expect([answer.status, answer.json.message]).toEqual([400, message]);
  }
  expect((await change(api, 'DELETE', `${path}/${objectRightId}`)).name).toBe('removeUserObjectRight');
  expect(await ids(api, path)).toEqual([]);
  expect((await api.service('DELETE', `${path}/${objectRightId}`)).status).toBe(404);
  expect((await api.service('GET', `${path}/${objectRightId}`)).status).toBe(404);
});

test('the journal keeps no more of a long text than it takes to recognise it', async () => {
  const api = await withUsers();
  const name = 'n'.repeat(20_000);
  await change(api, 'POST', '/user', { name, firstName: name });
  const userId = (await ids(api)).at(-1);
  await change(api, 'POST', `/user/${userId}/changeProperties`, { lastName: name });
  expect(await userOf(api, userId)).toMatchObject({ name, lastName: name });
  expect(JSON.stringify(api.runtime.journal.entries())).not.toContain('n'.repeat(200));
});

test('the journal tells what led to what, from the request to the user that is there', async () => {
  const api = await withUsers();
  await change(api, 'POST', '/user', { name: 'bob', password });
  const [request] = api.runtime.journal.entries({ event: 'ovh.request', 'data.method': 'POST' });
  const tree = (node: ReturnType<typeof api.runtime.journal.effectsOf>): unknown[] =>
    node.effects.length === 0 ? [node.entry.event] : [node.entry.event, node.effects.map(tree)];
  expect(tree(api.runtime.journal.effectsOf(request!))).toEqual([
    'ovh.request',
    [
      ['ovh.user.creating'],
      ['ovh.task.todo', [['ovh.task.doing'], ['ovh.task.done', [['ovh.user.password'], ['ovh.user.delivered']]]]],
      ['ovh.response'],
    ],
  ]);
});
