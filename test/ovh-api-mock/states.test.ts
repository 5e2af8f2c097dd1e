import { expect, onTestFinished, test } from 'vitest';
import type { KmsState, OptionState, OvhApiMockOptions } from '../../ovh-api-mock/index.ts';
import { type RunningApi, serviceName, sha1Thumbprint, startApi } from './api.ts';

const ip = '192.0.2.1';
const body = { ip, sslThumbprint: sha1Thumbprint };
const neighbour = 'pcc-198-51-100-7';

/** dedicatedCloud.StateEnum but delivered, ovh.md 1.4. */
const serviceStates = [
  'available',
  'disabled',
  'disabling',
  'error',
  'migrating',
  'provisionning',
  'recycling',
  'reserved',
  'toDisable',
  'toProvision',
  'toRecycle',
  'toRemove',
  'toUnprovision',
  'unprovisionning',
  'upgrading',
] as const;

async function changes(api: RunningApi): Promise<{ status: number; message: unknown }[]> {
  const [kmsId] = (await api.service('GET', '/vmEncryption/kms')).json as unknown as number[];
  const answers = [
    await api.service('POST', '/vmEncryption/kms', { body: { ...body, ip: '192.0.2.2' } }),
    await api.service('POST', `/vmEncryption/kms/${kmsId}/changeProperties`, {
      body: { sslThumbprint: sha1Thumbprint },
    }),
    await api.service('DELETE', `/vmEncryption/kms/${kmsId}`),
  ];
  return answers.map(({ status, json }) => ({ status, message: json.message }));
}

test.each(serviceStates)('a service that is %s shows its KMS and takes no change', async (state) => {
  const api = await startApi(onTestFinished, { services: [{ serviceName, state, kms: [body] }] });
  expect((await api.service('GET', '')).json.state).toBe(state);
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'enabled' });
  const message = `The service ${serviceName} is in state ${state}, this action needs state delivered`;
  expect(await changes(api)).toEqual(Array(3).fill({ status: 400, message }));
  expect((await api.service('GET', '/task')).json).toEqual([]);
});

test('which states of a service take changes is a rule that the world can change', async () => {
  const assumed: OvhApiMockOptions['assumed'] = { changeableServiceStates: ['delivered', 'upgrading'] };
  const api = await startApi(onTestFinished, { assumed, services: [{ serviceName, state: 'upgrading' }] });
  expect((await api.service('POST', '/vmEncryption/kms', { body })).status).toBe(200);
});

test('a service that has expired answers 460 below its name, its neighbour does not', async () => {
  const services = [{ serviceName, status: 'expired', kms: [body] } as const, { serviceName: neighbour }];
  const api = await startApi(onTestFinished, { services });
  expect((await api.call('GET', '/dedicatedCloud')).json).toEqual([serviceName, neighbour]);
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/vmEncryption'],
    ['GET', '/task/1'],
    ['POST', '/vmEncryption/kms'],
  ] as const) {
    const answer = await api.service(method, path, method === 'POST' ? { body } : {});
    // Status and message: reported by users of the API.
    expect(answer.status).toBe(460);
    expect(answer.json).toEqual({ class: 'Client::BadRequest', message: 'This Service is expired' });
  }
  expect((await api.call('GET', `/dedicatedCloud/${neighbour}`)).status).toBe(200);
  // The gateway does what was agreed until someone changes it.
  expect(api.mock.isFlowOpen(ip, 5696, serviceName)).toBe(true);
  api.mock.setStates(serviceName, { status: 'ok' });
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'enabled' });
});

test.each([
  ['toCreate', 'enabling', false],
  ['creating', 'enabling', false],
  ['toUpdate', 'enabled', true],
  ['updating', 'enabled', true],
  ['toDelete', 'disabling', true],
  ['deleting', 'disabling', false],
  ['unknown', 'unknown', false],
] satisfies [KmsState, OptionState, boolean][])(
  'a KMS that stands in state %s: the option is %s, the flow is open: %s, no change',
  async (state, option, open) => {
    const api = await startApi(onTestFinished, { services: [{ serviceName, kms: [{ ...body, state }] }] });
    const [kmsId] = (await api.service('GET', '/vmEncryption/kms')).json as unknown as number[];
    expect((await api.service('GET', `/vmEncryption/kms/${kmsId}`)).json.state).toBe(state);
    expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: option });
    expect(api.mock.isFlowOpen(ip, 5696)).toBe(open);
    const message = `The KMS ${kmsId} is in state ${state}`;
    expect((await api.service('DELETE', `/vmEncryption/kms/${kmsId}`)).json).toEqual({
      class: 'Client::Conflict',
      message,
    });
  },
);

