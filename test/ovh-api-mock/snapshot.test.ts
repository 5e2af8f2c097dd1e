import { expect, onTestFinished, test } from 'vitest';
import { type FaultRule, type RuntimeState, restoreRuntime, saveRuntime } from '../../core/index.ts';
import type { OvhApiMockOptions, OvhApiState } from '../../ovh-api-mock/index.ts';
import { type RunningApi, serviceName, sha1Thumbprint, startApi } from './api.ts';

interface Saved {
  runtime: RuntimeState;
  mock: OvhApiState;
}

/** Lets what the last call woke up come to rest. */
const rest = (api: RunningApi) => api.clock.advance(0).then(() => new Promise((resolve) => setImmediate(resolve)));

async function save(api: RunningApi): Promise<Saved> {
  await expect.poll(() => api.mock.running).toEqual([]);
  return { runtime: saveRuntime(api.runtime), mock: api.mock.save() };
}

/** As from a file. */
async function restore(api: RunningApi, saved: Saved): Promise<void> {
  const { runtime, mock } = JSON.parse(JSON.stringify(saved)) as Saved;
  restoreRuntime(api.runtime, runtime);
  api.mock.restore(mock);
  await rest(api);
}

async function addKms(api: RunningApi): Promise<number> {
  const body = { ip: '192.0.2.1', sslThumbprint: sha1Thumbprint };
  const { json } = await api.service('POST', '/vmEncryption/kms', { body });
  await rest(api);
  return json.taskId as number;
}

/** What the timeline tells after an entry. */
const told = (api: RunningApi, after: number) =>
  api.runtime.journal.entries(undefined, after).map(({ time, event, text }) => ({ time, event, text }));

const support: FaultRule = {
  id: 'support',
  at: 'ovh.task',
  match: { name: 'openVmEncryptionFlow', progress: 25 },
  then: { delay: 2_500, ovh: { taskState: 'fixing', message: 'A firewall is replaced' } },
};

const stories: [about: string, options: OvhApiMockOptions, faults: FaultRule[], seconds: number][] = [
  ['by the clock', {}, [], 10],
  ['with a task for the flow', { assumed: { flowTasks: true } }, [], 12],
  ['delayed and fixed by support', { assumed: { flowTasks: true, fixingMs: 4_000 } }, [support], 20],
  [
    'that is to be confirmed by a token, and is not',
    { services: [{ serviceName, tokenValidation: true }], assumed: { tokenLifetimeMs: 5_000 } },
    [],
    8,
  ],
];

test.each(stories)(
  'a task %s goes on from every moment at which it was saved as it went on then',
  async (_, options, faults, seconds) => {
    const api = await startApi(onTestFinished, options, faults);
    const taskId = await addKms(api);
    const moments: { saved: Saved; seq: number }[] = [];
    for (let half = 0; half < 2 * seconds; half++) {
      moments.push({ saved: await save(api), seq: api.runtime.journal.count });
      await api.clock.advance(500);
    }
    const { task } = { task: api.mock.tasks.find((one) => one.taskId === taskId) };
    expect(['done', 'canceled']).toContain(task?.state);
    const whole = moments.map(({ seq }) => told(api, seq));
    expect(whole[0]?.length).toBeGreaterThan(2);
    for (const [place, { saved }] of moments.entries()) {
      await restore(api, saved);
      const { count } = api.runtime.journal;
      for (let half = place; half < 2 * seconds; half++) await api.clock.advance(500);
      expect(told(api, count)).toEqual(whole[place]);
      expect(api.mock.tasks.find((one) => one.taskId === taskId)).toEqual(task);
    }
  },
);

test('a task that waits for the vCenter goes on waiting', async () => {
  let isThere = false;
  const options = { waitForVcenter: true, isKmsConfiguredInVcenter: () => Promise.resolve(isThere) };
  const api = await startApi(onTestFinished, options);
  const taskId = await addKms(api);
  await api.clock.advance(90_000);
  const saved = await save(api);
  const goOn = async () => {
    await restore(api, saved);
    isThere = true;
    const { count } = api.runtime.journal;
    await api.clock.advance(120_000);
    isThere = false;
    return told(api, count);
  };
  const first = await goOn();
  expect(api.mock.tasks.find((one) => one.taskId === taskId)).toMatchObject({ state: 'done' });
  expect(await goOn()).toEqual(first);
});

test('a token that was sent before confirms after every restoring, once each', async () => {
  const users = [{ name: 'alice', isTokenValidator: true, phoneNumber: '+33.600000001' }];
  const api = await startApi(onTestFinished, { services: [{ serviceName, tokenValidation: true, users }] });
  const taskId = await addKms(api);
  const saved = await save(api);
  const token = api.mock.messages[0]?.code ?? '';
  const enter = async () => {
    const form = new URLSearchParams({ service: serviceName, operation: String(taskId), token });
    const answer = await fetch(`http://127.0.0.1:${api.mock.httpPort}/secure/`, { method: 'POST', body: form });
    return answer.status;
  };
  for (let again = 0; again < 3; again++) {
    await restore(api, saved);
    expect(api.mock.messages).toHaveLength(1);
    expect(await enter()).toBe(200);
    await api.clock.advance(60_000);
    expect(api.mock.tasks.find((one) => one.taskId === taskId)).toMatchObject({ state: 'done' });
    expect(await enter()).toBe(404);
  }
});

test('a task that support holds is held, and goes on when support lets it', async () => {
  const api = await startApi(onTestFinished);
  const taskId = await addKms(api);
  await api.clock.advance(1_500);
  await api.mock.steerTask(taskId, 'fix', 'Intervention 4711');
  const saved = await save(api);
  for (let again = 0; again < 2; again++) {
    await restore(api, saved);
    await api.clock.advance(600_000);
    const task = () => api.mock.tasks.find((one) => one.taskId === taskId);
    expect(task()).toMatchObject({ state: 'fixing', description: 'Intervention 4711' });
    await api.mock.steerTask(taskId, 'complete');
    expect(task()).toMatchObject({ state: 'done' });
  }
});

test('a user expires at the same date, and a state of another kind is refused', async () => {
  const expirationDate = new Date(1457018875_000 + 3_600_000);
  const users = [{ name: 'guest', expirationDate }];
  const api = await startApi(onTestFinished, { services: [{ serviceName, users }] });
  await api.clock.advance(1_800_000);
  const saved = await save(api);
  for (let again = 0; again < 2; again++) {
    await restore(api, saved);
    await api.clock.advance(1_799_999);
    expect(api.mock.users(serviceName)).toMatchObject([{ name: 'guest', state: 'delivered' }]);
    await api.clock.advance(1);
    expect(api.mock.users(serviceName)).toMatchObject([{ name: 'guest', state: 'deleting' }]);
  }
  expect(() => api.mock.restore({ ...saved.mock, plane: 'kmip' })).toThrow(
    expect.objectContaining({ code: 'ERR_STATE' }),
  );
});
