import { expect, onTestFinished, test } from 'vitest';
import type { FaultRule } from '../../core/index.ts';
import { type RunningApi, serviceName, sha1Thumbprint, startApi, vectorTime } from './api.ts';

const body = { ip: '192.0.2.1', sslThumbprint: sha1Thumbprint };
const hour = 3_600_000;
const date = (ms: number) => new Date(vectorTime * 1000 + ms);

async function add(api: RunningApi): Promise<number> {
  return (await api.service('POST', '/vmEncryption/kms', { body })).json.taskId as number;
}

async function task(api: RunningApi, taskId: number): Promise<unknown[]> {
  const { state, progress, description } = (await api.service('GET', `/task/${taskId}`)).json;
  return [state, progress, description];
}

async function kmsState(api: RunningApi): Promise<unknown> {
  const [kmsId] = (await api.service('GET', '/vmEncryption/kms')).json as unknown as number[];
  return kmsId === undefined ? undefined : (await api.service('GET', `/vmEncryption/kms/${kmsId}`)).json.state;
}

test('manual: nothing but a hand moves the task, stage by stage', async () => {
  const api = await startApi(onTestFinished, { taskProgress: 'manual' });
  const id = await add(api);
  await api.clock.advance(24 * hour);
  expect(await task(api, id)).toEqual(['todo', 0, null]);
  await api.mock.steerTask(id, 'advance');
  expect(await task(api, id)).toEqual(['doing', 25, 'Opening the network flow to 192.0.2.1:5696']);
  expect(api.mock.isFlowOpen('192.0.2.1', 5696)).toBe(false);
  await api.mock.steerTask(id, 'advance');
  expect(await task(api, id)).toEqual(['doing', 75, 'Finishing the configuration of 192.0.2.1:5696']);
  expect(api.mock.isFlowOpen('192.0.2.1', 5696)).toBe(true);
  await api.mock.steerTask(id, 'advance');
  expect(await task(api, id)).toEqual(['done', 100, 'Done']);
  await expect(api.mock.steerTask(id, 'advance')).rejects.toThrow(`the task ${id} is in state done`);
  await expect(api.mock.steerTask(1, 'advance')).rejects.toThrow('there is no task 1');
});

test('complete: the task runs to its end, without waiting for the customer either', async () => {
  const api = await startApi(onTestFinished, { waitForVcenter: true });
  const id = await add(api);
  await api.clock.advance(10_000);
  expect(await task(api, id)).toEqual(['doing', 50, 'Waiting for customer to configure the KMS Server...']);
  await api.mock.steerTask(id, 'complete');
  expect(await task(api, id)).toEqual(['done', 100, 'Done']);
  expect(await kmsState(api)).toBe('delivered');
});

test('fail: error with what was said, no flow, and a reset runs it again', async () => {
  const api = await startApi(onTestFinished);
  const id = await add(api);
  await api.clock.advance(4_000);
  await api.mock.steerTask(id, 'fail', 'The firewall is full');
  expect(await task(api, id)).toEqual(['error', 75, 'The firewall is full']);
  expect(await kmsState(api)).toBe('error');
  expect(api.mock.isFlowOpen('192.0.2.1', 5696)).toBe(false);
  const reset = await api.service('POST', `/task/${id}/resetTaskState`, { body: { reason: 'made room' } });
  expect(reset.json).toMatchObject({ taskId: id, state: 'todo', progress: 0, description: null });
  await api.clock.advance(5_000);
  expect(await task(api, id)).toEqual(['done', 100, 'Done']);
  expect(api.runtime.journal.entries({ event: 'ovh.task.reset' })[0]?.data).toMatchObject({ reason: 'made room' });
});

test('a failed registration that was put right otherwise is not run again', async () => {
  const api = await startApi(onTestFinished);
  const id = await add(api);
  await api.mock.steerTask(id, 'fail', 'no');
  const [kmsId] = (await api.service('GET', '/vmEncryption/kms')).json as unknown as number[];
  await api.service('POST', `/vmEncryption/kms/${kmsId}/changeProperties`, { body: { sslThumbprint: sha1Thumbprint } });
  await api.clock.advance(5_000);
  const reset = await api.service('POST', `/task/${id}/resetTaskState`, { body: { reason: 'late' } });
  expect(reset.status).toBe(409);
  expect(reset.json.message).toBe(`The task ${id} has nothing left to work on`);
  await api.mock.steerTask(id, 'cancel');
  expect((await task(api, id))[0]).toBe('canceled');
  expect(await kmsState(api)).toBe('delivered');
});

