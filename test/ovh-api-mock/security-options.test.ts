import { expect, onTestFinished, test } from 'vitest';
import { serviceName, startApi } from './api.ts';

interface Entry {
  name: string;
  compatible: boolean;
  enabled: boolean;
  state: string;
  reason: { code: string; message: string } | null;
}

test('without advanced security nothing is enabled, and options that need others are incompatible', async () => {
  const { service } = await startApi(onTestFinished);
  expect((await service('GET', '/securityOptions')).json).toEqual({ state: 'disabled' });
  expect((await service('GET', '/securityOptions/pendingOptions')).json).toEqual([]);
  const matrix = (await service('GET', '/securityOptions/compatibilityMatrix')).json as unknown as Entry[];
  expect(matrix.filter(({ enabled }) => enabled)).toEqual([]);
  expect(matrix.find(({ name }) => name === 'hds')).toEqual({
    name: 'hds',
    description: expect.any(String),
    compatible: false,
    enabled: false,
    state: 'disabled',
    reason: {
      code: 'MISSING_REQUIREMENTS_OPTIONS',
      message: 'hds needs accessNetworkFiltered, advancedSecurity, sessionTimeout, tokenValidation',
    },
  });
  expect(matrix.find(({ name }) => name === 'twoFa')).toMatchObject({ compatible: true, reason: null });
});

test('incompatible options are left out on demand, internal ones shown on demand', async () => {
  const { service } = await startApi(onTestFinished);
  const names = async (query: string) => {
    const { json } = await service('GET', `/securityOptions/compatibilityMatrix${query}`);
    return (json as unknown as Entry[]).map(({ name }) => name);
  };
  expect(await names('')).toContain('hds');
  expect(await names('?showIncompatible=false')).not.toContain('hds');
  expect(await names('?showIncompatible=false')).toContain('twoFa');
  expect(await names('')).not.toContain('base');
  expect(await names('?showInternal=true')).toHaveLength(24);
  expect(await service('GET', '/securityOptions/compatibilityMatrix?showInternal=maybe')).toMatchObject({
    status: 400,
    json: { message: '[showInternal] Given data (maybe) is not valid for type boolean' },
  });
});

test('an option that is a property of the service follows it', async () => {
  const { service, clock } = await startApi(onTestFinished);
  const body = { userAccessPolicy: 'filtered', sslV3: true };
  await service('POST', '/changeProperties', { body });
  await clock.advance(60_000);
  const { json } = await service('GET', '/securityOptions/compatibilityMatrix');
  const entry = (name: string) => (json as unknown as Entry[]).find((one) => one.name === name);
  expect(entry('accessNetworkFiltered')).toMatchObject({ enabled: true, state: 'delivered', reason: null });
  expect(entry('tls1.2')?.reason).toEqual({
    code: 'CONFLICTING_OPTIONS',
    message: 'tls1.2 cannot be enabled together with sslV3',
  });
});

test('the tree shows what an option needs, what needs it, what excludes it', async () => {
  const { service } = await startApi(onTestFinished);
  const tree = async (option: string) =>
    (await service('GET', `/securityOptions/dependenciesTree?option=${option}`)).json;
  expect(await tree('twoFaFail2ban')).toEqual({ requires: ['twoFa'], depends: [], conflicts: [] });
  expect(await tree('twoFa')).toEqual({ requires: [], depends: ['twoFaFail2ban'], conflicts: [] });
  expect(await tree('tls1.2')).toEqual({ requires: [], depends: [], conflicts: ['sslV3'] });
  expect(await service('GET', '/securityOptions/dependenciesTree')).toMatchObject({
    status: 400,
    json: { message: '[option] This parameter is required' },
  });
});

test('a pending option fails while another one is missing, and is delivered once it is there', async () => {
  const { service, clock } = await startApi(onTestFinished, {
    services: [{ serviceName, securityOptions: { twoFaFail2ban: 'pending', nids: 'pending', base: 'delivered' } }],
  });
  expect((await service('GET', '/securityOptions')).json).toEqual({ state: 'delivered' });
  const pending = async () => (await service('GET', '/securityOptions/pendingOptions')).json;
  expect(await pending()).toEqual(['nids', 'twoFaFail2ban']);
  const resume = async (option: string) => {
    const { status, json } = await service('POST', '/securityOptions/resumePendingEnabling', { body: { option } });
    await clock.advance(60_000);
    return status === 200 ? (await service('GET', `/task/${json.taskId}`)).json : json;
  };
  expect(await resume('twoFaFail2ban')).toMatchObject({ state: 'error', description: 'twoFaFail2ban needs twoFa' });
  expect(await resume('nids')).toMatchObject({ name: 'enableSecurityOption', state: 'done' });
  expect(await pending()).toEqual(['twoFaFail2ban']);
  expect(await resume('nids')).toMatchObject({
    message: 'The security option nids is in state delivered, not pending',
  });
});