test('a KMS in error is removed or put right; its flow opens with the thumbprint that was corrected', async () => {
  const services = [{ serviceName, kms: [{ ...body, state: 'error' as const }] }];
  const api = await startApi(onTestFinished, { services });
  const [kmsId] = (await api.service('GET', '/vmEncryption/kms')).json as unknown as number[];
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'error' });
  expect(api.mock.isFlowOpen(ip, 5696)).toBe(false);
  const path = `/vmEncryption/kms/${kmsId}`;
  await api.service('POST', `${path}/changeProperties`, { body: { sslThumbprint: sha1Thumbprint } });
  await api.clock.advance(5_000);
  expect((await api.service('GET', path)).json.state).toBe('delivered');
  expect(api.mock.isFlowOpen(ip, 5696)).toBe(true);
});

test.each([
  ['migrating', 409],
  ['unknown', 409],
  ['enabling', 409],
  ['disabling', 409],
  ['error', 200],
  ['disabled', 200],
  ['enabled', 200],
] satisfies [OptionState, number][])(
  'an option that the world says is %s answers %i to changes',
  async (state, status) => {
    const api = await startApi(onTestFinished, { services: [{ serviceName, vmEncryption: state, kms: [body] }] });
    expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state });
    const [first] = await changes(api);
    expect(first?.status).toBe(status);
    if (status === 409)
      expect(first?.message).toBe(`VM encryption of ${serviceName} is in state ${state}, it takes no change now`);
    api.mock.setStates(serviceName, { vmEncryption: null });
    expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'enabled' });
  },
);

test('states are set by hand and told in the journal', async () => {
  const api = await startApi(onTestFinished, { services: [{ serviceName, kms: [body] }] });
  const [kmsId] = (await api.service('GET', '/vmEncryption/kms')).json as unknown as number[];
  api.mock.setStates(serviceName, { kms: [{ kmsId: kmsId!, state: 'unknown' }] });
  expect((await api.service('GET', `/vmEncryption/kms/${kmsId}`)).json.state).toBe('unknown');
  expect((await api.event('ovh.vmEncryption.unknown')).data).toMatchObject({ before: 'enabled' });
  api.mock.setStates(serviceName, { vmEncryption: 'migrating', status: 'unPaid' });
  expect((await api.event('ovh.vmEncryption.migrating')).data).toMatchObject({ before: 'unknown' });
  expect((await api.event('ovh.service.unPaid')).data).toEqual({ serviceName, status: 'unPaid' });
  expect(() => api.mock.setStates('pcc-0-0-0-0', {})).toThrow('there is no service pcc-0-0-0-0');
  expect(() => api.mock.setStates(serviceName, { kms: [{ kmsId: 1, state: 'error' }] })).toThrow('there is no KMS 1');
});

test('the same address in two services: flows and tasks of each are its own', async () => {
  const asked: string[] = [];
  const api = await startApi(onTestFinished, {
    services: [{ serviceName }, { serviceName: neighbour }],
    waitForVcenter: true,
    isKmsConfiguredInVcenter: (_ip, service) => {
      asked.push(service);
      return service === serviceName;
    },
  });
  const there = (method: string, path: string) =>
    api.call(method, `/dedicatedCloud/${neighbour}${path}`, method === 'POST' ? { body } : {});
  expect((await api.service('POST', '/vmEncryption/kms', { body })).status).toBe(200);
  expect((await there('POST', '/vmEncryption/kms')).status).toBe(200);
  await api.clock.advance(5_000);
  expect([...new Set(asked)]).toEqual([serviceName, neighbour]);
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'enabled' });
  expect((await there('GET', '/vmEncryption')).json).toEqual({ state: 'enabling' });
  const open = () => [serviceName, neighbour, undefined].map((name) => api.mock.isFlowOpen(ip, 5696, name));
  expect(open()).toEqual([true, true, true]);
  const [kmsId] = (await api.service('GET', '/vmEncryption/kms')).json as unknown as number[];
  expect((await there('DELETE', `/vmEncryption/kms/${kmsId}`)).status).toBe(404);
  await api.service('DELETE', `/vmEncryption/kms/${kmsId}`);
  await api.clock.advance(5_000);
  expect(open()).toEqual([false, true, true]);
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'disabled' });
});

test('a thousand services with a hundred thousand tasks are listed, each its own', async () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `pcc-10-0-${index >> 8}-${index & 255}`);
  const services = names.map((name, index) => ({
    serviceName: name,
    tasks: Array.from({ length: 100 }, (_, task) => ({
      taskId: index * 100 + task + 1,
      name: task % 10 === 0 ? 'addVmEncryptionKms' : 'addUser',
    })),
  }));
  const api = await startApi(onTestFinished, { services });
  expect((await api.call('GET', '/dedicatedCloud')).json).toHaveLength(1_000);
  const list = async (query: string) =>
    (await api.call('GET', `/dedicatedCloud/${names[999]}/task${query}`)).json as unknown as number[];
  expect(await list('')).toEqual(Array.from({ length: 100 }, (_, index) => 99_901 + index));
  expect(await list('?name=kms')).toEqual(Array.from({ length: 10 }, (_, index) => 99_901 + index * 10));
  expect(await list('?state=todo')).toEqual([]);
});