test('cancel: toCancel for a while, then canceled, and the registration is gone', async () => {
  const api = await startApi(onTestFinished);
  const id = await add(api);
  await api.clock.advance(2_000);
  await api.mock.steerTask(id, 'cancel');
  expect(await task(api, id)).toEqual(['toCancel', 25, 'The operation was cancelled']);
  expect(await kmsState(api)).toBe('creating');
  await api.clock.advance(999);
  expect(await task(api, id)).toEqual(['toCancel', 25, 'The operation was cancelled']);
  await api.clock.advance(1);
  expect(await task(api, id)).toEqual(['canceled', 25, 'The operation was cancelled']);
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'disabled' });
});

test('fix: support holds the task in state fixing as long as it likes, then it goes on', async () => {
  const api = await startApi(onTestFinished);
  const id = await add(api);
  await api.clock.advance(2_000);
  await api.mock.steerTask(id, 'fix');
  await api.clock.advance(hour);
  expect(await task(api, id)).toEqual(['fixing', 25, 'Our support is looking into this operation']);
  expect((await api.service('GET', '/task?state=fixing')).json).toEqual([id]);
  expect((await api.service('POST', '/vmEncryption/kms', { body: { ...body, ip: '192.0.2.2' } })).status).toBe(409);
  await api.mock.steerTask(id, 'advance');
  expect(await task(api, id)).toEqual(['doing', 75, 'Finishing the configuration of 192.0.2.1:5696']);
  await api.clock.advance(1_000);
  expect(await task(api, id)).toEqual(['done', 100, 'Done']);
});

test('fix: support takes up a task in error and lets it run again', async () => {
  const api = await startApi(onTestFinished);
  const id = await add(api);
  await api.mock.steerTask(id, 'fail', 'no');
  await api.mock.steerTask(id, 'fix', 'Intervention 4711');
  expect(await task(api, id)).toEqual(['fixing', 0, 'Intervention 4711']);
  expect((await api.service('POST', `/task/${id}/resetTaskState`, { body: { reason: 'x' } })).status).toBe(409);
  await api.mock.steerTask(id, 'complete');
  expect(await task(api, id)).toEqual(['done', 100, 'Done']);
  expect(await kmsState(api)).toBe('delivered');
});

test('a fault puts a task into state fixing for half an hour', async () => {
  const rule: FaultRule = {
    id: 'support',
    at: 'ovh.task',
    match: { progress: 25 },
    then: { ovh: { taskState: 'fixing', message: 'A firewall is replaced' } },
  };
  const api = await startApi(onTestFinished, {}, [rule]);
  const id = await add(api);
  await api.clock.advance(4_000);
  expect(await task(api, id)).toEqual(['fixing', 25, 'A firewall is replaced']);
  await api.clock.advance(1_800_000 - 1);
  expect((await task(api, id))[0]).toBe('fixing');
  await api.clock.advance(1);
  expect(await task(api, id)).toEqual(['doing', 75, 'Finishing the configuration of 192.0.2.1:5696']);
});

const kinds = { taskProgress: 'clock', assumed: { flowTasks: true } } as const;

test('the flow as a task of its own: toCreate, todo, doing, done, its parent waitingForChilds meanwhile', async () => {
  const api = await startApi(onTestFinished, kinds);
  const id = await add(api);
  await api.clock.advance(1_000);
  const [, child] = (await api.service('GET', '/task')).json as unknown as number[];
  const both = async () => [await task(api, id), await task(api, child!), await kmsState(api)];
  const waiting = ['waitingForChilds', 25, 'Waiting for the network flow to 192.0.2.1:5696'];
  expect((await api.service('GET', `/task/${child}`)).json).toMatchObject({
    name: 'openVmEncryptionFlow',
    parentTaskId: id,
  });
  expect(await both()).toEqual([waiting, ['toCreate', 0, null], 'toCreate']);
  await api.clock.advance(1_000);
  expect(await both()).toEqual([waiting, ['todo', 0, null], 'toCreate']);
  await api.clock.advance(1_000);
  const opening = ['doing', 25, 'Opening the network flow to 192.0.2.1:5696'];
  expect(await both()).toEqual([waiting, opening, 'creating']);
  await api.clock.advance(3_000);
  const finishing = ['doing', 75, 'Finishing the configuration of 192.0.2.1:5696'];
  expect(await both()).toEqual([finishing, ['done', 100, 'Done'], 'creating']);
  await api.clock.advance(1_000);
  expect(await both()).toEqual([['done', 100, 'Done'], ['done', 100, 'Done'], 'delivered']);
});

