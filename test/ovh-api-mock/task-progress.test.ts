import { expect, onTestFinished, test } from 'vitest';
import { serviceName, sha1Thumbprint, startApi } from './api.ts';

const body = { ip: '192.0.2.1', sslThumbprint: sha1Thumbprint };

test('immediate: the task is done without the clock, although it was answered as todo', async () => {
  const api = await startApi(onTestFinished, { taskProgress: 'immediate' });
  const answer = await api.service('POST', '/vmEncryption/kms', { body });
  expect(answer.json).toMatchObject({ state: 'todo', progress: 0 });
  await api.event('ovh.task.done');
  expect((await api.service('GET', `/task/${answer.json.taskId}`)).json).toMatchObject({
    state: 'done',
    progress: 100,
  });
});

test('per-poll: each look at the task moves it by one stage', async () => {
  let configured = false;
  const api = await startApi(onTestFinished, {
    taskProgress: 'per-poll',
    waitForVcenter: true,
    isKmsConfiguredInVcenter: () => configured,
  });
  const { taskId } = (await api.service('POST', '/vmEncryption/kms', { body })).json;
  const poll = async () => (await api.service('GET', `/task/${taskId}`)).json.progress;
  await api.service('GET', '/task');
  await api.clock.advance(3_600_000);
  expect([await poll(), await poll(), await poll(), await poll()]).toEqual([0, 25, 50, 50]);
  configured = true;
  expect([await poll(), await poll(), await poll(), await poll()]).toEqual([50, 75, 100, 100]);
});

test('other durations and texts than the assumed ones', async () => {
  const api = await startApi(onTestFinished, {
    assumed: { queuedMs: 0, flowMs: 20_000, finishMs: 0, addRobot: 'createKms', openFlowText: 'Firewall: {ip}' },
  });
  const { taskId } = (await api.service('POST', '/vmEncryption/kms', { body })).json;
  await api.clock.advance(19_999);
  expect((await api.service('GET', `/task/${taskId}`)).json).toMatchObject({
    name: 'createKms',
    state: 'doing',
    description: 'Firewall: 192.0.2.1',
  });
  await api.clock.advance(1);
  expect((await api.service('GET', `/task/${taskId}`)).json.state).toBe('done');
});

test('the list of tasks is filtered by a part of the name and by the state', async () => {
  const api = await startApi(onTestFinished);
  const added = (await api.service('POST', '/vmEncryption/kms', { body })).json.taskId;
  await api.clock.advance(5_000);
  const [kmsId] = (await api.service('GET', '/vmEncryption/kms')).json as unknown as number[];
  const removed = (await api.service('DELETE', `/vmEncryption/kms/${kmsId}`)).json.taskId;
  const list = async (query: string) => (await api.service('GET', `/task${query}`)).json;
  expect(await list('')).toEqual([added, removed]);
  expect(await list('?state=done')).toEqual([added]);
  expect(await list('?state=todo')).toEqual([removed]);
  expect(await list('?state=canceled')).toEqual([]);
  expect(await list('?name=VMENCRYPTION')).toEqual([added, removed]);
  expect(await list('?name=remove&state=todo')).toEqual([removed]);
  expect(await list('?name=remove&state=done')).toEqual([]);
});

test('tasks of another service are not found', async () => {
  const api = await startApi(onTestFinished, { services: [{ serviceName }, { serviceName: 'pcc-198-51-100-7' }] });
  const { taskId } = (await api.service('POST', '/vmEncryption/kms', { body })).json;
  expect((await api.call('GET', '/dedicatedCloud/pcc-198-51-100-7/task')).json).toEqual([]);
  expect((await api.call('GET', `/dedicatedCloud/pcc-198-51-100-7/task/${taskId}`)).status).toBe(404);
});
