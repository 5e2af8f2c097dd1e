import { expect, onTestFinished, test } from 'vitest';
import { sha1Thumbprint, startApi } from './api.ts';

const ip = '192.0.2.1';
const body = { ip, sslThumbprint: sha1Thumbprint };
// The exact text by which the control panel knows the state, ovh.md 4.1.
const description = 'Waiting for customer to configure the KMS Server...';

test('the task waits with its flow open until the vCenter has the KMS, at most a minute longer', async () => {
  const asked: string[] = [];
  let configured = false;
  const api = await startApi(onTestFinished, {
    waitForVcenter: true,
    isKmsConfiguredInVcenter: async (address) => {
      asked.push(address);
      return configured;
    },
  });
  const { taskId } = (await api.service('POST', '/vmEncryption/kms', { body })).json;
  await api.clock.advance(4_000);
  const waiting = { state: 'doing', progress: 50, description, endDate: null };
  expect((await api.service('GET', `/task/${taskId}`)).json).toMatchObject(waiting);
  expect(api.mock.isFlowOpen(ip, 5696)).toBe(true);
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'enabling' });

  await api.clock.advance(3_600_000);
  expect((await api.service('GET', `/task/${taskId}`)).json).toMatchObject(waiting);
  expect(asked).toEqual(Array(61).fill(ip));

  configured = true;
  await api.clock.advance(60_000);
  expect((await api.service('GET', `/task/${taskId}`)).json).toMatchObject({ state: 'doing', progress: 75 });
  await api.clock.advance(1_000);
  expect((await api.service('GET', `/task/${taskId}`)).json).toMatchObject({ state: 'done', progress: 100 });
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'enabled' });
});

test('the task does not wait when the vCenter has the KMS already', async () => {
  const api = await startApi(onTestFinished, { waitForVcenter: true, isKmsConfiguredInVcenter: () => true });
  await api.service('POST', '/vmEncryption/kms', { body });
  await api.clock.advance(5_000);
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'enabled' });
});

test('a vCenter that cannot be asked keeps the task waiting and is named in the journal', async () => {
  let broken = true;
  const api = await startApi(onTestFinished, {
    waitForVcenter: true,
    isKmsConfiguredInVcenter: () => {
      if (broken) throw new Error('vCenter is restarting');
      return true;
    },
  });
  await api.service('POST', '/vmEncryption/kms', { body });
  await api.clock.advance(4_000);
  expect((await api.event('ovh.vcenter.unreadable')).text).toContain('vCenter is restarting');
  broken = false;
  await api.clock.advance(61_000);
  expect((await api.service('GET', '/vmEncryption')).json).toEqual({ state: 'enabled' });
});