test('a part that fails fails the whole; another run has another part', async () => {
  const api = await startApi(onTestFinished, kinds);
  const id = await add(api);
  await api.clock.advance(3_000);
  const [, child] = (await api.service('GET', '/task')).json as unknown as number[];
  await api.mock.steerTask(child!, 'fail', 'no rule left');
  const text = `The task ${child} (openVmEncryptionFlow) failed: no rule left`;
  expect(await task(api, id)).toEqual(['error', 25, text]);
  expect((await api.service('POST', `/task/${child}/resetTaskState`, { body: { reason: 'x' } })).json.message).toBe(
    `The task ${child} has nothing left to work on`,
  );
  await api.service('POST', `/task/${id}/resetTaskState`, { body: { reason: 'again' } });
  await api.clock.advance(7_000);
  expect(await task(api, id)).toEqual(['done', 100, 'Done']);
  expect((await api.service('GET', '/task')).json).toHaveLength(3);
});

test('a whole that is cancelled cancels its part', async () => {
  const api = await startApi(onTestFinished, kinds);
  const id = await add(api);
  await api.clock.advance(3_000);
  const [, child] = (await api.service('GET', '/task')).json as unknown as number[];
  await api.mock.steerTask(id, 'cancel', 'changed my mind');
  await api.clock.advance(1_000);
  expect(await task(api, id)).toEqual(['canceled', 25, 'changed my mind']);
  expect(await task(api, child!)).toEqual(['canceled', 25, 'changed my mind']);
  expect(await kmsState(api)).toBeUndefined();
});

const withPart = [
  ['waitingForChilds', 'toCreate'],
  ['waitingForChilds', 'todo'],
  ['waitingForChilds', 'doing'],
  ['doing', 'done'],
  ['done', 'done'],
];

test('in mode manual a whole passes the hand on to its part', async () => {
  const api = await startApi(onTestFinished, { taskProgress: 'manual', assumed: { flowTasks: true } });
  const id = await add(api);
  const seen: unknown[] = [];
  for (let step = 0; step < 5; step++) {
    await api.mock.steerTask(id, 'advance');
    seen.push(api.mock.tasks.map(({ state }) => state));
  }
  expect(seen).toEqual(withPart);
});

test('in mode per-poll a look at the whole is one at its part', async () => {
  const api = await startApi(onTestFinished, { taskProgress: 'per-poll', assumed: { flowTasks: true } });
  const id = await add(api);
  const seen: unknown[] = [];
  for (let step = 0; step < 5; step++) {
    await api.service('GET', `/task/${id}`);
    seen.push(api.mock.tasks.map(({ state }) => state));
  }
  expect(seen).toEqual(withPart);
});

const maintenance = {
  taskId: 42,
  name: 'upgradeHypervisor',
  type: 'maintenance',
  executionDate: date(24 * hour),
  maintenanceDateFrom: date(12 * hour),
  maintenanceDateTo: date(48 * hour),
  durationMs: hour,
} as const;

test('a maintenance waits for its date, which the customer moves within the window', async () => {
  const api = await startApi(onTestFinished, { services: [{ serviceName, tasks: [maintenance] }] });
  expect((await api.service('GET', '/task/42')).json).toMatchObject({
    type: 'maintenance',
    state: 'waitingTodo',
    executionDate: '2016-03-04T15:27:55+00:00',
    maintenanceDateFrom: '2016-03-04T03:27:55+00:00',
    maintenanceDateTo: '2016-03-05T15:27:55+00:00',
  });
  const move = (executionDate: unknown) =>
    api.service('POST', '/task/42/changeMaintenanceExecutionDate', { body: { executionDate } });
  const outside =
    '[executionDate] Given data (2016-03-05T15:27:56+00:00) is not between 2016-03-04T03:27:55+00:00 and 2016-03-05T15:27:55+00:00';
  expect((await move('2016-03-05T15:27:56+00:00')).json).toEqual({ class: 'Client::BadRequest', message: outside });
  expect((await move('2016-03-04T03:27:54+00:00')).status).toBe(400);
  expect((await move('tomorrow')).json.message).toBe(
    '[executionDate] Given data (tomorrow) is not valid for type datetime',
  );
  // Half past two in Paris in winter is half past one.
  expect((await move('2016-03-05T02:30:00+01:00')).json).toMatchObject({
    state: 'waitingTodo',
    executionDate: '2016-03-05T01:30:00+00:00',
  });
  await api.clock.advance(24 * hour);
  expect((await task(api, 42))[0]).toBe('waitingTodo');
  await api.clock.advance(10 * hour + 125_000);
  expect(await task(api, 42)).toEqual(['doing', 50, 'The maintenance is being carried out']);
  const begun = await move('2016-03-05T10:00:00+00:00');
  expect(begun.status).toBe(409);
  expect(begun.json.message).toBe('The task 42 is in state doing, its execution date cannot be changed any more');
  await api.clock.advance(hour);
  expect((await api.service('GET', '/task/42')).json).toMatchObject({
    state: 'done',
    endDate: '2016-03-05T02:30:00+00:00',
  });
});

test('a planned maintenance hinders no change; a task of another type has no date to change', async () => {
  const api = await startApi(onTestFinished, { services: [{ serviceName, tasks: [maintenance] }] });
  const id = await add(api);
  const answer = await api.service('POST', `/task/${id}/changeMaintenanceExecutionDate`, {
    body: { executionDate: '2016-03-05T00:00:00Z' },
  });
  expect(answer.status).toBe(409);
  expect(answer.json.message).toBe(
    `The task ${id} is of type generic, only a task of type maintenance has an execution date to change`,
  );
  expect(
    (
      await api.service('POST', '/task/43/changeMaintenanceExecutionDate', {
        body: { executionDate: '2016-03-05T00:00:00Z' },
      })
    ).status,
  ).toBe(404);
});

test('a maintenance that is months away waits on a real machine, too', async () => {
  const api = await startApi(onTestFinished, {
    services: [
      { serviceName, tasks: [{ ...maintenance, executionDate: date(2_000 * hour), maintenanceDateTo: undefined }] },
    ],
  });
  await api.clock.advance(1_999 * hour);
  expect((await task(api, 42))[0]).toBe('waitingTodo');
  await api.clock.advance(hour);
  expect((await task(api, 42))[0]).toBe('doing');
});

test('tasks of the world stand in every state of the enumeration, and hands move them', async () => {
  const states = [
    'canceled',
    'doing',
    'done',
    'error',
    'fixing',
    'toCancel',
    'toCreate',
    'todo',
    'unknown',
    'waitingForChilds',
    'waitingTodo',
  ] as const;
  const tasks = states.map((state, index) => ({
    taskId: index + 1,
    name: `task ${state}`,
    state,
    createdBy: 'ovh-support',
    createdFrom: 'ovh',
    subject: { userId: 7 },
  }));
  const api = await startApi(onTestFinished, { services: [{ serviceName, tasks }] });
  await api.clock.advance(24 * hour);
  for (const [index, state] of states.entries()) {
    expect((await api.service('GET', `/task?state=${state}`)).json).toEqual([index + 1]);
  }
  expect((await api.service('GET', '/task/9')).json).toMatchObject({
    state: 'unknown',
    createdBy: 'ovh-support',
    createdFrom: 'ovh',
    userId: 7,
  });
  await api.mock.steerTask(9, 'complete');
  expect((await task(api, 9))[0]).toBe('done');
  await api.mock.steerTask(11, 'cancel');
  expect((await task(api, 11))[0]).toBe('canceled');
  await api.service('POST', '/task/4/resetTaskState', { body: { reason: 'try' } });
  await api.clock.advance(2_000);
  expect((await task(api, 4))[0]).toBe('done');
});

test('createdBy and createdFrom are null unless the world says otherwise', async () => {
  const api = await startApi(onTestFinished, {
    assumed: { taskCreatedBy: 'customer', taskCreatedFrom: 'apiv6-manager' },
  });
  expect((await api.service('POST', '/vmEncryption/kms', { body })).json).toMatchObject({
    createdBy: 'customer',
    createdFrom: 'apiv6-manager',
  });
});
